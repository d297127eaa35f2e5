"""The discrete Fourier transforms of ``np.fft``, with their lengths, axes and scalings."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq
from srcgrad.frontend.library import HANDLERS, handles
from srcgrad.frontend.library_shapes import known_dims, operand
from srcgrad.frontend.operators import static_value
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Slot

_LAST, _UNIT = constant(-1), constant(1.0)


def _length(cx: Context, value: AV, args: list[Atom], node: Any) -> Any:
    """A transform length: a number, or a slot for one of the run."""
    atom = cx.atom(value, node, "a transform length")
    if isinstance(atom, Const):
        return atom.value
    args.append(atom)
    return Slot(len(args) - 1)


def _norm(norm: AV) -> dict[str, Any]:
    name = static_value(norm)
    return {} if name in (None, "backward") else {"norm": name}


def _operand(cx: Context, a: AV, node: Any, name: str) -> list[Atom]:
    atom = operand(cx, a, node)
    known_dims(cx, atom, node, f"np.fft.{name}")
    return [atom]


def _single(name: str) -> Any:
    def handler(
        cx: Context, node: Any, a: AV, n: AV = NONE, axis: AV = _LAST, norm: AV = NONE
    ) -> AV:
        args = _operand(cx, a, node, name)
        attrs = _norm(norm)
        if n != NONE:
            attrs["n"] = _length(cx, n, args, node)
        place = cx.integer(axis, node, "axis=")
        if place != -1:
            attrs["axis"] = place
        return cx.bind(cx.emit(name, *args, **attrs))

    return handler


def _several(name: str) -> Any:
    def handler(
        cx: Context, node: Any, a: AV, s: AV = NONE, axes: AV = NONE, norm: AV = NONE
    ) -> AV:
        args = _operand(cx, a, node, name)
        attrs = _norm(norm)
        if isinstance(axes, Seq):
            attrs["axes"] = tuple(cx.integer(v, node, "axes=") for v in axes.items)
        if isinstance(s, Seq):
            attrs["s"] = tuple(_length(cx, v, args, node) for v in s.items)
            if "axes" not in attrs:
                attrs["axes"] = tuple(range(-len(s.items), 0))
        return cx.bind(cx.emit(name, *args, **attrs))

    return handler


for _name in ("fft", "ifft", "rfft", "irfft"):
    HANDLERS[getattr(np.fft, _name)] = _single(_name)
for _name in ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn"):
    HANDLERS[getattr(np.fft, _name)] = _several(_name)


@handles(np.fft.fftfreq)
def _fftfreq(cx: Context, node: Any, n: AV, d: AV = _UNIT) -> AV:
    return cx.bind(cx.emit("fftfreq", cx.atom(n, node), cx.atom(d, node)))


@handles(np.fft.rfftfreq)
def _rfftfreq(cx: Context, node: Any, n: AV, d: AV = _UNIT) -> AV:
    return cx.bind(cx.emit("rfftfreq", cx.atom(n, node), cx.atom(d, node)))
