"""Writes the table of every public function of NumPy and of SciPy's modules: what becomes of its derivative.

    python -m srcgrad.tools.functionpages > docs/function-table.md

Invariant: a function is differentiable, zero by definition, or refused with a remedy.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, TextIO

from srcgrad.compositions.table import composition_of, instead_of
from srcgrad.frontend import library_stores as _stores  # noqa: F401  completes the table
from srcgrad.frontend.builtins import HANDLERS
from srcgrad.ir.ops import OPS
from srcgrad.rules.bindings import binding_of
from srcgrad.rules.registry import NONDIFF

MODULES = (
    "numpy",
    "numpy.linalg",
    "numpy.fft",
    "numpy.random",
    "scipy.linalg",
    "scipy.special",
    "scipy.signal",
    "scipy.ndimage",
    "scipy.integrate",
    "scipy.interpolate",
    "scipy.stats",
)
DIFFERENTIABLE, ZERO, REFUSED = "differentiable", "zero by definition", "refused"
METHODS = ["pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf", "pmf", "logpmf"]

# Functions that have a handler or a composition, and whose results do not move.
_STILL = frozenset(
    name
    for line in (
        "shape size ndim nonzero flatnonzero argwhere iscomplexobj isrealobj zeros ones empty",
        "zeros_like ones_like empty_like eye identity bincount nanargmax nanargmin isposinf",
        "isneginf isreal iscomplex tri tril_indices triu_indices diag_indices hanning hamming",
        "blackman bartlett around round sign spacing fftfreq rfftfreq issubdtype promote_types",
        "result_type ix_",
    )
    for name in line.split()
)
_NO_DRAWS = frozenset(["seed", "set_state", "get_state", "default_rng", "bytes", "shuffle"])

# What a refused function is, by words of its name: the first that fits. NumPy and SciPy alike.
_GROUPS = (
    (
        r"load|save|fromfile|fromregex|genfromtxt|memmap|from_dlpack",
        "Read and write outside the function.",
    ),
    (
        r"print|repr|_str$|string|format_float|base_repr|binary_repr|^info$|show|typename|get_include|^test$",
        "Print outside the function, or use an f-string.",
    ),
    (r"seterr|geterr|bufsize|errcall", "Set it around the call of the gradient."),
    (
        r"dtype|can_cast|_type|common_type|isfortran|shares_memory|share_memory|isscalar|iterable|datetime|busday|isnat",
        "Ask before the call, and pass the answer.",
    ),
    (
        r"bit|shift|packbits|gcd|lcm",
        "Integers have no derivative: compute them outside and pass them.",
    ),
    (r"unique|setxor|in1d", "Use np.unique and index with the places that it needs."),
    (
        r"indices|index|^ix_|lexsort|fromfunction|fromiter|frombuffer|broadcast_shapes|einsum_path|mask",
        "Compute it outside the function, and pass it.",
    ),
    (r"hist|digit|bin", "Counts do not move: count outside, or use np.bincount with weights."),
    (r"rank$", "The rank does not move: compute it outside and pass it."),
)
_BY_MODULE = {
    "numpy.random": "Do it outside the function.",
    "numpy": "Write it with functions that are differentiable, or give it a rule with `custom_vjp`.",
    "scipy.linalg": "Use the form of `np.linalg`, or give it a rule with `custom_vjp`.",
    "scipy.special": "Write it with other functions of the module, or give it a rule with `custom_vjp`.",
    "scipy.signal": "Compute coefficients outside and pass them; filter with `lfilter` or `convolve`.",
    "scipy.ndimage": "Filter with `correlate1d`, `gaussian_filter` or `convolve`.",
    "scipy.integrate": "Write the steps as a loop: srcgrad differentiates the steps.",
    "scipy.interpolate": "Use `CubicSpline`, `PchipInterpolator` or `interp1d`.",
    "scipy.stats": "Write its logarithmic density, or give it a rule with `custom_vjp`.",
}


_HEAD = """# Every function

Written by `python -m srcgrad.tools.functionpages` from the tables that the compiler reads, for
{versions}. A function is differentiable, zero by definition, or refused by name with what to do
instead. Along some operands, such as the order of a Bessel function, a differentiable function is
refused too. [functions.md](functions.md) has the conventions.

