"""Negative log-likelihood of a normal sample in mean and log-scale."""
import numpy as np

SAMPLE = lambda rng: dict(mu=0.2, rho=-0.4, x=rng.normal(size=6))
WRT = ("mu", "rho")


def nll(mu, rho, x):
    z = (x - mu) / np.exp(rho)
    return np.sum(0.5 * z**2 + rho)
