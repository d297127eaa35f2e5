"""Newton's method with damping inside a loss: an equation of state solved for the volume."""

import numpy as np

WRT = (0, 1)


def newton(f, df, x, tol=1e-12, max_iter=50):
    for _ in range(max_iter):
        step = f(x) / df(x)
        while x - step <= 0:
            step /= 2
        x -= step
        if abs(step) < tol * abs(x):
            break
    else:
        raise RuntimeError("Newton's method did not converge")
    return x


def loss(a, b, temperatures, pressure):
    R = 0.0821
    total = 0.0
    for T in temperatures:
        volume = newton(
            lambda v: (pressure + a / v**2) * (v - b) - R * T,
            lambda v: pressure + a / v**2 - 2 * a * (v - b) / v**3,
            R * T / pressure,
        )
        residual = 1.0
        x = volume
        while abs(residual) > 1e-10:
            new = b + R * T / (pressure + a / x**2)
            residual = new - x
            x = new
        total += (volume - 20.0) ** 2 + np.log(x)
    return total


def SAMPLE(rng):
    return (1.3 + 0.2 * rng.random(), 0.03 + 0.01 * rng.random(), [280.0, 310.0, 355.5], 1.2)
