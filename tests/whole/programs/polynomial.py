"""Polynomials as a class with operators: a product, a derivative, a value, Newton's root."""

from __future__ import annotations

import functools

import numpy as np

WRT = 0


@functools.total_ordering
class Poly:
    """A polynomial by its coefficients, lowest first."""

    def __init__(self, coefficients):
        self.c = list(coefficients)

    @classmethod
    def from_roots(cls, *roots):
        result = cls([1.0])
        for r in roots:
            result = result * cls([-r, 1.0])
        return result

    @staticmethod
    def _pad(a, n):
        return a + [0.0] * (n - len(a))

    def __add__(self, other):
        if not isinstance(other, Poly):
            other = Poly([other])
        n = max(len(self.c), len(other.c))
        return Poly([a + b for a, b in zip(self._pad(self.c, n), self._pad(other.c, n))])

    __radd__ = __add__

    def __neg__(self):
        return Poly([-a for a in self.c])

    def __sub__(self, other):
        return self + (-other)

    def __mul__(self, other):
        if isinstance(other, Poly):
            c = [0.0] * (len(self.c) + len(other.c) - 1)
            for i, a in enumerate(self.c):
                for j, b in enumerate(other.c):
                    c[i + j] += a * b
            return Poly(c)
        return Poly([a * other for a in self.c])

    __rmul__ = __mul__

    def __pow__(self, n):
        result = Poly([1.0])
        for _ in range(n):
            result = result * self
        return result

    def __call__(self, x):
        value = 0.0
        for a in reversed(self.c):
            value = value * x + a
        return value

    def __getitem__(self, k):
        return self.c[k]

    def __len__(self):
        return len(self.c)

    def __eq__(self, other):
        return self.c == other.c

    def __lt__(self, other):
        return self(1.0) < other(1.0)

    def derivative(self):
        return Poly([k * a for k, a in enumerate(self.c)][1:])


def loss(a, x):
    p = Poly(a)
    q = Poly.from_roots(a[0], a[1])
    r = 2.0 * p * q - p.derivative() ** 2 + 1.0
    root = x
    dr = r.derivative()
    for _ in range(4):
        root -= r(root) / dr(root)
    bigger = p if p > q else q
    return r(x) + root**2 + bigger[1] + len(r) * r[-1] + np.sum(a)


def SAMPLE(rng):
    return (np.array([0.7, -1.2, 0.4]) + 0.1 * rng.normal(size=3), 2.5)
