import numpy as np


def dtotal(lengths, weights):
    tape = []
    d = lengths.copy()
    n = len(d)
    for k in range(n):
        for i in range(n):
            # d[i] = np.minimum(d[i], d[i, k] + d[k])
            t = d[i]
            t_2 = d[i, k] + d[k]
            tape.append((t < t_2) + 0.5 * (t == t_2))
            d[i] = np.minimum(t, t_2)
    # return np.sum(weights * d)
    np.broadcast_shapes(weights.shape, lengths.shape)
    # for k in range(n):
    dd = np.copy(weights)
    for k in reversed(range(n)):
        # for i in range(n):
        for i in reversed(range(n)):
            # d[i] = np.minimum(d[i], d[i, k] + d[k])
            t_3 = dd[i]
            t_4 = t_3 * tape.pop()
            t_5 = t_3 - t_4
            dd[i] = t_4
            dd[k] += t_5
            dd[i, k] += t_5.sum()
    return (dd.copy(),)
