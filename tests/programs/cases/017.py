# The tangent of an array bound in one arm.

import math

import numpy as np

SCALE = 0.36


def helper4(e, k=0.98):
    for i1 in range(3):
        k = np.sin(np.dot(np.sin((np.full(2, SCALE) if (i1 != 1 and i1 % 2 == 0) else (np.zeros(2) + SCALE))), (np.where((np.zeros(2) + SCALE) < 0.19, e[i1], np.ones(2)) + np.tanh(np.ones(2)))))
    return (np.minimum(e, SCALE)) ** 2


def f(x, w):
    x = x
    flag5 = not x[1] < 0.69
    if flag5:
        only6 = np.sum(np.tanh(np.full((4, 2), SCALE)), axis=1)
    z = 0
    if flag5:
        only6 = (x + np.where(abs(np.full(1, z)) > 0.01, w[-2, 3], ((np.zeros(1) + z) * np.full(1, SCALE))))
    tmp = np.sum(only6) if flag5 else SCALE
    tmp, z = z, tmp
    flag7 = (tmp * 1.09) > -0.46
    if flag7:
        only8 = x[2]
    if (np.sin(0.97) <= -0.05 or math.tanh(tmp) > -0.05):
        if -0.79 < 1.0 / (1.0 + np.exp(-np.tanh(x[-2]))) < -0.33:
            k9 = 0
            while k9 < 2 and tmp >= -0.69:
                k9 += 1
                for i10 in range(x.shape[0]):
                    z, tmp = tmp, np.sin(((w[0, k9 - 1] + x[k9]) * w[(i10 + 1) % 2, -1]))
                    if not -0.15 < (-w[k9 - 1, k9 + 1]) < 0.98:
                        continue
                    if (SCALE + w[k9 - 1, (k9 + 1) % 4]) > 0.75:
                        return np.sum(np.tanh(x))
                    if 0.04 < np.sum(w) < 1.11:
                        if math.tanh(-0.89) <= -0.1:
                            y = np.tanh(x)
                        elif np.sin(w[(k9 + 1) % 2, i10]) > 0.59:
                            u = np.tanh(((np.tanh((np.zeros((1, 2)) + -0.55)) + (np.full((4, 2), tmp) + np.full((1, 2), z)))) @ (np.cos(((np.zeros(2) + SCALE) if (-tmp) < -0.23 else np.ones(2)))))
                        elif (not np.mean(x) <= -0.72 and np.cos(z) > -0.13):
                            w = w
                    elif (w[(i10 + 1) % 2, k9] * z) > 0.65:
                        v13 = np.tanh((SCALE * np.sin(np.where(np.full(2, SCALE) > -0.64, w[k9 - 1, k9], np.full(2, SCALE)))))
                        break
                    else:
                        y = np.tanh((x * math.sin((-0.01) / (1.5 + (SCALE) ** 2))))
                if 1.01 < -0.46:
                    continue
                u = np.sin(np.log(1.5 + (np.log(1.5 + ((x) ** 2) ** 2)) ** 2))
        elif (tmp - x[-2]) >= 0.15:
            w = np.sin(((np.full((1, 1), z) + np.full((1, 1), z)) - (w) @ (np.ones((4, 4)))))
            return math.atan(np.sum(w))
        elif 0.06 < 1.0 / (1.0 + np.exp(-np.tanh(SCALE))) < 0.34:
            z = w[0, -3]
        else:
            w = w
            return SCALE
        return np.sum(np.sum(w, axis=1))
    else:
        z = (z * SCALE)
        pass
    if flag7:
        x = (x if (1.2 + (tmp) ** 2) ** np.tanh(tmp) <= 0.61 else x)
    t = only8 if flag7 else z
    return 0.71 * t + 1.24 * SCALE + 1.19 * np.sum(x) + 1.0 * z + 0.38 * tmp + 0.3 * np.sum(np.sin(x))

POINTS = [(np.array([-1.115106875950753, 0.09615475719722011, 0.7669858514748256, -0.4017365809104577]), np.array([[0.1800456393209564, -0.22264705873618906, 1.0175660976624765, 0.8725093259414527], [0.23315157031719957, -1.01454715662742, 1.0565706361140321, 0.12810261640969856]]),), (np.array([1.2107685424653962, 0.6543192205426458, 1.1572507722064505, 0.15177800601468938]), np.array([[-0.3507739008633902, -0.45904315631176185, 0.22916130633295895, 1.085916035054337], [0.5224141781315068, -1.0480367641173833, 0.5620762800784505, 0.30786187843236146]]),), (np.array([0.09013005588560508, -0.06485816826398971, -1.1058652305917627, -0.6831010427991289]), np.array([[-0.8941293096583722, 0.8283562681367476, -1.117653253089272, 0.7997825943173182], [-0.11949574800026497, 0.52791197612027, -0.7455271324708151, 1.1436648610960878]]),)]
