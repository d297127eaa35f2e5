import numpy as np


def df(x, w):
    blocks = x.reshape(4, 3).T
    # return np.sum(w * blocks**2)
    dblocks = w * (2 * blocks)
    # blocks = x.reshape(4, 3).T
    dx = np.reshape(dblocks.T, x.shape)
    # return np.sum(w * blocks**2)
    return dx, blocks ** 2
