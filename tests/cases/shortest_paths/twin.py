import numpy as np


def dtotal(lengths, weights):
    d = lengths.copy()
    n = len(d)
    shares = []
    for k in range(n):
        for i in range(n):
            through = d[i, k] + d[k]
            shares.append((d[i] < through) + 0.5 * (d[i] == through))
            d[i] = np.minimum(d[i], through)
    np.broadcast_shapes(weights.shape, lengths.shape)
    dd = weights.copy()
    for k in reversed(range(n)):
        for i in reversed(range(n)):
            old = dd[i] * shares.pop()
            dthrough = dd[i] - old
            dd[i] = old
            dd[k] += dthrough
            dd[i, k] += dthrough.sum()
    return (dd.copy(),)
