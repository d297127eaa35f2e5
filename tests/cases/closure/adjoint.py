import numpy as np


def df(x, a, b):
    # return np.sum(poly(x) * np.sin(x))
    t = np.sin(x)
    # return a * x**2 + b * x
    dx = (a * x ** 2 + b * x) * np.cos(x) + t * b + t * a * (2 * x)
    return (dx,)
