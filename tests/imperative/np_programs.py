"""Programs as textbooks write them with `np`: data drawn, a model from scratch, some steps of training.

Each takes a package with MXNet's API and returns numbers. MXNet 1.9.1 draws the same random numbers,
so it gives the same results to the rounding of float32; `ANSWERS` are its.
"""

from __future__ import annotations

import math
from typing import Any

ANSWERS: dict[str, list[float]] = {
    "linear_regression": [0.363662, 0.003153, 0.000105, 1.999466, 4.198713],
    "perceptron": [1.095626, 1.075137, 1.062325, 0.980126, 70.0],
    "convolutional_network": [0.700788, 0.62502, 0.55811, 0.483694, 0.417232],
    "batch_normalisation": [149.581955, 899.990356, -0.011531],
    "recurrent_network": [
        1.8022,
        1.753453,
        1.712793,
        1.67117,
        1.620468,
        1.551123,
        1.451077,
        1.309439,
    ],
    "attention": [1.570919, 4.437775, 0.255183, 2.53747, 254.6362],
}


def _descend(params: Any, rate: float, batch: int) -> None:
    for param in params:
        param[:] = param - rate * param.grad / batch


def _attached(*params: Any) -> list[Any]:
    for param in params:
        param.attach_grad()
    return list(params)


def _softmax(np: Any, scores: Any) -> Any:
    powers = np.exp(scores)
    return powers / powers.sum(1, keepdims=True)


def linear_regression(world: Any) -> list[float]:
    """Synthetic data, squared loss, minibatches by index arrays."""
    np, autograd = world.np, world.autograd
    x = np.random.normal(0, 1, (60, 2))
    y = np.dot(x, np.array([2, -3.4])) + 4.2
    y += np.random.normal(0, 0.01, y.shape)
    w, b = _attached(np.random.normal(0, 0.01, (2, 1)), np.zeros(1))
    found = []
    for _ in range(3):
        for k in range(0, 60, 10):
            batch = np.array(list(range(k, k + 10)))
            with autograd.record():
                loss = (np.dot(x[batch], w) + b - y[batch].reshape((-1, 1))) ** 2 / 2
            loss.backward()
            _descend([w, b], 0.3, 10)
        found.append(float(loss.mean()))
    return [*found, float(w[0, 0]), float(b[0])]


def perceptron(world: Any) -> list[float]:
    """A hidden layer with dropout by hand, weight decay, cross entropy by fancy reading."""
    np, npx, autograd = world.np, world.npx, world.autograd
    x = np.random.normal(0, 1, (80, 2))
    y = (x[:, 0] > 0).astype("int32") + (x[:, 1] > 0).astype("int32")
    params = _attached(
        np.random.normal(scale=0.1, size=(2, 16)),
        np.zeros(16),
        np.random.normal(scale=0.1, size=(16, 3)),
        np.zeros(3),
    )
    w, b, v, c = params
    found = []
    for _ in range(4):
        for k in range(0, 80, 20):
            with autograd.record():
                h = npx.relu(np.dot(x[k : k + 20], w) + b)
                if autograd.is_training():
                    mask = np.random.uniform(0, 1, h.shape) > 0.2
                    h = mask.astype(np.float32) * h / (1.0 - 0.2)
                guess = _softmax(np, np.dot(h, v) + c)
                loss = -np.log(guess[range(20), y[k : k + 20]]) + 0.001 * (w**2).sum() / 2
            loss.backward()
            _descend(params, 0.5, 20)
        found.append(float(loss.mean()))
    guess = np.dot(npx.relu(np.dot(x, w) + b), v).argmax(axis=1).astype("int32")
    return [*found, float((guess == y).sum())]


def convolutional_network(world: Any) -> list[float]:
    """Convolution, pooling, log-softmax, `pick`."""
    np, npx, autograd = world.np, world.npx, world.autograd
    params = _attached(
        np.random.normal(0, 0.3, (3, 1, 2, 2)), np.zeros(3), np.random.normal(0, 0.1, (27, 2))
    )
    w, b, v = params
    images, labels = np.random.normal(0, 1, (8, 1, 8, 8)), np.array([0, 1] * 4)
    found = []
    for _ in range(5):
        with autograd.record():
            h = npx.relu(npx.convolution(images, w, b, kernel=(2, 2), num_filter=3))
            h = npx.pooling(h, kernel=(2, 2), stride=(2, 2), pool_type="max")
            loss = -npx.pick(npx.log_softmax(np.dot(npx.batch_flatten(h), v)), labels)
        loss.backward()
        _descend(params, 0.5, 8)
        found.append(float(loss.mean()))
    return found


