"""Log posterior of a hierarchical regression, assembled from classes of densities."""

import math

import numpy as np

WRT = 0


class Density:
    """A log density; subclasses give `logpdf`."""

    def logpdf(self, x):
        raise NotImplementedError

    def __call__(self, x):
        return np.sum(self.logpdf(x))


class Normal(Density):
    """Normal with mean and standard deviation."""

    def __init__(self, mean, sd):
        self.mean = mean
        self.sd = sd

    def logpdf(self, x):
        z = (x - self.mean) / self.sd
        return -0.5 * z**2 - np.log(self.sd) - 0.5 * math.log(2 * math.pi)


class StudentT(Density):
    """Student's t with location zero."""

    def __init__(self, nu, scale):
        self.nu = nu
        self.scale = scale

    def logpdf(self, x):
        c = math.lgamma((self.nu + 1) / 2) - math.lgamma(self.nu / 2)
        c -= 0.5 * math.log(self.nu * math.pi)
        return (
            c - np.log(self.scale) - (self.nu + 1) / 2 * np.log1p((x / self.scale) ** 2 / self.nu)
        )


class HalfCauchy(Density):
    """Half Cauchy for a scale given by its logarithm."""

    def logpdf(self, log_scale):
        s = np.exp(log_scale)
        return math.log(2 / math.pi) - np.log1p(s * s) + log_scale


class HierarchicalModel:
    """Groups with own intercepts, one slope, outliers taken by a heavy tail."""

    def __init__(self, x, y, group):
        self.x, self.y, self.group = x, y, group
        self.priors = {
            "slope": StudentT(4, 2.0),
            "log_tau": HalfCauchy(),
            "log_sigma": HalfCauchy(),
        }

    def log_posterior(self, theta):
        total = 0.0
        for name, prior in self.priors.items():
            total += prior(theta[name])
        tau = np.exp(theta["log_tau"])
        total += Normal(theta["mu"], tau)(theta["alpha"])
        predicted = theta["alpha"][self.group] + theta["slope"] * self.x
        return total + Normal(predicted, np.exp(theta["log_sigma"]))(self.y)


def loss(theta, x, y, group):
    return -HierarchicalModel(x, y, group).log_posterior(theta)


def SAMPLE(rng):
    theta = {
        "alpha": rng.normal(size=3),
        "mu": 0.3,
        "slope": rng.normal(),
        "log_tau": -0.2,
        "log_sigma": 0.1,
    }
    return (theta, rng.normal(size=8), rng.normal(size=8), rng.integers(0, 3, 8))
