import numpy as np


def dhuber(r, delta):
    return (float(r if abs(r) <= delta else delta * np.sign(r)),)
