"""Power in a ladder network, with Python's complex numbers and cmath."""

import cmath

WRT = (0, 1, 2)


def parallel(*z):
    return 1 / sum(1 / each for each in z)


def loss(R, L, C, frequencies):
    total = 0.0
    for f in frequencies:
        w = 2 * cmath.pi * f
        branch = R + 1j * w * L
        z = parallel(branch, 1 / (1j * w * C), complex(2.0, -0.3))
        current = 1.0 / z
        total += (z * abs(current) ** 2).real + 0.1 * cmath.phase(z) ** 2
        total += (z * z.conjugate()).real * 0.01 + cmath.exp(-0.1 * z).imag
    return total


def SAMPLE(rng):
    return (1.0 + rng.random(), 0.2 + 0.1 * rng.random(), 0.4, [0.1, 0.35, 0.8])
