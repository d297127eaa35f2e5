import numpy as np


def dloss(w, x, y):
    margin = y * (x @ w)
    # return np.sum(np.log(1 + np.exp(-margin)))
    t = np.exp(-margin)
    # margin = y * (x @ w)
    dw = x.T @ -(1 / (1 + t) * t * y)
    return (dw,)
