"""A 100-step tanh RNN: the generated gradient next to a hand-written adjoint, forward alone, autograd.

Run: python benchmarks/rnn.py
"""

from __future__ import annotations

import numpy as np
from measure import equal, interleaved, optional, report

from srcgrad import grad


def loss(W, U, b, xs, h):
    total = 0.0
    for t in range(len(xs)):
        h = np.tanh(h @ W + xs[t] @ U + b)
        total += np.sum(h * h)
    return total


def by_hand(W, U, b, xs, h):
    states = [h]
    for t in range(len(xs)):
        h = np.tanh(h @ W + xs[t] @ U + b)
        states.append(h)
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    dh = np.zeros_like(h)
    for t in reversed(range(len(xs))):
        h = states[t + 1]
        dz = (dh + 2.0 * h) * (1 - h * h)
        dW += states[t].T @ dz
        dU += xs[t].T @ dz
        db += np.sum(dz, axis=0)
        dh = dz @ W.T
    return dW, dU, db


def main() -> None:
    for batch, width in ((32, 100), (1, 10)):
        measure(batch, width)


def measure(batch: int, width: int) -> None:
    rng = np.random.default_rng(0)
    W, U = rng.normal(size=(width, width)) / width**0.5, rng.normal(size=(8, width))
    b = np.zeros(width)
    xs, h = rng.normal(size=(100, batch, 8)), np.zeros((batch, width))
    args = (W, U, b, xs, h)
    gradient = grad(loss, argnums=(0, 1, 2), unroll=False)
    gradient(*args)
    if batch > 1:
        print(gradient.source)
    contenders = {
        "hand-written": lambda: by_hand(*args),
        "srcgrad": lambda: gradient(*args),
        "forward alone": lambda: loss(*args),
    }
    if optional("autograd") is not None:
        contenders["HIPS autograd"] = autograd_contender(args)
    reference = by_hand(*args)
    for name in contenders:
        if name != "forward alone":
            for k, part in enumerate(contenders[name]()):
                equal(reference[k], {name: part})
    times = interleaved(contenders, rounds=25, budget=0.05)
    report(f"tanh RNN, 100 steps, {batch} x {width}", times, "hand-written")


def autograd_contender(args):
    import autograd.numpy as anp
    from autograd import grad as hips

    def traced(W, U, b, xs, h):
        total = 0.0
        for t in range(len(xs)):
            h = anp.tanh(h @ W + xs[t] @ U + b)
            total = total + anp.sum(h * h)
        return total

    gradient = hips(traced, (0, 1, 2))
    return lambda: gradient(*args)


if __name__ == "__main__":
    main()
