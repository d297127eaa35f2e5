import numpy as np


def df(a, b, m):
    r = m - np.outer(a, b)
    # return np.sum(r * r)
    dr = 2.0 * r
    # r = m - np.outer(a, b)
    t = -dr
    da = t @ b
    db = a @ t
    return da, db
