import numpy as np


def df(rate, a, x):
    gs = []
    for _ in range(5):
        g = a @ x
        gs.append(g)
        x = x - rate * g
    dx = a @ x + x @ a
    drate = 0.0
    for _ in range(5):
        g = gs.pop()
        drate -= np.sum(dx * g)
        dx = dx - a.T @ (dx * rate)
    return (float(drate),)
