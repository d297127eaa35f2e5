import numpy as np


def denergy(x):
    # for i in range(len(x) - 1):
    dx = np.zeros_like(x)
    for i in reversed(range(len(x) - 1)):
        # e = e + x[i] * x[i + 1]
        dx[i + 1] += x[i]
        dx[i] += x[i + 1]
    return (dx,)
