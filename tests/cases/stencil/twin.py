import numpy as np


def denergy(u):
    lap = u[2:] - 2 * u[1:-1] + u[:-2]
    dlap = 0.5 * (2.0 * lap)
    du = np.zeros_like(u)
    du[:-2] += dlap
    du[1:-1] -= dlap * 2
    du[2:] += dlap
    return (du,)
