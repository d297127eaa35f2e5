import numpy as np


def df(x, y, gamma):
    d = x[:, None, :] - y[None, :, :]
    d2 = np.sum(d * d, axis=2)
    # return np.sum(np.exp(-gamma * d2))
    t = -gamma
    t_2 = np.exp(t * d2)
    dd2 = t_2 * t
    # d2 = np.sum(d * d, axis=2)
    dd = 2.0 * (dd2[:, :, None] * d)
    # d = x[:, None, :] - y[None, :, :]
    dx = dd.sum(axis=1)
    return dx, float(-(t_2 * d2).sum())
