"""Log marginal likelihood of a Gaussian process, kernel matrix filled by loops."""

import numpy as np

WRT = 0


class RBF:
    """Squared exponential kernel."""

    def __init__(self, log_length, log_variance):
        self.length = np.exp(log_length)
        self.variance = np.exp(log_variance)

    def __call__(self, a, b):
        return self.variance * np.exp(-0.5 * np.sum(((a - b) / self.length) ** 2))


class White:
    """Independent noise."""

    def __init__(self, log_noise):
        self.noise = np.exp(log_noise)

    def __call__(self, a, b):
        return self.noise if a is b else 0.0


def gram(kernels, X):
    n = len(X)
    K = np.empty((n, n))
    points = [X[i] for i in range(n)]
    for i, a in enumerate(points):
        for j, b in enumerate(points[: i + 1]):
            K[i, j] = K[j, i] = sum(k(a, b) for k in kernels)
    return K


def loss(hyper, X, y):
    kernels = [RBF(hyper["log_length"], hyper["log_variance"]), White(hyper["log_noise"])]
    K = gram(kernels, X)
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ alpha + np.log(np.diagonal(L)).sum() + 0.5 * len(y) * np.log(2 * np.pi)


def SAMPLE(rng):
    hyper = {"log_length": 0.1 * rng.normal(size=2), "log_variance": 0.2, "log_noise": -1.5}
    return (hyper, rng.normal(size=(6, 2)), rng.normal(size=6))
