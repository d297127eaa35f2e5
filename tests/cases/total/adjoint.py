import numpy as np


def df(x):
    return (np.full_like(x, 3.0),)
