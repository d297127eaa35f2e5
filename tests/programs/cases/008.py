# Names of one arm in a loop with break and continue.

import numpy as np

def f(x, a):
    s = 0.0
    for i in range(3):
        flag5 = -a < 0.5 + i
        if flag5:
            only6 = a
        if flag5:
            only6 = np.sum(x) * (only6 * only6)
        s += only6 if flag5 else 1
        if s > 5:
            break
        last = np.sin(x * s)
        if i == 1:
            continue
        t = last * last
    return np.sin(x[0] * s) + np.sum(t)

POINTS = [(np.array([-0.2919803320574541, 0.2490110740762841, 0.03588141714042625]), 0.5056789504192465,), (np.array([0.3964915493588139, 0.9441036934574358, 0.23359179687084697]), 0.07273064687735697,), (np.array([0.7064725061492847, -0.7525922005769973, -1.026802106875727]), -1.077661694923091,), (np.array([-0.06413507434482035, -0.3203685565619975, -0.832915632735178]), -0.392942955938275,)]
