"""Functions of ``math`` and builtins on numbers whose arguments need more than a table."""

from __future__ import annotations

import cmath
import math
from typing import Any

from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq
from srcgrad.frontend.library import handles
from srcgrad.frontend.library_shapes import ONE
from srcgrad.frontend.operators import binary
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const
from srcgrad.ir.types import INT


def _items(cx: Context, value: AV, node: Any, name: str) -> tuple[AV, ...]:
    if not isinstance(value, Seq):
        cx.refuse("SG210", f"{name} of an array goes item by item", node, "use the NumPy function")
    return value.items


@handles(math.hypot)
def _hypot(cx: Context, node: Any, *coordinates: AV) -> AV:
    atoms = [cx.atom(v, node, "math.hypot") for v in coordinates]
    if len(atoms) == 2:
        return cx.emit("hypot", *atoms, via="math")
    return cx.emit("length_of", *atoms)


@handles(math.dist)
def _dist(cx: Context, node: Any, p: AV, q: AV) -> AV:
    pairs = zip(_items(cx, p, node, "math.dist"), _items(cx, q, node, "math.dist"), strict=True)
    return _hypot(cx, node, *(binary(cx, node, "Sub", a, b) for a, b in pairs))


@handles(math.prod)
def _prod(cx: Context, node: Any, iterable: AV, start: AV = ONE) -> AV:
    result = start
    for item in _items(cx, iterable, node, "math.prod"):
        result = binary(cx, node, "Mult", result, item)
    return result


@handles(math.fsum)
def _fsum(cx: Context, node: Any, seq: AV) -> AV:
    atoms = [cx.atom(v, node, "math.fsum") for v in _items(cx, seq, node, "math.fsum")]
    return cx.emit("fsum", *atoms) if atoms else constant(0.0)


@handles(math.log)
def _log(cx: Context, node: Any, x: AV, base: AV = NONE) -> AV:
    parts: list[Atom] = []
    for value in (x, base):
        if value == NONE:
            continue
        if isinstance(value, Const) and value.value > 0:
            parts.append(constant(math.log(value.value)))
        else:
            parts.append(cx.emit("log", cx.atom(value, node, "math.log"), via="math"))
    return parts[0] if len(parts) == 1 else binary(cx, node, "Div", *parts)


@handles(cmath.phase)
def _phase(cx: Context, node: Any, z: AV) -> AV:
    parts = [attribute(cx, z, name, node) for name in ("imag", "real")]
    return cx.call_function(math.atan2, parts, {}, node)


@handles(cmath.polar)
def _polar(cx: Context, node: Any, z: AV) -> AV:
    return Seq((cx.call_function(abs, [z], {}, node), _phase(cx, node, z)))


@handles(round)
def _round(cx: Context, node: Any, number: AV, ndigits: AV = NONE) -> AV:
    if isinstance(number, Const):
        places = () if ndigits == NONE else (cx.integer(ndigits, node, "ndigits"),)
        return constant(round(number.value, *places))
    atom = cx.atom(number, node, "round")
    if atom.type == INT and ndigits == NONE:
        return atom
    given: tuple[Atom, ...] = () if ndigits == NONE else (cx.atom(ndigits, node, "round"),)
    return cx.emit("round_number" if given else "round_to_int", atom, *given)


@handles(divmod)
def _divmod(cx: Context, node: Any, x: AV, y: AV) -> AV:
    return Seq((binary(cx, node, "FloorDiv", x, y), binary(cx, node, "Mod", x, y)))
