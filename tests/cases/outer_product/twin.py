import numpy as np


def df(a, b, m):
    r = m - np.outer(a, b)
    dr = 2.0 * r
    da = -dr @ b
    db = -a @ dr
    return da, db
