"""Validation loss after training a small network with momentum, as a function of the start."""

import numpy as np

WRT = ("layers", "rate")


def forward(layers, x):
    activations = [x]
    for i, (W, b) in enumerate(layers):
        x = x @ W + b
        if i < len(layers) - 1:
            x = np.tanh(x)
        activations.append(x)
    return activations


def gradients(layers, activations, y):
    grads = []
    delta = 2 * (activations[-1] - y) / len(y)
    for i in reversed(range(len(layers))):
        W, b = layers[i]
        grads.append((activations[i].T @ delta, delta.sum(axis=0)))
        if i > 0:
            delta = (delta @ W.T) * (1 - activations[i] ** 2)
    grads.reverse()
    return grads


def loss(layers, rate, momentum, x, y, x_val, y_val):
    velocity = [(np.zeros_like(W), np.zeros_like(b)) for W, b in layers]
    layers = [(W.copy(), b.copy()) for W, b in layers]
    for _epoch in range(3):
        activations = forward(layers, x)
        for (W, b), (vW, vb), (gW, gb) in zip(layers, velocity, gradients(layers, activations, y)):
            vW *= momentum
            vW -= rate * gW
            vb[:] = momentum * vb - rate * gb
            W += vW
            b += vb
    return np.mean((forward(layers, x_val)[-1] - y_val) ** 2)


def SAMPLE(rng):
    sizes = [2, 4, 1]
    layers = [(rng.normal(size=s), np.zeros(s[1])) for s in zip(sizes[:-1], sizes[1:])]
    data = [rng.normal(size=(6, k)) for k in (2, 1, 2, 1)]
    return (layers, 0.1, 0.9, *data)
