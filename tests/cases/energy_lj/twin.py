import numpy as np


def denergy(p, q, eps, sigma):
    d = p - q
    d2 = np.sum(d * d)
    s = sigma**2 / d2
    g = 4 * eps
    ds = g * (6.0 * s**5) - g * (3.0 * s**2)
    dd = -(2.0 * (ds * (s / d2)) * d)
    dp = dd
    dq = -dd
    return dp, dq
