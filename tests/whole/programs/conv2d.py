"""A convolution layer by six loops, with stride and padding, then ReLU and a mean."""

import numpy as np

WRT = ("x", "kernels", "bias")


def conv2d(x, kernels, bias, stride=1, padding=0):
    channels, height, width = x.shape
    filters, _, kh, kw = kernels.shape
    padded = np.zeros((channels, height + 2 * padding, width + 2 * padding))
    padded[:, padding : padding + height, padding : padding + width] = x
    oh = (height + 2 * padding - kh) // stride + 1
    ow = (width + 2 * padding - kw) // stride + 1
    out = np.zeros((filters, oh, ow))
    for f in range(filters):
        for i in range(oh):
            for j in range(ow):
                acc = bias[f]
                for c in range(channels):
                    for u in range(kh):
                        for v in range(kw):
                            acc += padded[c, i * stride + u, j * stride + v] * kernels[f, c, u, v]
                out[f, i, j] = acc
    return out


def relu(x):
    x[x < 0] = 0.0
    return x


def loss(x, kernels, bias):
    h = relu(conv2d(x, kernels, bias, stride=2, padding=1))
    return np.mean(h**2)


def SAMPLE(rng):
    return (rng.normal(size=(2, 5, 4)), rng.normal(size=(3, 2, 3, 2)), rng.normal(size=3))
