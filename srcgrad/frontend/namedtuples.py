"""Lowers named tuples: making one, and its own methods."""

from __future__ import annotations

from typing import Any

from srcgrad.frontend.boxes import boxed
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, Mapping, Seq
from srcgrad.frontend.resolve import Capture, Root


def named_tuple(cx: Context, cls: Any, args: list[AV], kwargs: dict[str, AV], node: Any) -> AV:
    """An instance of a named tuple."""
    names = list(cls._fields)
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    for name, value in cls._field_defaults.items():
        if name not in given:
            steps = (("attr", "_field_defaults"), ("item", name))
            given[name] = cx.captured(Capture(Root(cls, "object", cls.__name__), steps), value)
    if set(given) != set(names) or len(args) + len(kwargs) > len(names):
        cx.refuse("SG217", f"{cls.__name__} needs {', '.join(names)}", node, "give every field")
    return Seq(tuple(given[n] for n in names), cls)


def named_tuple_method(cx: Context, value: Seq, name: str, kwargs: dict[str, AV]) -> AV:
    """``_replace`` and ``_asdict`` of a named tuple."""
    fields = dict(zip(value.make._fields, value.items, strict=True))  # type: ignore[attr-defined]
    if name == "_asdict":
        return boxed(cx, Mapping(tuple(fields.items())))
    return Seq(tuple({**fields, **kwargs}.values()), value.make)


__all__ = ["named_tuple", "named_tuple_method"]
