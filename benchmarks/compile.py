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
spec = importlib.util.spec_from_file_location("subject", sys.argv[1])
module = importlib.util.module_from_spec(spec); sys.modules["subject"] = module
spec.loader.exec_module(module)
x = np.linspace(0.1, 0.2, 3)
warm = srcgrad.grad(lambda z: np.sum(z * z)) if False else None
start = time.perf_counter()
srcgrad.grad(module.f)(x, x + 0.5)
first = time.perf_counter() - start
def small(z):
    return np.sum(np.sin(z))
print(imported, first)
"""


def one(path: Path, cache: str, home: str) -> tuple[float, float]:
    """Import and first-call seconds in a fresh process."""
    runner = Path(home) / "run.py"
    runner.write_text(RUN)
    env = {**os.environ, "SRCGRAD_CACHE": cache, "SRCGRAD_CACHE_DIR": str(Path(home) / "cache")}
    out = subprocess.run(
        [sys.executable, str(runner), str(path)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    imported, first = map(float, out.stdout.split())
    return imported, first


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
        cold = min(one(path, "off", home) for _ in range(5))
        one(path, "disk", home)
        hits = [one(path, "disk", home) for _ in range(5)]
        hit = min(h[1] for h in hits)
        print(f"  import srcgrad beyond numpy: {min(h[0] for h in hits) * 1e3:.1f} ms")
        colds = min(one(path, "off", home)[1] for _ in range(5))
        times = f"cold {colds * 1e3:.1f} ms, disk hit {hit * 1e3:.1f} ms, ratio {colds / hit:.1f}"
        print(f"  first call, 100 statements, fresh process: {times}")
        del cold


if __name__ == "__main__":
    main()
