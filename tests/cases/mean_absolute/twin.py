import numpy as np


def df(a, b, x, y):
    r = a * x + b - y
    dr = np.sign(r) / r.size
    da = float(np.sum(dr * x))
    db = float(np.sum(dr))
    return da, db
