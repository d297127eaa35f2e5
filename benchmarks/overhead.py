"""What a call costs: the gradient of 2 * dot(x, x) at n = 4, next to peers and to a bare function.

Run: python benchmarks/overhead.py
"""

from __future__ import annotations

import numpy as np
from measure import equal, interleaved, optional, report

from srcgrad import grad


def f(x):
    return 2 * np.dot(x, x)


def by_hand(x):
    return 4.0 * x


def main() -> None:
    x = np.arange(4.0)
    gradient = grad(f)
    gradient(x)
    generated = gradient.last.load("rolled").function
    print(gradient.source)
    contenders = {
        "generated function alone": lambda: generated(x),
        "hand-written": lambda: by_hand(x),
        "srcgrad": lambda: gradient(x),
    }
    contenders.update(peers(x))
    equal(by_hand(x), {name: call() for name, call in contenders.items()}, rtol=1e-5)
    times = interleaved(contenders)
    report("gradient of 2 * dot(x, x), n = 4", times, "srcgrad")
    low = {name: min(found) for name, found in times.items()}
    over = low["srcgrad"] - low["generated function alone"]
    print(f"\n  srcgrad over the generated function: {over * 1e6:.2f} us")


def peers(x):
    found = {}
    jax = optional("jax")
    if jax is not None:
        jax.config.update("jax_enable_x64", True)
        import jax.numpy as jnp

        compiled = jax.jit(jax.grad(lambda v: 2 * jnp.dot(v, v)))
        found["JAX jit, NumPy in and out"] = lambda: np.asarray(compiled(x))
    torch = optional("torch")
    if torch is not None:
        t = torch.tensor(x, requires_grad=True)
        found["PyTorch eager"] = lambda: torch.autograd.grad(2 * torch.dot(t, t), t)[0]
    if optional("autograd") is not None:
        import autograd.numpy as anp
        from autograd import grad as hips

        traced = hips(lambda v: 2 * anp.dot(v, v))
        found["HIPS autograd"] = lambda: traced(x)
    return found


if __name__ == "__main__":
    main()
