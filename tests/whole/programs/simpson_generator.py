"""Adaptive Simpson integration, panels yielded by a generator."""

import math

WRT = (0, 1)


def panels(f, a, b, tol):
    stack = [(a, b)]
    while stack:
        lo, hi = stack.pop()
        mid = 0.5 * (lo + hi)
        whole = (hi - lo) / 6 * (f(lo) + 4 * f(mid) + f(hi))
        halves = (
            (hi - lo)
            / 12
            * (f(lo) + 4 * f(0.5 * (lo + mid)) + 2 * f(mid) + 4 * f(0.5 * (mid + hi)) + f(hi))
        )
        if abs(whole - halves) < tol * (hi - lo):
            yield halves + (halves - whole) / 15
        else:
            stack.append((lo, mid))
            stack.append((mid, hi))


def integrate(f, a, b, tol=1e-3):
    return sum(panels(f, a, b, tol))


def loss(decay, frequency, end):
    integral = integrate(lambda t: math.exp(-decay * t) * math.cos(frequency * t), 0.0, end)
    return (integral - 0.3) ** 2


def SAMPLE(rng):
    return (0.5 + rng.random(), 2.0 + rng.random(), 3.0)
