"""Loops in which arrays change their length: no two values of one length by their history."""

import numpy as np

from tests.aliasing import X, program


@program(X)
def two_lengths_of_one_loop(x):
    a = x * 1.0
    b = a
    while len(a) > 1:
        b = a
        a = np.sin(a[1:]) * a[:-1]
    return np.sum(np.exp(a) * np.cos(b))


@program(X)
def length_of_one_arm(x):
    a = x * 1.0
    while len(a) > 1:
        a = a[1:] * a[:-1]
    c = a if x[0] > 0 else x * 2
    d = a if x[0] < 0 else x * 2
    return np.sum(c * a) + np.sum(d * a)


@program(X)
def length_kept_in_some_trips(x):
    a, b = x * 1.0, x * 1.0
    for _ in range(3):
        a = a[1:]
        if len(a) > 1:
            b = a
    return np.sum(a * b) + np.sum(a * a)


@program(X)
def lengths_of_two_loops(x):
    a = x * 1.0
    for _ in range(2):
        a = a[1:]
    b = a
    for _ in range(1):
        b = b[1:]
    return np.sum(a * b * b)
