import numpy as np


def df(x, w, c):
    mu = np.mean(x, axis=0)
    d = x - mu
    s = np.sqrt(np.mean(d * d, axis=0) + 1e-05)
    # return np.sum(c * (w * (d / s)))
    t = d / s
    np.broadcast_shapes(w.shape, x.shape)
    dw = (c * t).sum(axis=0)
    t_2 = c * w
    # s = np.sqrt(np.mean(d * d, axis=0) + 1e-5)
    dd = t_2 / s + -2.0 * ((t / s * t_2).sum(axis=0) * (0.5 / s) / len(x) * d)
    # mu = np.mean(x, axis=0)
    dx = dd - dd.sum(axis=0) / len(x)
    return dx, dw
