"""One library's side of benchmarks/imperative.py: a process that runs a workload when told to.

Run by the interpreter of the environment that has the library: ``python eager_worker.py NAME``. Reads
lines ``WORKLOAD COUNT``, answers with the seconds that many runs took, and the sum of the gradients of
the last, as JSON. Needs NumPy and that library only.
"""

import functools
import itertools
import json
import sys
import time

import numpy

ROWS, LAYERS = 128, (784, 256, 256, 10)


@functools.cache
def start(shape):
    """The values that all libraries start from."""
    return numpy.random.RandomState(len(shape) + shape[-1]).uniform(-1, 1, shape).astype("float32")


def layers():
    """Weights and biases of the network, and a batch of images with their one-hot labels."""
    parameters = []
    for rows, columns in itertools.pairwise(LAYERS):
        parameters.append(start((rows, columns)) * numpy.float32(0.05))
        parameters.append(numpy.zeros(columns, "float32"))
    labels = numpy.eye(10, dtype="float32")[numpy.arange(ROWS) % 10]
    return parameters, start((ROWS, 784)), labels


def srcgrad():
    from srcgrad import autograd, np, npx

    return recorded(autograd, np, npx)


def mxnet():
    from mxnet import autograd, np, npx

    npx.set_np()
    return recorded(autograd, np, npx)


def recorded(autograd, np, npx):
    """The workloads in the API that srcgrad and MXNet share."""

    def chain(n):
        x = np.array(start((3,)))
        x.attach_grad()
        with autograd.record():
            y = x
            for _ in range(n // 2):
                y = np.sin(y)
                y = y * 1.01
        y.backward()
        return x.grad.asnumpy().sum()

    parameters, images, labels = layers()
    weights = [np.array(p) for p in parameters]
    for w in weights:
        w.attach_grad()
    images, labels = np.array(images), np.array(labels)

    def mlp():
        w1, b1, w2, b2, w3, b3 = weights
        with autograd.record():
            h = npx.relu(np.dot(images, w1) + b1)
            h = npx.relu(np.dot(h, w2) + b2)
            loss = -(npx.log_softmax(np.dot(h, w3) + b3) * labels).sum() / ROWS
        loss.backward()
        for w in weights:
            w -= 0.0 * w.grad
        return sum(numpy.abs(b.grad.asnumpy()).sum() for b in (b1, b2, b3))

    return chain, mlp


def torch():
    import os

    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))

    def chain(n):
        x = torch.tensor(start((3,)), requires_grad=True)
        y = x
        for _ in range(n // 2):
            y = torch.sin(y)
            y = y * 1.01
        y.sum().backward()
        return x.grad.numpy().sum()

    parameters, images, labels = layers()
    weights = [torch.tensor(p, requires_grad=True) for p in parameters]
    images, labels = torch.tensor(images), torch.tensor(labels)

    def mlp():
        w1, b1, w2, b2, w3, b3 = weights
        h = torch.relu(images @ w1 + b1)
        h = torch.relu(h @ w2 + b2)
        loss = -(torch.log_softmax(h @ w3 + b3, 1) * labels).sum() / ROWS
        for w in weights:
            w.grad = None
        loss.backward()
        with torch.no_grad():
            for w in weights:
                w -= 0.0 * w.grad
        return sum(numpy.abs(b.grad.numpy()).sum() for b in (b1, b2, b3))

    return chain, mlp


def autograd():
    import autograd.numpy as np
    from autograd import grad

    def chain(n):
        def f(x):
            y = x
            for _ in range(n // 2):
                y = np.sin(y)
                y = y * 1.01
            return np.sum(y)

        return grad(f)(start((3,))).sum()

    weights, images, labels = layers()

    def loss(weights):
        w1, b1, w2, b2, w3, b3 = weights
        h = np.maximum(np.dot(images, w1) + b1, 0)
        h = np.maximum(np.dot(h, w2) + b2, 0)
        z = np.dot(h, w3) + b3
        z = z - np.max(z, axis=1, keepdims=True)
        z = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        return -np.sum(z * labels) / ROWS

    gradient = grad(loss)

    def mlp():
        found = gradient(weights)
        for w, g in zip(weights, found, strict=True):
            w -= 0.0 * g
        return sum(numpy.abs(g).sum() for g in found[1::2])

    return chain, mlp


def tensorflow():
    import tensorflow as tf

    def chain(n):
        x = tf.Variable(start((3,)))
        with tf.GradientTape() as tape:
            y = x
            for _ in range(n // 2):
                y = tf.sin(y)
                y = y * 1.01
        return tape.gradient(y, x).numpy().sum()

    parameters, images, labels = layers()
    weights = [tf.Variable(p) for p in parameters]
    images, labels = tf.constant(images), tf.constant(labels)

    def mlp():
        w1, b1, w2, b2, w3, b3 = weights
        with tf.GradientTape() as tape:
            h = tf.nn.relu(tf.matmul(images, w1) + b1)
            h = tf.nn.relu(tf.matmul(h, w2) + b2)
            loss = -tf.reduce_sum(tf.nn.log_softmax(tf.matmul(h, w3) + b3) * labels) / ROWS
        found = tape.gradient(loss, weights)
        for w, g in zip(weights, found, strict=True):
            w.assign_sub(0.0 * g)
        return sum(numpy.abs(g.numpy()).sum() for g in found[1::2])

    return chain, mlp


def main():
    chain, mlp = globals()[sys.argv[1]]()
    for line in sys.stdin:
        workload, count = line.split()
        size = int(workload) if workload.isdigit() else 0
        before = time.perf_counter()
        for _ in range(int(count)):
            result = chain(size) if size else mlp()
        seconds = time.perf_counter() - before
        print(json.dumps([seconds, float(result)]), flush=True)


if __name__ == "__main__":
    main()
