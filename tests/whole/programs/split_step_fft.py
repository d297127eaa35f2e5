"""Nonlinear Schroedinger equation by split steps: half of each in k-space, all in place."""

import numpy as np

WRT = ("amplitude", "potential")


def loss(amplitude, potential, steps, dt):
    n = len(amplitude)
    k = 2 * np.pi * np.fft.fftfreq(n, d=0.5)
    kinetic = np.exp(-0.5j * dt * k**2)
    psi = amplitude.astype(complex)
    psi *= np.exp(0.3j * np.arange(n))
    for _ in range(steps):
        psi *= np.exp(-0.5j * dt * (potential + np.abs(psi) ** 2))
        psi_k = np.fft.fft(psi)
        psi_k *= kinetic
        psi_k[np.abs(k) > 5.0] = 0.0
        psi[:] = np.fft.ifft(psi_k)
        psi *= np.exp(-0.5j * dt * (potential + np.abs(psi) ** 2))
    density = psi.real**2 + psi.imag**2
    return np.sum(np.arange(n) * density) / np.sum(density)


def SAMPLE(rng):
    return (rng.uniform(0.5, 1.5, 8), rng.normal(size=8), 3, 0.1)
