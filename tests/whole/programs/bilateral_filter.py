"""A bilateral filter written with four loops over a small image."""

import math

import numpy as np

WRT = ("image", "sigma_r")


def bilateral(image, sigma_s, sigma_r, radius=1):
    height, width = image.shape
    result = np.zeros(image.shape)
    for y in range(height):
        for x in range(width):
            total = 0.0
            norm = 0.0
            for dy in range(-radius, radius + 1):
                for dx in range(-radius, radius + 1):
                    v, u = y + dy, x + dx
                    if v < 0 or v >= height or u < 0 or u >= width:
                        continue
                    space = (dx * dx + dy * dy) / (2 * sigma_s**2)
                    tone = (image[v, u] - image[y, x]) ** 2 / (2 * sigma_r**2)
                    w = math.exp(-space - tone)
                    total += w * image[v, u]
                    norm += w
            result[y, x] = total / norm
    return result


def loss(image, sigma_r, clean):
    return float(np.mean((bilateral(image, 1.2, sigma_r) - clean) ** 2))


def SAMPLE(rng):
    clean = rng.random((4, 5))
    return (clean + 0.1 * rng.normal(size=(4, 5)), 0.3, clean)
