"""A spectrum by recursion on even and odd samples, real and imaginary parts in lists."""

import math

WRT = 0


def fft(re, im):
    n = len(re)
    if n == 1:
        return list(re), list(im)
    even_re, even_im = fft(re[0::2], im[0::2])
    odd_re, odd_im = fft(re[1::2], im[1::2])
    out_re, out_im = [0.0] * n, [0.0] * n
    for k in range(n // 2):
        c = math.cos(-2 * math.pi * k / n)
        s = math.sin(-2 * math.pi * k / n)
        tr = c * odd_re[k] - s * odd_im[k]
        ti = c * odd_im[k] + s * odd_re[k]
        out_re[k], out_im[k] = even_re[k] + tr, even_im[k] + ti
        out_re[k + n // 2], out_im[k + n // 2] = even_re[k] - tr, even_im[k] - ti
    return out_re, out_im


def loss(samples):
    window = [0.5 - 0.5 * math.cos(2 * math.pi * k / len(samples)) for k in range(len(samples))]
    re, im = fft([w * x for w, x in zip(window, samples)], [0.0] * len(samples))
    power = [a * a + b * b for a, b in zip(re, im)]
    total = sum(power)
    centroid = sum(k * p for k, p in enumerate(power[: len(power) // 2])) / total
    return centroid + math.log(total)


def SAMPLE(rng):
    return (rng.normal(size=8).tolist(),)
