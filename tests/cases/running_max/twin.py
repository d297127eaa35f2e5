import numpy as np


def dlargest(x):
    best = x[0]
    better = []
    for i in range(1, len(x)):
        wins = x[i] > best
        better.append(wins)
        if wins:
            best = x[i]
    dbest = 1.0
    dx = np.zeros_like(x)
    for i in reversed(range(1, len(x))):
        if better.pop():
            dx[i] += dbest
            dbest = 0.0
    dx[0] += dbest
    return (dx,)
