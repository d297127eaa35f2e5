import numpy as np


def df(x, m):
    y = m @ x
    # return np.sum(np.sin(y) ** 2)
    t = np.sin(y)
    dy = 2 * t * np.cos(y)
    # y = m @ x
    dx = m.T @ dy
    # return np.sum(np.sin(y) ** 2)
    return np.sum(t ** 2), (dx,)