def batch_normalisation(world: Any) -> list[float]:
    """Statistics of a batch by hand, moving averages in recorded code."""
    np, autograd = world.np, world.autograd
    gamma, beta = _attached(np.ones((1, 3, 1, 1)), np.zeros((1, 3, 1, 1)))
    moving = np.zeros((1, 3, 1, 1))
    x = np.random.normal(0, 1, (4, 3, 5, 5))
    with autograd.record():
        mean = x.mean(axis=(0, 2, 3), keepdims=True)
        var = ((x - mean) ** 2).mean(axis=(0, 2, 3), keepdims=True)
        y = gamma * ((x - mean) / np.sqrt(var + 1e-5)) + beta
        moving = 0.9 * moving + 0.1 * mean
        loss = (y**3).sum()
    loss.backward()
    return [float(gamma.grad.sum()), float(beta.grad.sum()), float(moving.sum())]


def recurrent_network(world: Any) -> list[float]:
    """Backpropagation through time over detached states, with clipped gradients."""
    np, npx, autograd = world.np, world.npx, world.autograd
    params = _attached(
        np.random.normal(scale=0.1, size=(6, 8)),
        np.random.normal(scale=0.1, size=(8, 8)),
        np.zeros(8),
        np.random.normal(scale=0.1, size=(8, 6)),
        np.zeros(6),
    )
    wx, wh, b, v, c = params
    words = np.array([[0, 1, 2, 3], [2, 3, 4, 5]])
    state = np.zeros((2, 8))
    found = []
    for _ in range(8):
        state = state.detach()
        with autograd.record():
            outs = []
            for x in npx.one_hot(words.T, 6):
                state = np.tanh(np.dot(x, wx) + np.dot(state, wh) + b)
                outs.append(np.dot(state, v) + c)
            guess = _softmax(np, np.concatenate(outs, axis=0))
            target = ((words.T.reshape(-1) + 1) % 6).astype("int32")
            loss = -np.log(guess[range(8), target]).mean()
        loss.backward()
        norm = math.sqrt(sum(float((p.grad**2).sum()) for p in params))
        if norm > 1:
            for param in params:
                param.grad[:] *= 1 / norm
        _descend(params, 1.0, 1)
        found.append(float(loss))
    return found


def attention(world: Any) -> list[float]:
    """Scaled products, a masked softmax, an embedding and a normalised layer."""
    np, npx, autograd = world.np, world.npx, world.autograd
    q, k, v = _attached(*(np.random.normal(0, 1, s) for s in ((2, 4), (5, 4), (5, 3))))
    table = np.random.normal(0, 1, (6, 4))
    table.attach_grad()
    with autograd.record():
        scores = np.dot(q, k.T) / math.sqrt(4)
        ends = np.array([2, 4])
        masked = npx.sequence_mask(scores.T, ends, use_sequence_length=True, value=-1e6).T
        rows = npx.embedding(np.array([[0, 1], [4, 1]]), table, 6, 4)
        normed = npx.layer_norm(rows, np.ones(4), np.zeros(4)) * np.arange(4)
        loss = (np.dot(npx.softmax(masked), v) ** 2).sum() + normed.sum()
    loss.backward()
    grads = [float((p.grad**2).sum()) for p in (q, k, v, table)]
    return [float(loss), *grads]


PROGRAMS = (
    linear_regression,
    perceptron,
    convolutional_network,
    batch_normalisation,
    recurrent_network,
    attention,
)


def run(program: Any, world: Any) -> list[float]:
    """What a program gives from seed 1."""
    world.npx.set_np()
    world.random.seed(1)
    try:
        found: list[float] = program(world)
        return found
    finally:
        world.npx.reset_np()


if __name__ == "__main__":  # with MXNet: what ANSWERS holds
    import mxnet

    for program in PROGRAMS:
        print(f'    "{program.__name__}": {[round(v, 6) for v in run(program, mxnet)]},')
