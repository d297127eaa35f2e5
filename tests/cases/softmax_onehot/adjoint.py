import numpy as np


def dloss(z, target):
    e = np.exp(z)
    # p = e / np.sum(e)
    t = np.sum(e)
    p = e / t
    # return -np.sum(target * np.log(p))
    t_2 = target / p
    # p = e / np.sum(e)
    de = (p / t * t_2).sum() - t_2 / t
    # e = np.exp(z)
    return (de * e,)
