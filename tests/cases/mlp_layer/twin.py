import numpy as np


def dloss(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1 + b1)
    out = h @ w2 + b2
    dout = 2.0 * (out - y)
    db2 = np.sum(dout, axis=0)
    dw2 = h.T @ dout
    dh = dout @ w2.T
    da = dh * (1 - h * h)
    db1 = np.sum(da, axis=0)
    dw1 = x.T @ da
    return dw1, db1, dw2, db2
