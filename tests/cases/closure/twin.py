import numpy as np


def df(x, a=2.0, b=np.array([1.0, 2.0, 3.0, 4.0])):
    p = a * x**2 + b * x
    s = np.sin(x)
    dx = p * np.cos(x) + s * b + s * a * (2.0 * x)
    return (dx,)
