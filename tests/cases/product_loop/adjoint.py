import numpy as np


def dprod(x):
    p_tape = []
    p = 1.0
    for i in range(len(x)):
        p_tape.append(p)
        p = p * x[i]
    # for i in range(len(x)):
    dx = np.zeros_like(x)
    dp = 1.0
    for i in reversed(range(len(x))):
        # p = p * x[i]
        dx[i] += dp * p_tape.pop()
        dp = dp * x[i]
    return (dx,)
