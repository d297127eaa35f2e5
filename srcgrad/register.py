"""Rules of users: for functions that srcgrad cannot read, such as those of a compiled library.

One line each, as the rules of srcgrad itself are written; checked when it is registered. Programs of a
process that has such rules are kept in memory only, for no key on disk knows them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from srcgrad import rules
from srcgrad.errors import RegistrationError
from srcgrad.ir import infer
from srcgrad.ir.build import Builder
from srcgrad.ir.interpret import interpret
from srcgrad.ir.nodes import Program, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import FLOAT
from srcgrad.rules import registry
from srcgrad.rules.bindings import FUNCTIONS, MODULES, Binding, binding_of
from srcgrad.transform.forward import forward

_STEP, _TOLERANCE = 1e-6, 1e-5
op = rules.symbols.op


def elementwise(
    function: Callable[..., Any],
    *partials: Callable[..., Any] | None,
    at: Sequence[float] = (0.3, 0.7, 1.3),
) -> None:
    """Register a function that acts on each element, by its partial derivatives.

    Arguments:
        function: of one or more arrays; it must be found by its name in its module.
        partials: one for each operand, over the operands and the result, as symbols: arithmetic, and
            functions made by ``srcgrad.register.op(name)``; ``None`` for an operand without a derivative.
        at: points where the partials are compared with differences.

    Raises:
        RegistrationError: if a partial takes the wrong number of operands, disagrees with differences, or the
            function is registered already.

    Example:
        >>> from scipy.special import zetac
        >>> elementwise(zetac, lambda x, out: slope(x))  # doctest: +SKIP
    """
    name, spelled = _named(function)
    run = infer.elementwise({"": function})
    registry.elementwise(name, *partials, run=function, spell=spelled, infer=run)
    try:
        for k, partial in enumerate(partials):
            if partial is not None:
                _compare(name, function, k, len(partials), at)
    except Exception:
        del OPS[name]
        raise
    FUNCTIONS[function] = Binding(name, "", len(partials), ())


def _named(function: Callable[..., Any]) -> tuple[str, str]:
    """A name for the op, and how the function is spelled; its module is imported by emitted text."""
    module = getattr(function, "__module__", None) or ""
    name = str(getattr(function, "__qualname__", None) or getattr(function, "__name__", ""))
    if isinstance(function, np.ufunc) and not module:
        module = "scipy.special"
    found: Any = getattr(importlib.import_module(module), name, None) if module else None
    if found is not function:
        message = f"{name or function!r} is not found by that name in {module or 'a module'}"
        raise RegistrationError("SG501", message, "define it at the top of a module")
    spelled = f"{module}.{name}"
    if binding_of(function) is not None or spelled in OPS:
        raise RegistrationError("SG502", f"{spelled} has a rule already", "keep one of the two")
    MODULES.add(module)
    return spelled, spelled


def _compare(
    name: str, function: Callable[..., Any], k: int, count: int, at: Sequence[float]
) -> None:
    """Compare a partial with differences."""
    b = Builder()
    params = [Var(f"x{j}", FLOAT) for j in range(count)]
    out = b.emit(name, *params)
    moved = forward(Program(b.block((out,), tuple(params))), [params[k]])
    for point in at:
        values = [point + 0.1 * j for j in range(count)]
        slope = float(interpret(moved, [*values, 1.0])[-1])
        ends = [float(np.real(function(*_shifted(values, k, h)))) for h in (_STEP, -_STEP)]
        expected = (ends[0] - ends[1]) / (2 * _STEP)
        if not abs(slope - expected) <= _TOLERANCE * (1 + abs(expected)):
            message = (
                f"partial {k} of {name} is {slope:.9g} at {values}, differences {expected:.9g}"
            )
            raise RegistrationError("SG501", message, "check the formula")


def _shifted(values: list[float], k: int, h: float) -> list[float]:
    return [v + h * (j == k) for j, v in enumerate(values)]


__all__ = ["elementwise", "op"]
