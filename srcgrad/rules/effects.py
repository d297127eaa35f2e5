"""Operations that act outside the computation: checks, exceptions, printed text.

They are kept in their order. ``quiet`` marks a function whose warnings of these kinds NumPy is to keep to
itself. A text is a tuple of pieces: literal text, or ``(value, conversion, format)``.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from srcgrad.ir import infer
from srcgrad.ir.types import BOOL
from srcgrad.rules.registry import plain

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


_NOTHING = infer.constant_type(BOOL)
plain("check", _check, _NOTHING, zero=True, effect=True)
plain("raise", _raise, _NOTHING, zero=True, effect=True)
plain("quiet", lambda kinds: None, _NOTHING, zero=True, effect=True)
plain("print", _print, _NOTHING, zero=True, effect=True)
