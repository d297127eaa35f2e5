import numpy as np


def df(u, v, m):
    z = u * v + m
    # return np.sum(z**2)
    dz = 2 * z
    # z = u * v + m
    du = np.sum(dz * v, axis=1, keepdims=True)
    dv = np.sum(dz * u, axis=0, keepdims=True)
    return du, dv
