import numpy as np


def dfinal(a, s):
    h = 0.1
    starts = []
    rates = []
    for _ in range(5):
        k1 = np.tanh(a @ s)
        s2 = s + h / 2 * k1
        k2 = np.tanh(a @ s2)
        s3 = s + h / 2 * k2
        k3 = np.tanh(a @ s3)
        s4 = s + h * k3
        k4 = np.tanh(a @ s4)
        starts.append((s, s2, s3, s4))
        rates.append((k1, k2, k3, k4))
        s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    ds = 2.0 * s
    da = np.zeros_like(a)
    for _ in range(5):
        s, s2, s3, s4 = starts.pop()
        k1, k2, k3, k4 = rates.pop()
        g = h / 6 * ds
        u4 = g * (1 - k4 * k4)
        da += np.outer(u4, s4)
        ds4 = a.T @ u4
        u3 = (2.0 * g + h * ds4) * (1 - k3 * k3)
        da += np.outer(u3, s3)
        ds3 = a.T @ u3
        u2 = (2.0 * g + h / 2 * ds3) * (1 - k2 * k2)
        da += np.outer(u2, s2)
        ds2 = a.T @ u2
        u1 = (g + h / 2 * ds2) * (1 - k1 * k1)
        da += np.outer(u1, s)
        ds = ds + ds4 + ds3 + ds2 + a.T @ u1
    return (da,)
