import numpy as np


def df(a, b, w):
    x = np.concatenate([a, b])
    # return np.sum(np.tanh(x * w))
    t = np.tanh(x * w)
    dx = (1 - t * t) * w
    da = dx[:len(a)].copy()
    db = dx[len(a):].copy()
    return da, db
