import numpy as np


def dlargest(x):
    tape = []
    best = x[0]
    for i in range(1, len(x)):
        # if x[i] > best:
        t = x[i] > best
        tape.append(t)
        if t:
            best = x[i]
    # for i in range(1, len(x)):
    dx = np.zeros_like(x)
    dbest = 1.0
    for i in reversed(range(1, len(x))):
        # if x[i] > best:
        if tape.pop():
            # best = x[i]
            dx[i] += dbest
            dbest = 0.0
    # best = x[0]
    dx[0] += dbest
    return (dx,)
