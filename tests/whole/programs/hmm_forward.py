"""Log likelihood of a hidden Markov model by the scaled forward recursion."""

import numpy as np

WRT = ("log_A", "means", "log_sigma")


def normalise_rows(log_A):
    A = np.exp(log_A)
    A /= A.sum(axis=1, keepdims=True)
    return A


def loss(log_A, means, log_sigma, obs):
    A = normalise_rows(log_A)
    K = len(means)
    T = len(obs)
    sigma = np.exp(log_sigma)
    alpha = np.zeros((T, K))
    scale = np.zeros(T)
    for t in range(T):
        density = np.exp(-0.5 * ((obs[t] - means) / sigma) ** 2) / sigma
        if t == 0:
            alpha[t] = density / K
        else:
            alpha[t] = (alpha[t - 1] @ A) * density
        scale[t] = alpha[t].sum()
        alpha[t] /= scale[t]
    return -np.log(scale).sum()


def SAMPLE(rng):
    return (
        rng.normal(size=(3, 3)),
        np.array([-1.0, 0.2, 1.5]) + 0.1 * rng.normal(size=3),
        0.1 * rng.normal(size=3),
        rng.normal(size=10),
    )
