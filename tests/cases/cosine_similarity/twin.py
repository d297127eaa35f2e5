import numpy as np


def df(u, v):
    dot = np.dot(u, v)
    nu = np.sqrt(np.dot(u, u))
    nv = np.sqrt(np.dot(v, v))
    n = nu * nv
    ddot = -1.0 / n
    dn = dot / n / n
    dnu = dn * nv
    du = 2.0 * dnu * (0.5 / nu) * u + ddot * v
    return (du,)