"""
_RANDOM = """A draw is a constant of the run: the numbers are those that plain Python would draw, from the
global generator or from one that is passed in. Along a parameter that moves a draw is refused:
write `loc + scale * draw`.

"""


@dataclass(frozen=True)
class Entry:
    """One public function: its module, name, state and remedy."""

    module: str
    name: str
    state: str
    remedy: str
    function: Any


def state_of(function: Any, name: str) -> str:
    """What becomes of the derivative of a function."""
    last = name.rpartition(".")[2]
    if last in _STILL:
        return ZERO
    try:
        handled = function in HANDLERS
    except TypeError:
        return REFUSED
    binding = binding_of(function)
    if binding is not None:
        return ZERO if OPS[binding.op].diff is NONDIFF else DIFFERENTIABLE
    if handled or composition_of(function) is not None:
        return DIFFERENTIABLE
    return REFUSED


def remedy_of(module: str, name: str, function: Any) -> str:
    """What to do where a function is refused."""
    instead = instead_of(function)
    if instead:
        return f"{instead[0].upper()}{instead[1:]}."
    if module == "numpy.random":
        return _BY_MODULE[module]
    for pattern, remedy in _GROUPS:
        if re.search(pattern, name):
            return remedy
    return _BY_MODULE[module]


def entries() -> Iterator[Entry]:
    """Every public function, in order of module and name."""
    for place in MODULES:
        module = import_module(place)
        for name in sorted(public(module)):
            value = getattr(module, name)
            methods = [m for m in METHODS if hasattr(value, m)] if place == "scipy.stats" else []
            pairs = [(f"{name}.{m}", getattr(value, m)) for m in methods] or [(name, value)]
            for full, function in pairs:
                state = state_of(function, full)
                if place == "numpy.random" and name not in _NO_DRAWS:
                    state = ZERO
                remedy = remedy_of(place, full, function) if state == REFUSED else ""
                yield Entry(place, full, state, remedy, function)


def public(module: ModuleType) -> list[str]:
    """The names of a module that are functions, distributions, or classes that are written out."""
    names = []
    for name in module.__all__:
        value = getattr(module, name)
        known = hasattr(value, "logpdf") or hasattr(value, "logpmf")
        if isinstance(value, ModuleType) or not (callable(value) or known):
            continue
        if isinstance(value, type) and composition_of(value) is None:
            continue
        names.append(name)
    return names


def distinct(found: list[Entry], state: str) -> int:
    """How many different functions are in a state, whatever names they have."""
    chosen = [e.function for e in found if e.state == state]
    keys = {
        (id(f.__self__), f.__name__)
        if hasattr(f, "__self__") and not isinstance(f.__self__, ModuleType)
        else id(f)
        for f in chosen
    }
    return len(keys)


def versions() -> str:
    """The versions whose public names the table has."""
    minor = (".".join(import_module(m).__version__.split(".")[:2]) for m in ("numpy", "scipy"))
    return "NumPy {} and SciPy {}".format(*minor)


def write(out: TextIO) -> None:
    """Write the page."""
    found = list(entries())
    out.write(_HEAD.format(versions=versions()))
    for state in (DIFFERENTIABLE, ZERO, REFUSED):
        out.write(f"- {state}: {distinct(found, state)} functions\n")
    for place in MODULES:
        own = [e for e in found if e.module == place]
        out.write(f"\n## {place}\n\n")
        if place == "numpy.random":
            out.write(_RANDOM)
        out.write("| state | functions |\n| --- | --- |\n")
        for state in (DIFFERENTIABLE, ZERO):
            names = " ".join(f"`{e.name}`" for e in own if e.state == state)
            if names:
                out.write(f"| {state} | {names} |\n")
        for remedy in dict.fromkeys(e.remedy for e in own if e.state == REFUSED):
            names = " ".join(f"`{e.name}`" for e in own if e.remedy == remedy)
            out.write(f"| refused: {remedy} | {names} |\n")


if __name__ == "__main__":
    write(sys.stdout)


__all__ = ["DIFFERENTIABLE", "REFUSED", "ZERO", "Entry", "distinct", "entries", "versions", "write"]
