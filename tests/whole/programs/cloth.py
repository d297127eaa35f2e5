"""A hanging cloth: points, springs in a dictionary by pair, pins, Verlet steps, ground contact."""

import numpy as np

WRT = ("stiffness", "heights")


def build_springs(rows, cols):
    springs = {}
    for r in range(rows):
        for c in range(cols):
            k = r * cols + c
            if c + 1 < cols:
                springs[k, k + 1] = 1.0
            if r + 1 < rows:
                springs[k, k + cols] = 1.0
    return springs


def forces(points, springs, stiffness):
    total = {k: np.array([0.0, -0.5]) for k in range(len(points))}
    for (i, j), rest in springs.items():
        d = points[j] - points[i]
        length = np.sqrt(d @ d)
        f = stiffness * (length - rest) * d / length
        total[i] += f
        total[j] -= f
    return total


def loss(stiffness, heights, cols, steps):
    rows = len(heights) // cols
    springs = build_springs(rows, cols)
    points = [np.array([float(k % cols), h]) for k, h in enumerate(heights)]
    previous = [p.copy() for p in points]
    pinned = {0, cols - 1}
    for _ in range(steps):
        total = forces(points, springs, stiffness)
        for k, p in enumerate(points):
            if k in pinned:
                continue
            new = 2 * p - previous[k] + 0.05 * total[k]
            if new[1] < -3.0:
                new[1] = -3.0
            previous[k] = p
            points[k] = new
    return sum(p[1] for p in points) / len(points)


def SAMPLE(rng):
    heights = np.array([0.0, 0.1, 0.0, -1.2, -1.0, -1.1, -2.1, -2.97, -2.2])
    return (2.0 + rng.random(), heights + 0.01 * rng.normal(size=9), 3, 4)
