"""Registration of images: bilinear sampling after an affine map, with views and a pyramid."""

import numpy as np

WRT = ("theta", "moving")


def downsample(image):
    return 0.25 * (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2])


def bilinear(image, ys, xs):
    h, w = image.shape
    y0 = np.clip(np.floor(ys).astype(int), 0, h - 2)
    x0 = np.clip(np.floor(xs).astype(int), 0, w - 2)
    fy, fx = ys - y0, xs - x0
    top = image[y0, x0] * (1 - fx) + image[y0, x0 + 1] * fx
    bottom = image[y0 + 1, x0] * (1 - fx) + image[y0 + 1, x0 + 1] * fx
    return top * (1 - fy) + bottom * fy


def loss(theta, fixed, moving):
    total = 0.0
    flipped = moving[::-1].T
    flipped[0] *= 0.5
    for level in range(2):
        h, w = moving.shape
        ys, xs = np.mgrid[0:h, 0:w].astype(float)
        grid = np.stack([ys.ravel(), xs.ravel(), np.ones(h * w)])
        sy, sx = theta.reshape(2, 3) @ grid
        difference = bilinear(moving, sy, sx) - fixed.ravel()
        inside = (sy >= 0) & (sy <= h - 1) & (sx >= 0) & (sx <= w - 1)
        total += np.sum(difference[inside] ** 2) / max(1, np.count_nonzero(inside))
        fixed, moving = downsample(fixed), downsample(moving)
    return total


def SAMPLE(rng):
    theta = np.array([0.91, 0.05, 0.23, -0.04, 0.93, 0.17]) + 0.01 * rng.normal(size=6)
    return (theta, rng.normal(size=(6, 6)), rng.normal(size=(6, 6)))
