import numpy as np


def dfinal(a, s):
    tape = []
    for _ in range(5):
        # return np.tanh(a @ s)
        k1 = np.tanh(a @ s)
        k2 = np.tanh(a @ (s + 0.05 * k1))
        k3 = np.tanh(a @ (s + 0.05 * k2))
        k4 = np.tanh(a @ (s + 0.1 * k3))
        tape.append((s, k1, k2, k3, k4))
        # s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        s = s + 0.016666666666666666 * (k1 + 2 * k2 + 2 * k3 + k4)
    # for _ in range(5):
    da = np.zeros_like(a)
    ds = 2 * s
    for _ in range(5):
        # s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        dk4 = 0.016666666666666666 * ds
        t = 0.03333333333333333 * ds
        # return np.tanh(a @ s)
        s, k1, k2, k3, k4 = tape.pop()
        t_2 = dk4 * (1 - k4 * k4)
        t_3 = a.T @ t_2
        # k4 = rate(s + h * k3, a)
        dk3 = t + 0.1 * t_3
        # return np.tanh(a @ s)
        t_4 = dk3 * (1 - k3 * k3)
        t_5 = a.T @ t_4
        # k3 = rate(s + h / 2 * k2, a)
        dk2 = t + 0.05 * t_5
        # return np.tanh(a @ s)
        t_6 = dk2 * (1 - k2 * k2)
        t_7 = a.T @ t_6
        # k2 = rate(s + h / 2 * k1, a)
        dk1 = dk4 + 0.05 * t_7
        # return np.tanh(a @ s)
        t_8 = dk1 * (1 - k1 * k1)
        da += (
            np.outer(t_2, s + 0.1 * k3)
            + np.outer(t_4, s + 0.05 * k2)
            + np.outer(t_6, s + 0.05 * k1)
            + np.outer(t_8, s)
        )
        ds = ds + t_3 + t_5 + t_7 + a.T @ t_8
    return (da,)
