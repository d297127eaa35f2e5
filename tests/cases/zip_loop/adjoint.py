import numpy as np


def df(xs, ws):
    # for x, w in zip(xs, ws):
    dxs = np.zeros_like(xs)
    dws = np.zeros_like(ws)
    for k in reversed(range(min(len(xs), len(ws)))):
        # total += w * x**2
        x = xs[k]
        w = ws[k]
        dws[k] += x ** 2
        dxs[k] += w * (2 * x)
    return dxs, dws
