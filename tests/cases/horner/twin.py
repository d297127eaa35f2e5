import numpy as np


def dhorner(c, x):
    p = 0.0
    ps = []
    for i in range(len(c)):
        ps.append(p)
        p = p * x + c[i]
    dp = 1.0
    dc = np.zeros_like(c)
    dx = 0.0
    for i in reversed(range(len(c))):
        dc[i] += dp
        dx += dp * ps.pop()
        dp = dp * x
    return dc, float(dx)
