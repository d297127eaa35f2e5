# The tangent of an array first bound in a loop, read in another.

import numpy as np
BIAS = [0.5, 0.88, 0.06, 0.7]

def f(x, c):
    for i6 in range(1, -1, -1):
        y = np.zeros((3, 4)) + 0.67
    t = np.concatenate((x[1:], x[:1]))
    for e10, d11 in zip(c, BIAS):
        for e13 in y:
            y = np.tanh((np.full(1, d11) if -0.47 < -0.8 < -0.11 else np.ones(1))[:, None] * (np.ones(1) + e13[i6]) + y * np.arctan(np.ones((1, 1))))
        y = np.sin(np.tanh(np.ones((1, 1))) * np.tanh(np.zeros((1, 4)) + t) * y)
    return np.sum(y)

POINTS = [(np.array([-0.19021407943391888, 0.43481266151385745, 0.11300581019608469, 0.7016020411382498]), np.array([-0.6493909754164642, 0.007493231042770665, 1.22101491563831]),), (np.array([-0.37805209049244337, 1.2153991223169613, 0.619694410907035, 0.9797816309817311]), np.array([0.7765386112263448, -0.6002849147649321, 1.2813786437177546]),), (np.array([-0.9788743272282932, 1.215677587000642, 1.0493639287982155, 0.7408665303737048]), np.array([0.13312405192786603, -1.2355211793081158, -0.8205381346292606]),)]
