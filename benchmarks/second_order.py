"""Second derivatives of a logistic regression, and what a checkpointed loop saves.

Run: python benchmarks/second_order.py

The Hessian of 200 parameters is compared with its closed form first, then timed beside HIPS autograd and JAX
(not compiled) where they are installed; its product with a vector beside the function itself.
"""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import numpy as np
from measure import equal, interleaved, optional, report

from srcgrad import checkpoint, grad, hessian, hvp

ROWS, WIDTH = 2000, 200


def loss(w, x, y):
    z = x @ w
    return np.mean(np.logaddexp(0.0, z) - y * z)


def closed_form(w, x, y):
    p = 1 / (1 + np.exp(-(x @ w)))
    return (x.T * (p * (1 - p))) @ x / len(x)


def peers(args: Any) -> dict[str, Any]:
    w, x, y = args
    found: dict[str, Any] = {}
    if optional("autograd") is not None:
        import autograd
        import autograd.numpy as anp

        def hips(w):
            z = anp.dot(x, w)
            return anp.mean(anp.logaddexp(0.0, z) - y * z)

        matrix = autograd.hessian(hips)
        found["HIPS autograd"] = lambda: matrix(w)
    if optional("jax") is not None:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)

        def traced(w):
            z = jnp.asarray(x) @ w
            return jnp.mean(jnp.logaddexp(0.0, z) - jnp.asarray(y) * z)

        second = jax.hessian(traced)
        found["JAX, not compiled"] = lambda: np.asarray(second(w))
    return found


def steps(x, n):
    for _ in range(n):
        x = x - 0.01 * x * np.sin(x)
    return np.sum(x)


def checkpointed(x, n):
    for _ in checkpoint(range(n)):
        x = x - 0.01 * x * np.sin(x)
    return np.sum(x)


def memory() -> None:
    x, n = np.linspace(0.5, 1.0, 1000), 10_000
    print(f"\ngradient of {n} steps on {len(x)} numbers")
    measured = {}
    for name, function in (("every state", steps), ("checkpointed", checkpointed)):
        gradient = grad(function, unroll=False)
        gradient(x, 3)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            value = gradient(x, n)
            times.append(time.perf_counter() - start)
        tracemalloc.start()
        gradient(x, n)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        measured[name] = (min(times), peak, value)
        print(f"  {name:<14}{min(times):>8.2f} s{peak / 1e6:>9.1f} MB")
    (t0, m0, g0), (t1, m1, g1) = measured.values()
    equal(g0, {"checkpointed": g1})
    print(f"  {m0 / m1:.0f} times less memory for {t1 / t0:.2f} times the time")


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, WIDTH))
    args = (rng.normal(size=WIDTH) * 0.1, x, (rng.uniform(size=ROWS) > 0.5) * 1.0)
    vector = rng.normal(size=WIDTH)
    matrix, product = hessian(loss), hvp(loss)
    expected = closed_form(*args)
    contenders = {"srcgrad": lambda: matrix(*args), **peers(args)}
    equal(expected, {name: call() for name, call in contenders.items()}, rtol=1e-9)
    equal(expected @ vector, {"hvp": product(*args, vector)}, rtol=1e-9)
    report(f"Hessian, {WIDTH} parameters", interleaved(contenders, 9, 0.0), "srcgrad")
    runs = {"function": lambda: loss(*args), "Hessian product": lambda: product(*args, vector)}
    report(f"Hessian times vector, {ROWS} x {WIDTH}", interleaved(runs, 25, 0.02), "function")
    memory()


if __name__ == "__main__":
    main()
