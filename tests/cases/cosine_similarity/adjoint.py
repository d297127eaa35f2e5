import numpy as np


def df(u, v):
    # return 1 - np.dot(u, v) / (np.sqrt(np.dot(u, u)) * np.sqrt(np.dot(v, v)))
    t = np.sqrt(np.dot(u, u))
    t_2 = np.sqrt(np.dot(v, v))
    t_3 = t * t_2
    du = 2.0 * (np.dot(u, v) / t_3 / t_3 * t_2 * (0.5 / t) * u) - 1 / t_3 * v
    return (du,)
