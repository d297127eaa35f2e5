"""A natural cubic spline as a class; its roughness and misfit at given points."""

import numpy as np

WRT = 1


class NaturalSpline:
    """Interpolates (x, y) with continuous second derivatives."""

    def __init__(self, x, y):
        self.x = np.asarray(x)
        self.y = np.asarray(y)
        self.h = np.diff(self.x)
        self.m = self._second_derivatives()

    def _second_derivatives(self):
        n = len(self.x)
        m = np.zeros(n)
        c = np.zeros(n - 1)
        d = np.zeros(n - 1)
        for i in range(1, n - 1):
            a = self.h[i - 1]
            b = 2.0 * (self.h[i - 1] + self.h[i])
            slope = (self.y[i + 1] - self.y[i]) / self.h[i]
            before = (self.y[i] - self.y[i - 1]) / self.h[i - 1]
            w = b - a * c[i - 1]
            c[i] = self.h[i] / w
            d[i] = (6.0 * (slope - before) - a * d[i - 1]) / w
        for i in range(n - 2, 0, -1):
            m[i] = d[i] - c[i] * m[i + 1]
        return m

    def __call__(self, at):
        i = int(np.clip(np.searchsorted(self.x, at) - 1, 0, len(self.h) - 1))
        t = at - self.x[i]
        u = self.x[i + 1] - at
        h = self.h[i]
        return (
            (self.m[i] * u**3 + self.m[i + 1] * t**3) / (6 * h)
            + (self.y[i] / h - self.m[i] * h / 6) * u
            + (self.y[i + 1] / h - self.m[i + 1] * h / 6) * t
        )

    @property
    def roughness(self):
        return np.sum(self.h * (self.m[:-1] ** 2 + self.m[:-1] * self.m[1:] + self.m[1:] ** 2)) / 3


def loss(x, y, points, values):
    spline = NaturalSpline(x, y)
    misfit = 0.0
    for p, v in zip(points, values):
        misfit += (spline(p) - v) ** 2
    return misfit + 1e-2 * spline.roughness


def SAMPLE(rng):
    x = np.cumsum(rng.uniform(0.5, 1.0, 7))
    points = rng.uniform(x[0] + 0.1, x[-1] - 0.1, 5)
    return (x, rng.normal(size=7), points, rng.normal(size=5))
