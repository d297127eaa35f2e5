import numpy as np


def df(a, v):
    vs = []
    for _ in range(4):
        vs.append(v)
        v = a @ v
    dv = np.ones_like(v)
    da = np.zeros_like(a)
    for _ in range(4):
        da += np.outer(dv, vs.pop())
        dv = a.T @ dv
    return (da,)
