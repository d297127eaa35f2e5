import numpy as np


def df(x):
    return (4.0 * x,)
