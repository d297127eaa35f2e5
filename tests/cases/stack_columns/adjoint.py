import numpy as np


def df(px, py):
    p = np.stack([px, py], axis=1)
    d = p[1:] - p[:-1]
    # return np.sum(d * d)
    dd = 2.0 * d
    # d = p[1:] - p[:-1]
    dp = np.zeros_like(p)
    dp[:-1] -= dd
    dp[1:] += dd
    dpx = dp[:, 0].copy()
    dpy = dp[:, 1].copy()
    return dpx, dpy
