"""Gradients of srcgrad next to those of HIPS autograd and JAX: same functions, same points.

Run: python benchmarks/compare.py                     the libraries installed here, each with each
     python benchmarks/compare.py --write a.json      note what those of this environment give
     python benchmarks/compare.py --against a.json    compare with notes from other environments

Every difference is listed with its cause. The exit status is 1 if there is one without a cause, or
if a library does not give what docs/conventions.md says of it.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.metadata
import importlib.util
import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import compared
import numpy

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "rules"))
from kinks import KINKS, RAISES, Kink, agree

RTOL = 1e-10
# name: (distribution, module of `grad`, array module)
LIBRARIES = {
    "srcgrad": ("srcgrad", "srcgrad", "numpy"),
    "autograd": ("autograd", "autograd", "autograd.numpy"),
    "JAX": ("jax", "jax", "jax.numpy"),
}
CONJUGATE = "the gradient of a complex argument is the conjugate there"
TRIANGLE = "NumPy reads the lower triangle alone, and so does srcgrad; there both halves share"
CHANGED = "wrong there: backward code reads the array as it is at the end, not as it was when used"
REBOUND = (
    "another function there: `+=` binds the name anew; NumPy writes, and the other name sees it"
)
# Causes that cannot be checked from the numbers alone.
EXPLAINED = {"changed_after_use": CHANGED, "seen_by_two_names": REBOUND}


def measure(name: str, folder: Path) -> dict[str, Any]:
    """What a library gives: for each function the gradients, or what it raises."""
    distribution, owner, arrays = LIBRARIES[name]
    if name == "JAX":
        importlib.import_module("jax").config.update("jax_enable_x64", True)
    grad, np = importlib.import_module(owner).grad, importlib.import_module(arrays)
    found = {}
    for title, function, point in programs(folder):
        found[title] = run(lambda f=function: grad(first(np, f)), (point,))
        if title in compared.SECOND:
            made = run(lambda f=function: grad(second(np, grad, f)), (point,))
            found[f"second: {title}"] = made
    for k, kink in enumerate(KINKS):
        if name in kink.columns:
            places = tuple(range(len(kink.point)))
            text = kink.source.replace("import numpy as np", f"import {arrays} as np")
            module = load(folder / f"kink_{name}_{k}.py", text)
            found[f"kink: {kink}"] = run(lambda m=module, p=places: grad(m.f, p), kink.arguments)
    return {"version": importlib.metadata.version(distribution), "found": found}


def programs(folder: Path) -> Iterator[tuple[str, Callable[..., Any], Any]]:
    """Title, function of the array module and the point, and the point."""
    module = load(folder / "expressions.py", compared.source())
    for k, text in enumerate(compared.EXPRESSIONS):
        yield text, getattr(module, f"e{k}"), compared.POINTS[compared.argument(text)]
    for function in compared.FUNCTIONS:
        name = function.__code__.co_varnames[1]
        yield function.__name__, function, compared.POINTS[name]


def load(path: Path, text: str) -> ModuleType:
    """A module of a text, in a file, where its source can be read."""
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def first(np: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    def weighed(x):
        return compared.weigh(np, function(np, x))

    return weighed


def second(np: Any, grad: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    def weighed(x):
        return compared.weigh(np, function(np, x))

    def slopes(x):
        return compared.weigh(np, grad(weighed)(x))

    return slopes


def run(make: Callable[[], Any], arguments: tuple[Any, ...]) -> list[Any] | str:
    """The gradients as lists, or the words of an exception."""
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            found = make()(*(numpy.copy(a) if numpy.ndim(a) else a for a in arguments))
        except Exception as error:
            code = getattr(error, "code", type(error).__name__)
            return f"{code}: {' '.join(str(error).split())[:100]}"
    found = found if isinstance(found, tuple) else (found,)
    return [encode(numpy.asarray(g)) for g in found]


def encode(g: Any) -> Any:
    """Complex numbers as a pair of parts."""
    return {"re": g.real.tolist(), "im": g.imag.tolist()} if g.dtype.kind == "c" else g.tolist()


def decode(g: Any) -> Any:
    if isinstance(g, dict):
        return numpy.asarray(g["re"]) + 1j * numpy.asarray(g["im"])
    return numpy.asarray(g)


def gradients(found: list[Any] | str, wanted: list[Any] | str) -> list[Any] | str:
    """As the table has them: any exception is what it says if that is `raises`."""
    if isinstance(found, str):
        return RAISES if isinstance(wanted, str) and wanted == RAISES else found.split(":")[0]
    return [decode(g) for g in found]


def apart(a: list[Any], b: list[Any]) -> float:
    """The largest difference, relative to the largest element."""
    worst = 0.0
    for x, y in zip(map(decode, a), map(decode, b), strict=True):
        if x.shape != y.shape:
            return numpy.inf
        scale = max(float(numpy.max(numpy.abs(x), initial=0.0)), 1e-300)
        gap = float(numpy.max(numpy.abs(x - y), initial=0.0)) / scale
        worst = max(worst, gap if gap == gap else numpy.inf)
    return worst


def cause(title: str, ours: list[Any], theirs: list[Any]) -> str | None:
    """Why two gradients differ; what the numbers can show is checked."""
    if title in EXPLAINED:
        return EXPLAINED[title]
    values = [decode(g) for g in theirs]
    if any(v.dtype.kind == "c" for v in values):
        return CONJUGATE if apart(ours, [encode(v.conj()) for v in values]) <= RTOL else None
    if all(v.ndim == 2 and v.shape[0] == v.shape[1] for v in values):
        lower = [numpy.tril(v) + numpy.triu(v, 1).T for v in values]
        return TRIANGLE if apart(ours, [encode(v) for v in lower]) <= RTOL else None
    return None


def compare_programs(peer: str, ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    """Lists the differences of a peer; the number of those without a cause."""
    unexplained = equal = 0
    missing, differing = [], []
    for title, a in ours.items():
        b = theirs.get(title)
        if title.startswith("kink: ") or b is None:
            continue
        if isinstance(a, str):
            differing.append(f"srcgrad raises {a}")
            unexplained += 1
        elif isinstance(b, str):
            missing.append(f"{title}\n      {b}")
        elif (gap := apart(a, b)) <= RTOL:
            equal += 1
        else:
            why = cause(title, a, b)
            unexplained += why is None
            differing.append(f"{title}: {gap:.1e}\n      {why or 'NO CAUSE KNOWN'}")
    print(f"\n{peer}: {equal} gradients equal within {RTOL:g}")
    listed(f"different: {len(differing)}", differing)
    listed(f"raised by {peer}: {len(missing)}", missing)
    return unexplained


def compare_kinks(name: str, found: dict[str, Any]) -> int:
    """Holds a library to its column of the table; the number of rows that do not hold."""
    rows: list[tuple[Kink, Any]] = [(k, found.get(f"kink: {k}")) for k in KINKS]
    rows = [(k, gradients(f, k.columns[name])) for k, f in rows if f is not None]
    wrong = [(k, f) for k, f in rows if not agree(f, k.columns[name], RTOL)]
    own = [k for k, f in rows if not agree(f, k.columns["srcgrad"], RTOL)]
    print(f"\n{name}: {len(rows) - len(wrong)} of {len(rows)} rows of docs/conventions.md hold")
    listed("rows that do not", [f"{k}: {f}, page {k.columns[name]}" for k, f in wrong])
    listed(f"differ from srcgrad, as the page says: {len(own)}", [f"{k.what}: {k}" for k in own])
    return len(wrong)


def listed(title: str, lines: list[str]) -> None:
    if lines:
        print(f"  {title}")
    for line in lines:
        print(f"    {line}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare gradients with those of other libraries.")
    parser.add_argument("--write", type=Path, help="write what the libraries here give")
    parser.add_argument("--against", type=Path, nargs="+", default=[], help="files written so")
    options = parser.parse_args()
    notes: dict[str, Any] = {}
    for path in options.against:
        notes.update(json.loads(path.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        for name in [n for n in LIBRARIES if n not in notes]:
            with contextlib.suppress(ImportError):
                notes[name] = measure(name, Path(folder))
    for name, noted in notes.items():
        print(f"{name} {noted['version']}: {len(noted['found'])} gradients")
    if options.write:
        options.write.write_text(json.dumps(notes), encoding="utf-8")
        return 0
    bad = sum(compare_kinks(name, noted["found"]) for name, noted in notes.items())
    for peer in sorted(notes.keys() - {"srcgrad"}):
        if "srcgrad" in notes:
            bad += compare_programs(peer, notes["srcgrad"]["found"], notes[peer]["found"])
    print(f"\nwithout a cause: {bad}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
