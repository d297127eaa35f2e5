"""Polybench-style kernels: the generated gradient next to the forward run and an adjoint by hand.

Run: python benchmarks/kernels.py [NAME ...]     (a name and --source prints the generated code)

Both gradients are first checked to be equal. Figures are ratios of interleaved runs in one process.
"""

from __future__ import annotations

import statistics
import sys

import numpy as np
from measure import interleaved
from polybench.factorisations import FACTORISATIONS
from polybench.others import OTHERS
from polybench.stencils import STENCILS

from srcgrad import grad
from srcgrad.errors import SrcgradError

KERNELS = STENCILS | FACTORISATIONS | OTHERS


def measured(name: str, source: bool) -> list[float] | None:
    """Forward, by-hand and generated times: minima and medians in milliseconds, interleaved."""
    kernel = KERNELS[name]
    args = kernel.sample(np.random.default_rng(0))
    gradient = grad(kernel.loss, kernel.wrt, unroll=False)
    try:
        found = gradient(*args)
    except SrcgradError as error:
        print(f"  {name:<16}refused: {str(error).splitlines()[0]}")
        return None
    if source:
        print(gradient.source)
    for mine, true in zip(found, kernel.by_hand(*args), strict=True):
        np.testing.assert_allclose(mine, true, rtol=1e-6, atol=1e-9 * np.max(np.abs(true)))
    contenders = {
        "forward": lambda: kernel.loss(*args),
        "by hand": lambda: kernel.by_hand(*args),
        "generated": lambda: gradient(*args),
    }
    times = interleaved(contenders, rounds=9, budget=0.0)
    low = [1e3 * min(times[key]) for key in contenders]
    return low + [1e3 * statistics.median(times[key]) for key in contenders]


def main(arguments: list[str]) -> None:
    names = [name for name in arguments if not name.startswith("-")]
    print(f"  {'kernel':<16}{'forward':>9}{'by hand':>9}{'generated':>11}", end="")
    print(f"{'/ forward':>11}{'median':>8}{'/ by hand':>11}{'median':>8}")
    ratios = []
    for name in names or KERNELS:
        found = measured(name, "--source" in arguments)
        if found is not None:
            forward, hand, mine, forward2, hand2, mine2 = found
            ratios.append(mine / hand)
            print(f"  {name:<16}{forward:>7.1f}ms{hand:>7.1f}ms{mine:>9.1f}ms", end="")
            print(
                f"{mine / forward:>11.2f}{mine2 / forward2:>8.2f}"
                f"{mine / hand:>11.2f}{mine2 / hand2:>8.2f}"
            )
    within = sum(ratio <= 1.5 for ratio in ratios)
    print(f"\n  {within} of {len(names or KERNELS)} kernels within 1.5 x the adjoint by hand")


if __name__ == "__main__":
    main(sys.argv[1:])
