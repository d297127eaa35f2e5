# A swap of a late loop variable.

import math
import numpy as np
TABLE = np.array([-0.49, -0.8, 0.86])

def f(x):
    v = np.where(np.sin((np.zeros((3, 5)) + TABLE[-2]) * np.full((1, 5), TABLE[1])) > -1.09, (TABLE[0] + x[2]) * np.sqrt(1.0 + x[-5] * x[-5]), (np.zeros((1, 1)) + -0.75) * np.full((3, 5), x[-5]) - (x - np.ones((3, 5))))
    for e2 in v:
        h = v
    for e5, d6 in zip(x, TABLE):
        for i7 in range(2):
            e5 = np.sin(np.sum(e2[i7:]))
        else:
            flag10 = i7 != 1 and (i7 != 1 and -0.46 < abs(d6) < -0.15)
            only11 = np.where(np.cos(x) > 1.12, min(d6, e5), e2)
            x, e2 = (e2, x)
            acc = np.sum(only11) if flag10 else 0.72
            for i12, e13 in enumerate(TABLE):
                u = np.sin((1.2 + TABLE ** 2) ** np.tanh(acc))
                if i7 % 2 == 1:
                    if 0.06 < math.tanh(acc) < 0.29 and (e5 * e2[i12] < -0.27 or e5 + u[2 - i12] < -0.05):
                        if -0.89 < TABLE[2 - i7] < -0.56 or (i12 > 0 and -0.49 < np.tanh(u[i12]) < 0.61):
                            r = np.sin(-np.tanh(e13) * np.tanh(e5 + x[i12 + 1]))
                            break
                        continue
                elif (i12 > 2 or np.sum(e2[:i12 + 1] ** 2) < 0.14) and np.sum(u) <= 0.52:
                    e2 = np.where(x < -1.07, min(d6, u[i12]) - min(d6, acc), np.exp(np.sin(x + np.full(1, e13))))
                if u[i7] > -0.64:
                    break
                d6 = np.sin(d6 / (1.5 + acc ** 2) * acc * np.tanh(d6))
    return 0.75 * np.sum(x) + 0.83 * d6 + 0.55 * np.sum(h) + 0.84 * np.sum(v) + 0.85 * e5 + 0.3 * np.sum(np.sin(x))

POINTS = [(np.array([-0.49656931852776365, 0.9875673840000043, -0.6679622243912492, -0.7581067894000664, 0.8991136263122528]),), (np.array([-0.934510265814193, -0.5061353986741259, -0.9399489119230193, 0.06908758911646884, 1.105044046679246]),), (np.array([0.08916957832979144, -0.5978712807258374, 1.1714209387891052, -0.20294275601859524, -0.6217293431612407]),), (np.array([0.15580358917211412, 1.1503068916037276, 1.000030951572857, -0.12981736304757097, -0.7629624030125026]),)]
