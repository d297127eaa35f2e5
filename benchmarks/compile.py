"""What compiling costs: by number of statements, cold and from disk; and what the import costs.

Run: python benchmarks/compile.py
"""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIZES = (100, 300, 1_000, 3_000, 10_000)


def program(statements: int) -> str:
    """A function of that many assignments, of mixed operations."""
    forms = (
        "v{k} = np.tanh(v{a}) * v{b} + {c}",
        "v{k} = v{a} - {c} * v{b}",
        "v{k} = np.exp(-v{a} * v{a}) + v{b}",
        "v{k} = (v{a} + v{b}) / ({c} + v{a} * v{a})",
    )
    lines = ["import numpy as np", "", "", "def f(x, y):", "    v0 = x * y", "    v1 = x + y"]
    for k in range(2, statements):
        form = forms[k % len(forms)]
        lines.append("    " + form.format(k=k, a=k - 1, b=k - 2, c=1.0 + k % 7))
    return "\n".join([*lines, f"    return np.sum(v{statements - 1})", ""])


RUN = """
import sys, time
import numpy as np
start = time.perf_counter()
import srcgrad
imported = time.perf_counter() - start
import importlib.util
def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
module, warm = load("subject", sys.argv[1]), load("warm", sys.argv[2])
x = np.linspace(0.1, 0.2, 3)
start = time.perf_counter()
srcgrad.grad(warm.f)(x, x + 0.5)
modules = time.perf_counter() - start
start = time.perf_counter()
srcgrad.grad(module.f)(x, x + 0.5)
print(imported, modules, time.perf_counter() - start)
"""


def one(path: Path, cache: str, home: str) -> tuple[float, float, float]:
    """Seconds of the import, of a first small gradient, and of this one, in a fresh process."""
    runner, warm = Path(home) / "run.py", Path(home) / "warm.py"
    runner.write_text(RUN)
    warm.write_text(program(3))
    env = {**os.environ, "SRCGRAD_CACHE": cache, "SRCGRAD_CACHE_DIR": str(Path(home) / "cache")}
    command = [sys.executable, str(runner), str(path), str(warm)]
    out = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    imported, modules, first = map(float, out.stdout.split())
    return imported, modules, first


def in_process(path: Path) -> float:
    """Seconds of one cold build in this process, after everything is imported."""
    from srcgrad import grad

    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    x = np.linspace(0.1, 0.2, 3)
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        grad(module.f)(x, x + 0.5)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    os.environ["SRCGRAD_CACHE"] = "off"
    with tempfile.TemporaryDirectory() as home:
        times = {}
        for size in SIZES:
            path = Path(home) / f"subject_{size}.py"
            path.write_text(program(size))
            times[size] = in_process(path)
            print(f"  {size:>6} statements: {times[size] * 1e3:9.1f} ms")
        low, high = SIZES[0], SIZES[-1]
        exponent = math.log(times[high] / times[low]) / math.log(high / low)
        print(f"  exponent from {low} to {high}: {exponent:.2f}")
        path = Path(home) / "subject_100.py"
        one(path, "disk", home)
        hits = [one(path, "disk", home) for _ in range(5)]
        colds = [one(path, "off", home) for _ in range(5)]
        hit, cold = min(h[2] for h in hits), min(c[2] for c in colds)
        print(f"  import srcgrad beyond numpy: {min(h[0] for h in hits) * 1e3:.1f} ms")
        print(
            f"  loading the compiler at the first gradient: {min(c[1] for c in colds) * 1e3:.0f} ms"
        )
        print(
            f"  100 statements in a fresh process: cold {cold * 1e3:.1f} ms,"
            f" disk hit {hit * 1e3:.1f} ms, ratio {cold / hit:.1f}"
        )


if __name__ == "__main__":
    main()
