import numpy as np


def dloss(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1 + b1)
    out = h @ w2 + b2
    # return np.sum((out - y) ** 2)
    dout = 2 * (out - y)
    # out = h @ w2 + b2
    db2 = dout.sum(axis=0)
    dh = dout @ w2.T
    dw2 = h.T @ dout
    # h = np.tanh(x @ w1 + b1)
    t = dh * (1 - h * h)
    db1 = t.sum(axis=0)
    dw1 = x.T @ t
    return dw1, db1, dw2, db2
