# Seed 1000238: interpreted primal.

import numpy as np
SCALE = 0.96
TABLE = np.array([0.1, 0.68, 0.69])

def f(x, w, c):
    view1 = x[::-1]
    k2 = 0
    while k2 < 3 and (not SCALE + SCALE < 0.12):
        x[x > -0.17] *= np.tanh(w.mean(axis=0).sum())
        break
    if 1.0 / (1.0 + np.exp(-np.tanh(0.21))) < 0.65:
        pass
    elif np.minimum(SCALE, SCALE) > -0.57:
        if np.sum(view1) < 0.21:
            view1 = (np.sum(x) - view1[(k2 + 1) % 1] * SCALE) * (np.full((1, 1), SCALE) + w).mean(axis=0)
        elif 0.04 < -0.35:
            s9 = 1.2 + (np.sum(w) if -0.15 < view1 @ x < 0.18 else c[-3])
        else:
            c = np.minimum(TABLE if k2 != 1 else TABLE, np.arctan(c)) if (c[k2 - 1] if SCALE + x[(k2 + 1) % 1] >= -0.14 else SCALE) <= -0.32 else TABLE
        return -np.sum(x * view1)
    return 0.33 * np.sum(c) + 0.81 * np.sum(view1) + 0.23 * np.sum(TABLE) + 1.02 * np.sum(x) + 0.32 * SCALE + 1.06 * np.sum(w) + 0.3 * np.sum(np.sin(x))

POINTS = [(np.array([0.30456253585315096]), np.array([[-0.7843745723253904], [-0.36689549675396205], [-0.5323960514743633]]), np.array([-0.4779024353277046, -1.1816134488833392, 0.5273867812508244]),), (np.array([0.7820251478889195]), np.array([[1.050258244139996], [-1.2594567634125258], [-0.9268779048585798]]), np.array([0.5458368776909359, -0.006653992632552841, 0.75435296560514]),), (np.array([1.2842064048189157]), np.array([[0.13535368952742477], [-0.17398212297198312], [1.093236308373166]]), np.array([0.44032809286341346, -0.8428597080643245, -0.19507444909262484]),)]
