import numpy as np


def df(x, y, gamma):
    d = x[:, None, :] - y[None, :, :]
    d2 = np.sum(d * d, axis=2)
    k = np.exp(-gamma * d2)
    dgamma = -float(np.sum(k * d2))
    dd2 = k * -gamma
    dd = 2.0 * dd2[:, :, None] * d
    dx = np.sum(dd, axis=1)
    return dx, dgamma
