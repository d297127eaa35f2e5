import numpy as np


def dform(x, y, m):
    # for i in range(3):
    dx = np.zeros_like(x)
    dm = np.zeros_like(m)
    for i in reversed(range(3)):
        # for j in range(4):
        for j in reversed(range(4)):
            # total = total + x[i] * y[j] * m[i, j]
            dm[i, j] += x[i] * y[j]
            dx[i] += m[i, j] * y[j]
    return dx, dm
