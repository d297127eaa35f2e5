import numpy as np


def dvar(x):
    n = len(x)
    mean = np.sum(x) / n
    d = x - mean
    # return np.sum(d * d) / (n - 1)
    dd = 2.0 * (1 / (n - 1) * d)
    # mean = np.sum(x) / n
    return (dd - dd.sum() / n,)
