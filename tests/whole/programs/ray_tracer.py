"""A small ray tracer with a vector class: brightness of three spheres under one lamp."""

import math

import numpy as np

WRT = ("centres", "lamp")


class Vec:
    """A vector in space."""

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vec(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k, self.z * k)

    __rmul__ = __mul__

    def __neg__(self):
        return Vec(-self.x, -self.y, -self.z)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def norm(self):
        return math.sqrt(self.dot(self))

    def unit(self):
        return self * (1.0 / self.norm())


class Ray:
    """A half line."""

    def __init__(self, origin, direction):
        self.origin = origin
        self.direction = direction

    def at(self, t):
        return self.origin + t * self.direction


class Sphere:
    """A sphere of one colour."""

    def __init__(self, centre, radius, shade):
        self.centre = centre
        self.radius = radius
        self.shade = shade

    def intersect(self, ray):
        oc = ray.origin - self.centre
        b = oc.dot(ray.direction)
        c = oc.dot(oc) - self.radius**2
        disc = b * b - c
        if disc <= 0.0:
            return None
        t = -b - math.sqrt(disc)
        return t if t > 1e-6 else None


def trace(ray, spheres, lamp):
    nearest, hit = math.inf, None
    for sphere in spheres:
        t = sphere.intersect(ray)
        if t is not None and t < nearest:
            nearest, hit = t, sphere
    if hit is None:
        return 0.1
    point = ray.at(nearest)
    normal = (point - hit.centre).unit()
    light = (lamp - point).unit()
    return hit.shade * max(0.0, normal.dot(light)) + 0.05


def loss(centres, lamp, pixels):
    spheres = [
        Sphere(Vec(c[0], c[1], c[2]), 0.5 + 0.1 * k, 0.4 + 0.2 * k) for k, c in enumerate(centres)
    ]
    source = Vec(*lamp)
    total = 0.0
    for u, v in pixels:
        ray = Ray(Vec(0.0, 0.0, 0.0), Vec(u, v, 1.0).unit())
        total += trace(ray, spheres, source) ** 2
    return total


def SAMPLE(rng):
    centres = np.array([[-0.6, 0.0, 3.0], [0.5, 0.3, 3.5], [0.1, -0.4, 4.0]])
    centres = centres + 0.05 * rng.normal(size=(3, 3))
    pixels = [(-0.2, 0.02), (0.12, 0.1), (0.0, -0.08), (0.4, 0.4), (-0.15, 0.0)]
    return (centres, np.array([2.0, 3.0, -1.0]) + 0.1 * rng.normal(size=3), pixels)
