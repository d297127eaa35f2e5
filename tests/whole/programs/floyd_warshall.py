"""Shortest paths between all pairs: the min-plus recursion in place."""

import numpy as np

WRT = 0


def floyd_warshall(dist):
    n = dist.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                through = dist[i, k] + dist[k, j]
                if through < dist[i, j]:
                    dist[i, j] = through


def floyd_warshall_rows(dist):
    for k in range(len(dist)):
        np.minimum(dist, dist[:, k, None] + dist[k], out=dist)


def loss(lengths, traffic):
    first = lengths.copy()
    floyd_warshall(first)
    second = lengths.copy()
    floyd_warshall_rows(second)
    return np.sum(traffic * first) + np.sum(second**2)


def SAMPLE(rng):
    lengths = rng.uniform(0.5, 6.0, (5, 5))
    np.fill_diagonal(lengths, 0.3)
    return (lengths, rng.random((5, 5)))
