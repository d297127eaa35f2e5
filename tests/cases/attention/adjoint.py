import numpy as np


def df(q, k, v):
    s = q @ k.T
    e = np.exp(s)
    # a = e / np.sum(e, axis=1, keepdims=True)
    t = np.sum(e, axis=1, keepdims=True)
    a = e / t
    out = a @ v
    # return np.sum(out**2)
    dout = 2 * out
    # out = a @ v
    da = dout @ v.T
    dv = a.T @ dout
    # a = e / np.sum(e, axis=1, keepdims=True)
    de = da / t - (a / t * da).sum(axis=1, keepdims=True)
    # e = np.exp(s)
    ds = de * e
    # s = q @ k.T
    dq = ds @ k
    dk = ds.T @ q
    return dq, dk, dv
