import numpy as np


def df(xs, ws):
    dxs = np.zeros_like(xs)
    dws = np.zeros_like(ws)
    for i in reversed(range(min(len(xs), len(ws)))):
        x, w = xs[i], ws[i]
        dws[i] += x**2
        dxs[i] += w * (2.0 * x)
    return dxs, dws
