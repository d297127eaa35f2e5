import numpy as np


def dnll(mu, rho, x):
    # z = (x - mu) / np.exp(rho)
    t = np.exp(rho)
    z = (x - mu) / t
    t_2 = z / t
    drho = float(1.0 * x.size - np.sum(t_2 * z) * t)
    return float(-np.sum(t_2)), drho
