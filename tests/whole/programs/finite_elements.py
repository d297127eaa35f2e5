"""A bar by finite elements: assembly into a stiffness matrix, supports by deletion, compliance."""

import numpy as np

WRT = ("areas", "load")


def element_stiffness(area, length, modulus=3.0):
    k = modulus * area / length
    return np.array([[k, -k], [-k, k]])


def loss(areas, load, lengths):
    n = len(areas) + 1
    K = np.zeros((n, n))
    for e, (area, length) in enumerate(zip(areas, lengths)):
        K[e : e + 2, e : e + 2] += element_stiffness(area, length)
    dofs = [0, n - 1]
    K[np.ix_(dofs, dofs)] += np.array([[0.3, 0.1], [0.1, 0.3]])
    free = np.setdiff1d(np.arange(n), [0])
    u = np.zeros(n)
    u[free] = np.linalg.solve(K[np.ix_(free, free)], load[free])
    stress = np.diff(u) / lengths
    return load @ u + np.max(np.abs(stress))


def SAMPLE(rng):
    return (rng.uniform(0.5, 1.5, 4), rng.normal(size=5), rng.uniform(0.5, 1.0, 4))
