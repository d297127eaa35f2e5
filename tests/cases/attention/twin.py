import numpy as np


def df(q, k, v):
    s = q @ k.T
    e = np.exp(s)
    total = np.sum(e, axis=1, keepdims=True)
    a = e / total
    out = a @ v
    dout = 2.0 * out
    dv = a.T @ dout
    da = dout @ v.T
    de = da / total - np.sum(da * (a / total), axis=1, keepdims=True)
    ds = de * e
    dq = ds @ k
    dk = (q.T @ ds).T
    return dq, dk, dv
