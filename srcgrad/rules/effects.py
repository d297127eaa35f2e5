"""Operations that act outside the computation: checks, exceptions, printed text.

They are kept in their order. ``quiet`` marks a function whose warnings of these kinds NumPy is to keep to
itself. A text is a tuple of pieces: literal text, or ``(value, conversion, format)``.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.ops import OPS, Op
from srcgrad.ir.types import BOOL
from srcgrad.rules.registry import Elementwise, plain

_CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}


def _piece(piece: Any) -> str:
    if isinstance(piece, str):
        return piece
    value, conversion, spec = piece
    return format(converted(value, conversion), spec)


def converted(value: Any, conversion: str) -> Any:
    """A value as ``!r``, ``!s`` or ``!a`` in an f-string make it."""
    return _CONVERSIONS[conversion](value) if conversion else value


def _texts(templates: tuple[Any, ...]) -> list[str]:
    return ["".join(map(_piece, template)) for template in templates]


def _raise(*args: Any, exception: str, texts: Any, bare: bool) -> None:
    raise getattr(builtins, exception)(*_texts(texts))


def _check(test: Any, *args: Any, texts: Any) -> None:
    if not test:
        raise AssertionError(*_texts(texts))


def _print(*args: Any, texts: Any, layout: Any) -> None:
    print(*_texts(texts), **dict(layout))


RAISING = frozenset(
    {"log", "log2", "log10", "log1p", "sqrt", "arcsin", "arccos", "arccosh", "arctanh"}
    | {"gamma", "gammaln", "fmod", "nearest_remainder"}
)  # functions of ``math`` that raise outside their domain
_ALIGNED = frozenset({"matmul", "dot"})


def guarded_by(op: Op) -> str | None:
    """How the shapes of an operation's two operands have to fit: ``broadcast``, ``aligned``, or anyhow."""
    if op.name in _ALIGNED:
        return "aligned"
    return "broadcast" if isinstance(op.diff, Elementwise) and "" in op.runs else None


def _guard(*args: Any, of: str, how: str = "", spelling: str = "", **attrs: Any) -> None:
    if how == "broadcast":
        np.broadcast_shapes(*map(np.shape, args))
    elif how == "aligned":
        x, y = args
        np.broadcast_shapes(np.shape(x)[-1:], np.shape(y)[-2:][:1])
    else:
        OPS[of].runs[spelling](*args, **attrs)


_NOTHING = infer.constant_type(BOOL)
plain("guard", _guard, _NOTHING, zero=True, effect=True)
plain("check", _check, _NOTHING, zero=True, effect=True)
plain("raise", _raise, _NOTHING, zero=True, effect=True)
plain("quiet", lambda kinds: None, _NOTHING, zero=True, effect=True)
plain("print", _print, _NOTHING, zero=True, effect=True)
