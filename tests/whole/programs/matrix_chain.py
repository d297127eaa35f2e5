"""A product of rotations and scalings through functools.reduce, with partial and operator."""

import functools
import operator

import numpy as np

WRT = ("angles", "scales")


def rotation(angle, *, axis):
    c, s = np.cos(angle), np.sin(angle)
    i, j = [k for k in range(3) if k != axis]
    R = np.eye(3)
    R[i, i] = R[j, j] = c
    R[i, j] = -s
    R[j, i] = s
    return R


def compose(*functions):
    return functools.reduce(lambda f, g: lambda x: g(f(x)), functions)


def loss(angles, scales, points, target):
    about_x, about_y, about_z = (functools.partial(rotation, axis=k) for k in range(3))
    makers = (about_x, about_z, about_y)
    matrices = [make(angle) for make, angle in zip(makers, angles)]
    chain = functools.reduce(operator.matmul, [*matrices, np.diag(scales)])
    warp = compose(lambda p: p @ chain.T, np.tanh, lambda p: p - p.mean(axis=0))
    return np.sum((warp(points) - target) ** 2)


def SAMPLE(rng):
    return (
        rng.normal(size=3),
        rng.uniform(0.5, 1.5, 3),
        rng.normal(size=(4, 3)),
        rng.normal(size=(4, 3)),
    )
