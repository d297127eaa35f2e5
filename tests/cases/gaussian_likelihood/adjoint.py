import numpy as np


def dnll(mu, rho, x):
    # z = (x - mu) / np.exp(rho)
    t = np.exp(rho)
    z = (x - mu) / t
    t_2 = z / t
    drho = float(1.0 * x.size - (t_2 * z).sum() * t)
    return float(-t_2.sum()), drho
