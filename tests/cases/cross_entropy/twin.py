import numpy as np


def dloss(w, x, y):
    e = np.exp(-(x @ w))
    s = 1 + e
    p = 1 / s
    q = 1 - p
    g = -1.0 / p.size
    dp = g * y / p - g * (1 - y) / q
    dw = x.T @ (dp * p / s * e)
    return (dw,)
