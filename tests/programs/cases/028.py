# Seed 6006593: what is a NumPy integer on one path and a float on another may carry a derivative.

import numpy as np

def f(x, a):
    buf2 = 0.5
    k3 = 0
    while 0.5:
        k3 += 1
        if k3 != 1:
            a = 0
            return np.minimum(a, a)
        return a
    return np.sum(buf2)

POINTS = [(np.array([0.37667174185517616]), 0.30630469861802934,), (np.array([-0.32306549059057976]), 0.8338268246353058,), (np.array([-0.23804130681094993]), 1.1396680587237606,)]
