import numpy as np


def df(a, x):
    # return a * bump(x - a, width=2.0)
    t = x - a
    # return np.exp(-(x**2) / width)
    t_2 = np.exp(-t ** 2 / 2.0)
    # return a * bump(x - a, width=2.0)
    return (t_2 + a * t_2 / 2.0 * (2 * t),)
