"""Log likelihood of a particle filter with given noise and soft resampling weights."""

import numpy as np

WRT = ("theta",)


class ParticleFilter:
    """Particles with weights; `noise` is drawn once, so the likelihood is a smooth function."""

    def __init__(self, particles, noise):
        self.particles = particles
        self.weights = np.full(len(particles), 1.0 / len(particles))
        self._noise = iter(noise)

    def move(self, drift, sd):
        self.particles = drift * np.sin(self.particles) + sd * next(self._noise)

    def weigh(self, z, sd):
        likelihood = np.exp(-0.5 * ((z - self.particles) / sd) ** 2) / sd
        self.weights = self.weights * likelihood
        evidence = np.sum(self.weights)
        self.weights /= evidence
        return np.log(evidence)

    @property
    def effective_size(self):
        return 1.0 / np.sum(self.weights**2)


def loss(theta, particles, noise, measurements):
    pf = ParticleFilter(particles, noise)
    total = 0.0
    for z in measurements:
        pf.move(theta[0], np.exp(theta[1]))
        total += pf.weigh(z, np.exp(theta[2]))
        if pf.effective_size < 2.0:
            pf.weights = 0.5 * pf.weights + 0.5 / len(pf.weights)
    return -total


def SAMPLE(rng):
    return (
        np.array([1.2, -0.5, -0.3]) + 0.05 * rng.normal(size=3),
        rng.normal(size=8),
        rng.normal(size=(5, 8)),
        rng.normal(size=5),
    )
