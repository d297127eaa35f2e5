"""Attitude of a body by a quaternion class: integrated rates against measured directions."""

import numpy as np

WRT = (0, 1)


class Quaternion:
    """A quaternion w + xi + yj + zk."""

    __slots__ = ("w", "x", "y", "z")

    def __init__(self, w, x, y, z):
        self.w = w
        self.x = x
        self.y = y
        self.z = z

    def __mul__(self, other):
        return Quaternion(
            self.w * other.w - self.x * other.x - self.y * other.y - self.z * other.z,
            self.w * other.x + self.x * other.w + self.y * other.z - self.z * other.y,
            self.w * other.y - self.x * other.z + self.y * other.w + self.z * other.x,
            self.w * other.z + self.x * other.y - self.y * other.x + self.z * other.w,
        )

    def __iter__(self):
        return iter((self.w, self.x, self.y, self.z))

    def conjugate(self):
        return Quaternion(self.w, -self.x, -self.y, -self.z)

    def __abs__(self):
        return np.sqrt(sum(part * part for part in self))

    def normalised(self):
        n = abs(self)
        return Quaternion(*(part / n for part in self))

    def rotate(self, v):
        _, *xyz = self * Quaternion(0.0, *v) * self.conjugate()
        return np.array(xyz)


def loss(start, rates, dt, seen):
    q = Quaternion(*start).normalised()
    error = 0.0
    up = np.array([0.0, 0.0, 1.0])
    for omega, direction in zip(rates, seen):
        dq = q * Quaternion(0.0, *omega)
        q = Quaternion(*(a + 0.5 * dt * b for a, b in zip(q, dq))).normalised()
        error += np.sum((q.rotate(up) - direction) ** 2)
    return error


def SAMPLE(rng):
    seen = rng.normal(size=(4, 3))
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    start = np.array([1.0, 0.2, -0.1, 0.3]) + 0.1 * rng.normal(size=4)
    return (start, rng.normal(size=(4, 3)), 0.2, seen)
