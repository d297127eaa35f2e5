import numpy as np


def dloss(w, x, y):
    margin = y * (x @ w)
    e = np.exp(-margin)
    dmargin = -e / (1 + e)
    dw = x.T @ (y * dmargin)
    return (dw,)
