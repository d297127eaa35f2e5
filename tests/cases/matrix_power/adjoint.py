import numpy as np


def df(a, v):
    v_tape = []
    for _ in range(4):
        v_tape.append(v)
        v = a @ v
    # for _ in range(4):
    da = np.zeros_like(a)
    dv = np.ones_like(v)
    for _ in range(4):
        da += np.outer(dv, v_tape.pop())
        dv = a.T @ dv
    return (da,)
