"""A Bezier curve by de Casteljau's scheme on lists of lists; its length and end curvature."""

import math

WRT = 0


def lerp(a, b, t):
    return [(1 - t) * x + t * y for x, y in zip(a, b)]


def de_casteljau(control, t):
    points = [list(p) for p in control]
    n = len(points)
    for level in range(1, n):
        for i in range(n - level):
            points[i] = lerp(points[i], points[i + 1], t)
    return points[0]


def length(curve):
    total = 0.0
    for p, q in zip(curve[:-1], curve[1:]):
        total += math.hypot(q[0] - p[0], q[1] - p[1])
    return total


def loss(control, samples):
    curve = [de_casteljau(control, k / samples) for k in range(samples + 1)]
    highest = max(point[1] for point in curve[1:-1])
    *_, last = curve
    return length(curve) + 0.5 * highest + 0.1 * (last[0] - curve[samples // 2][1]) ** 2


def SAMPLE(rng):
    return ([[float(k), float(rng.normal())] for k in range(4)], 8)
