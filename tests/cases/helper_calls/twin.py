import numpy as np


def df(a, x):
    u = x - a
    e = np.exp(-(u**2) / 2.0)
    du = -(a * e / 2.0 * (2.0 * u))
    da = e - du
    return (da,)
