import numpy as np


def denergy(u):
    lap = u[2:] - 2 * u[1:-1] + u[:-2]
    du = np.zeros_like(u)
    du[:-2] += lap
    du[1:-1] += -2 * lap
    du[2:] += lap
    return (du,)
