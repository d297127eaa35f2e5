"""Lloyd's k-means by boolean masks, an empty cluster kept where it is; quality of the result."""

import numpy as np

WRT = ("X",)


def assign(X, centres):
    d = np.sum((X[:, None, :] - centres[None]) ** 2, axis=-1)
    return np.argmin(d, axis=1)


def loss(X, centres, rounds):
    centres = centres.copy()
    for _ in range(rounds):
        label = assign(X, centres)
        for k in range(len(centres)):
            mine = label == k
            if not np.any(mine):
                continue
            centres[k] = X[mine].mean(axis=0)
    label = assign(X, centres)
    return np.sum((X - centres[label]) ** 2) / len(X)


def SAMPLE(rng):
    X = rng.normal(size=(9, 2))
    return (X, np.array([[1.0, 0.0], [-1.0, 0.2], [0.0, 50.0]]), 3)
