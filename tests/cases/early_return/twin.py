import numpy as np


def dhuber(r, delta):
    if abs(r) <= delta:
        dr = 0.5 * r + 0.5 * r
    else:
        dr = delta * np.sign(r)
    return (float(dr),)
