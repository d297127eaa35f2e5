import numpy as np


def df(x, w, c):
    mu = np.mean(x, axis=0)
    d = x - mu
    s = np.sqrt(np.mean(d * d, axis=0) + 1e-5)
    z = d / s
    dz = c * w
    dw = np.sum(c * z, axis=0)
    ds = -np.sum(dz * z / s, axis=0)
    dd = dz / s + 2.0 * (ds * 0.5 / s / len(d)) * d
    dx = dd - np.sum(dd, axis=0) / len(x)
    return dx, dw
