"""Several right-hand sides through one triangular matrix: rows of B turned into X."""

import numpy as np

WRT = ("L", "B")


def forward_substitution(L, B):
    X = B
    for i, row in enumerate(X):
        for k in range(i):
            row -= L[i, k] * X[k]
        row /= L[i, i]
    return X


def loss(L, B, C):
    X = forward_substitution(L, B)
    assert X is B
    return float(np.sum(np.sin(X) * C))


def SAMPLE(rng):
    L = np.tril(rng.normal(size=(4, 4)), -1) + np.diag(rng.uniform(1.0, 2.0, 4))
    return (L, rng.normal(size=(4, 2)), rng.normal(size=(4, 2)))
