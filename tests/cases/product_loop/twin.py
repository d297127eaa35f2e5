import numpy as np


def dprod(x):
    p = 1.0
    ps = []
    for i in range(len(x)):
        ps.append(p)
        p = p * x[i]
    dp = 1.0
    dx = np.zeros_like(x)
    for i in reversed(range(len(x))):
        dx[i] += dp * ps.pop()
        dp = dp * x[i]
    return (dx,)
