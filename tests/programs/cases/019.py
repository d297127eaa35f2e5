# A scalar cotangent that becomes that of an array bound in one arm.

import numpy as np
TABLE = np.array([-1.06])

def f(x, b):
    k11 = 0
    while k11 < 2:
        flag12 = (b if -0.38 < b * x[k11 + 1] < -0.15 else TABLE[(k11 + 1) % 1]) > -0.73
        if flag12:
            only13 = x
        if flag12:
            b = np.tanh(min(np.tanh(only13[k11]), x[3]))
        b = np.sum(only13) if flag12 else b
        break
    return 0.25 * np.sum(x) + 1.5 * np.sum(TABLE) + 1.21 * b + 0.3 * np.sum(np.sin(x))

POINTS = [(np.array([0.8008468260207982, 0.6876960293682894, 0.4851957202174906, -1.2046826892949536, -0.8034895935782718]), -0.9286574217754728,), (np.array([-1.0891808500387021, -0.21365794878609767, 1.2465894646187026, 0.5596330582734175, -0.5039756170412201]), 1.0975466435834236,), (np.array([-0.0778120078924347, -0.5357696117062866, -0.9589143078279234, -0.755134884162953, -0.16903009964771032]), -0.024279926936383367,)]
