import numpy as np


def denergy(p, q, eps, sigma):
    d = p - q
    # s = sigma**2 / np.sum(d * d)
    t = np.sum(d * d)
    s = sigma ** 2 / t
    # return 4 * eps * (s**6 - s**3)
    t_2 = 4 * eps
    ds = t_2 * (6 * s ** 5) - t_2 * (3 * s ** 2)
    # s = sigma**2 / np.sum(d * d)
    dd = -2.0 * (s / t * ds * d)
    # d = p - q
    dq = -dd
    return dd, dq
