import numpy as np


def dvar(x):
    n = len(x)
    mean = np.sum(x) / n
    d = x - mean
    dd = 2.0 / (n - 1) * d
    dmean = -np.sum(dd)
    dx = dd + dmean / n
    return (dx,)
