import numpy as np


def dhinge(w, x, y):
    m = 1 - y * (x @ w)
    dm = (m > 0) + 0.5 * (m == 0)
    dw = w - x.T @ (y * dm)
    return (dw,)
