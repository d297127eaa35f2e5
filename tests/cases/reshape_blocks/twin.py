import numpy as np


def df(x, w):
    blocks = x.reshape(4, 3).T
    dblocks = w * (2.0 * blocks)
    dx = dblocks.T.reshape(x.shape)
    dw = blocks**2
    return dx, dw
