# A name that keeps the value of an earlier trip after continue.

import numpy as np

def f(x):
    t = 0.0
    for e in x:
        if e < 0:
            continue
        u = e * e
        t = t + u
    for e in x:
        if e * e < 0.3:
            continue
        late = np.sin(x * e)
    return t + np.sum(late * late)

POINTS = [(np.array([-0.9813296748479339, -0.6289060055907902, -0.24499610766505908]),), (np.array([1.2198782651754974, -0.8779754755575263, 0.928963551247606]),), (np.array([-0.8760822952152298, -0.42129893268861485, 0.4620793251893953]),), (np.array([0.30298884606616316, 1.1828340265780983, -0.23035796974482792]),)]
