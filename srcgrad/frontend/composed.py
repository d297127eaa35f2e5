"""Calls of library functions that are written out as compositions of simpler ones.

A composition is inlined like a function of the user's. It is asked where a function has no rule and
no handler, and where these do not take the arguments of the call.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from srcgrad import compositions
from srcgrad.compositions.table import composition_of, stand_in_of
from srcgrad.errors import FrontendError, SrcgradError
from srcgrad.frontend.context import Context
from srcgrad.frontend.inlining import AlwaysRaises, call_user, user_function
from srcgrad.frontend.kinds import AV, NONE, Static, lift

_HOME = str(Path(compositions.__file__).parent)


def composed(
    cx: Context, function: Any, name: str, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV | None:
    """The result of the function's composition, ``None`` if it has none that takes these arguments."""
    found = composition_of(function)
    if found is None:
        return None
    composition, first = found
    given = [*map(Static, first), *args]
    try:
        bound = inspect.signature(composition).bind(*given, **kwargs)
    except TypeError:
        return None
    if bound.arguments.get("output", NONE) != NONE:
        cx.refuse("SG202", f"{name} with output= is not supported", node, "use its result")
    try:
        inner = user_function(cx, composition, None)
        return call_user(cx, inner, given, kwargs, node)
    except AlwaysRaises as error:
        text = f"{name}: {error.text_raised or error.message}"
        cx.refuse("SG202", text, node, "use the arguments that the docs list for it")
    except FrontendError as error:
        if error.span is None or not error.span.file.startswith(_HOME):
            raise
        text = f"{name}: {error.message}"
        remedy = "use the arguments that the docs list for it"
        raise cx.source.refuse(type(error), error.code, text, node, remedy) from error


def stand_in(cx: Context, value: Any, node: Any) -> AV | None:
    """What stands for an object that a class of SciPy made outside, ``None`` if nothing does.

    Its arrays are captured, so they are read again at each call.
    """
    found = stand_in_of(value)
    if found is None:
        return None
    composition, given = found
    return call_user(cx, user_function(cx, composition, None), [*map(lift, given)], {}, node)


def second_chance(
    cx: Context,
    error: SrcgradError,
    function: Any,
    name: str,
    args: list[AV],
    kwargs: dict[str, AV],
    node: Any,
) -> AV:
    """What the composition gives where a handler refused: the error, if there is none or it refuses too.

    What the handler emitted before is read by nobody and goes with the dead code.
    """
    try:
        result = composed(cx, function, name, args, kwargs, node)
    except SrcgradError as other:
        raise (error if isinstance(other, FrontendError) else other) from None
    if result is None:
        raise error
    return result


__all__ = ["composed", "second_chance", "stand_in"]
