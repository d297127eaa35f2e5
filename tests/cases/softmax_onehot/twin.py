import numpy as np


def dloss(z, target):
    e = np.exp(z)
    total = np.sum(e)
    p = e / total
    dp = -target / p
    de = dp / total - np.sum(dp * p / total)
    dz = de * e
    return (dz,)
