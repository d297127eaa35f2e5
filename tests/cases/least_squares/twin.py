import numpy as np


def dloss(w, x, y):
    r = x @ w - y
    dr = 2.0 * r
    dw = x.T @ dr
    return (dw,)
