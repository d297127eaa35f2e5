import numpy as np


def df(x):
    # return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    t = x[:-1]
    t_2 = x[1:] - t ** 2
    dx = np.zeros_like(x)
    dx[:-1] += -2 * (1 - t) + -200.0 * t_2 * (2 * t)
    dx[1:] += 200.0 * t_2
    return (dx,)
