"""PageRank by power iteration to a tolerance, on weights of links."""

import numpy as np

WRT = ("links", "damping")


def pagerank(links, damping, tol=1e-13):
    n = links.shape[0]
    out = links.sum(axis=0)
    M = np.where(out > 0, links / np.where(out > 0, out, 1.0), 1.0 / n)
    rank = np.ones(n) / n
    iterations = 0
    while True:
        new = damping * M @ rank + (1 - damping) / n
        change = np.abs(new - rank).sum()
        rank = new
        iterations += 1
        if change < tol or iterations >= 200:
            return rank, iterations


def loss(links, damping, wanted):
    rank, iterations = pagerank(links, damping)
    print(f"converged after {iterations} iterations")
    return -np.sum(wanted * np.log(rank))


def SAMPLE(rng):
    links = rng.uniform(0.2, 1.0, (5, 5)) * (rng.random((5, 5)) < 0.7)
    links[0] += 0.3
    return (links, 0.85, np.array([0.1, 0.3, 0.2, 0.25, 0.15]))
