"""Text by the older ways: ``"...".format(...)`` and ``"..." % (...)``, of values of the run.

Both become what an f-string becomes. Where the two ways of formatting differ, a format is refused.
"""

from __future__ import annotations

import re
import string
from typing import Any

from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, Formatted, Seq, Static, Text
from srcgrad.frontend.library import handles
from srcgrad.frontend.operators import static_value
from srcgrad.frontend.texts import format_value, text_of
from srcgrad.ir.types import INT

_PERCENT = re.compile(r"%(?:%|([0+ ]*\d*(?:\.\d+)?)([a-zA-Z]))")
_REMEDY = "use an f-string"


def format_method(cx: Context, text: str, args: list[AV], kwargs: dict[str, AV], node: Any) -> AV:
    """``text.format(*args, **kwargs)``."""
    parts: list[str | Formatted] = []
    count = 0
    for literal, field, spec, conversion in string.Formatter().parse(text):
        parts.append(literal)
        if field is None:
            continue
        name, count = (str(count), count + 1) if field == "" else (field, count)
        given: dict[str, AV] = {
            **dict(zip(map(str, range(len(args))), args, strict=True)),
            **kwargs,
        }
        if name not in given or "{" in (spec or ""):
            cx.refuse("SG228", f"the field {field!r} of a format", node, _REMEDY)
        parts += _pieces(format_value(cx, given[name], conversion or "", spec or "", node))
    return text_of(parts)


@handles(str.__mod__)
def _percent(cx: Context, node: Any, text: AV, values: AV) -> AV:
    """``text % values``."""
    given = list(values.items) if isinstance(values, Seq) and values.make is tuple else [values]
    whole, parts, last = str(static_value(text)), list[str | Formatted](), 0
    for found in _PERCENT.finditer(whole):
        parts.append(whole[last : found.start()])
        last = found.end()
        if found.group() == "%%":
            parts.append("%")
            continue
        if not given:
            cx.refuse("SG228", "a format has more fields than values", node, _REMEDY)
        parts += _pieces(_field(cx, given.pop(0), found.group(1), found.group(2), node))
    rest = whole[last:]
    if given or "%" in rest:
        cx.refuse("SG228", f"the format {whole!r}", node, _REMEDY)
    return text_of([*parts, rest])


def _field(cx: Context, value: AV, layout: str, kind: str, node: Any) -> AV:
    if kind in "sr" and not layout:
        return format_value(cx, value, kind, "", node)
    whole = cx.type_of(value) == INT
    if (kind in "eEfFgG" and cx.dims(value) == ()) or (
        kind in "di" and whole and "." not in layout
    ):
        return format_value(cx, value, "", layout + kind.replace("i", "d"), node)
    cx.refuse("SG228", f"the format %{layout}{kind} of this value", node, _REMEDY)


def _pieces(text: AV) -> tuple[str | Formatted, ...]:
    if isinstance(text, Text):
        return text.parts
    assert isinstance(text, Static)
    return (text.value,)


__all__ = ["format_method"]
