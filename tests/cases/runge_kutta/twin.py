import numpy as np


def dfinal(s, k, c):
    h = 0.1
    tape = []
    for _ in range(5):
        k1 = np.stack([s[1], -k * s[0] - c * s[1]])
        s2 = s + h / 2 * k1
        k2 = np.stack([s2[1], -k * s2[0] - c * s2[1]])
        s3 = s + h / 2 * k2
        k3 = np.stack([s3[1], -k * s3[0] - c * s3[1]])
        s4 = s + h * k3
        k4 = np.stack([s4[1], -k * s4[0] - c * s4[1]])
        tape.append((s[0], s2[0], s3[0], s4[0]))
        s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    ds = np.zeros_like(s)
    ds[0] += 2.0 * s[0]
    dk = 0.0
    for _ in range(5):
        x1, x2, x3, x4 = tape.pop()
        g = h / 6 * ds
        dk4 = g
        dk -= dk4[1] * x4
        ds4 = np.stack([-k * dk4[1], dk4[0] - c * dk4[1]])
        dk3 = 2.0 * g + h * ds4
        dk -= dk3[1] * x3
        ds3 = np.stack([-k * dk3[1], dk3[0] - c * dk3[1]])
        dk2 = 2.0 * g + h / 2 * ds3
        dk -= dk2[1] * x2
        ds2 = np.stack([-k * dk2[1], dk2[0] - c * dk2[1]])
        dk1 = g + h / 2 * ds2
        dk -= dk1[1] * x1
        ds1 = np.stack([-k * dk1[1], dk1[0] - c * dk1[1]])
        ds = ds + ds4 + ds3 + ds2 + ds1
    return (float(dk),)
