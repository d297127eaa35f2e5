import numpy as np


def dloss(w, x, y):
    # p = 1 / (1 + np.exp(-(x @ w)))
    t = np.exp(-(x @ w))
    t_2 = 1 + t
    p = 1 / t_2
    # return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    t_3 = -1.0 / y.size
    dp = t_3 * y / p - t_3 * (1 - y) / (1 - p)
    # p = 1 / (1 + np.exp(-(x @ w)))
    return (x.T @ (p / t_2 * dp * t),)
