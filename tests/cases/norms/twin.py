import numpy as np


def df(p, q):
    u = p - q
    d = np.linalg.norm(u)
    dd = 3.0 * d**2
    dp = dd / (d or 1.0) * u
    return (dp,)
