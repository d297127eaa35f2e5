"""Barycentric Lagrange interpolation with its special case at a node."""

import numpy as np

WRT = (0, 1)


def weights(nodes):
    n = len(nodes)
    w = np.ones(n)
    for j in range(n):
        for k in range(n):
            if k != j:
                w[j] /= nodes[j] - nodes[k]
    return w


def interpolate(nodes, values, at):
    w = weights(nodes)
    result = np.empty(len(at))
    for m, x in enumerate(at):
        top = bottom = 0.0
        for j in range(len(nodes)):
            if x == nodes[j]:
                result[m] = values[j]
                break
            q = w[j] / (x - nodes[j])
            top += q * values[j]
            bottom += q
        else:
            result[m] = top / bottom
    return result


def loss(nodes, values, at):
    return np.sum(interpolate(nodes, values, at) ** 2) + np.sum(interpolate(nodes, values, nodes))


def SAMPLE(rng):
    nodes = np.arange(5.0) + 0.1 * rng.normal(size=5)
    return (nodes, rng.normal(size=5), rng.uniform(0.2, 3.8, 4))
