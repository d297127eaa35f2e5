import numpy as np


def dhorner(c, x):
    p_tape = []
    p = 0.0
    for a in c:
        p_tape.append(p)
        p = p * x + a
    # for a in c:
    dc = np.zeros_like(c)
    dp = 1.0
    dx = 0.0
    for k in reversed(range(len(c))):
        dc[k] += dp
        dx += dp * p_tape.pop()
        dp = dp * x
    return dc, float(dx)
