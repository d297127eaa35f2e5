import numpy as np


def dnll(mu, rho, x):
    s = np.exp(rho)
    z = (x - mu) / s
    dz = 0.5 * (2.0 * z)
    drho = float(x.size - np.sum(dz * (z / s)) * s)
    dmu = -float(np.sum(dz / s))
    return dmu, drho
