import numpy as np


def df(p, q):
    # d = np.linalg.norm(p - q)
    t = p - q
    d = np.linalg.norm(t)
    # return d**3
    dd = 3 * d ** 2
    # d = np.linalg.norm(p - q)
    return (dd / (d or 1.0) * t,)
