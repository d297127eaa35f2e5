# An array bound in one arm only, read where it is bound.

import numpy as np

def f(x):
    flag = x[0] > 0
    if flag:
        only = x * 2
    s = np.sum(x)
    if flag:
        s = s + np.sum(only * only)
    return s

POINTS = [(np.array([1.0545711193948113, -1.0992103376494677, -0.5913186346115419]),), (np.array([0.3168112538399459, 1.128473861552347, -1.079138353959181]),), (np.array([0.33599739349270163, 0.7164865408330809, 0.02975313146834524]),), (np.array([0.646120068522509, 0.9892778417761441, -0.002218731239545191]),)]
