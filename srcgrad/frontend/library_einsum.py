"""``np.einsum`` in all its forms: the subscripts are made explicit, and diagonals taken first."""

from __future__ import annotations

import string
from typing import Any, cast

import numpy as np

from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq
from srcgrad.frontend.library import handles
from srcgrad.frontend.library_shapes import known_dims, operand
from srcgrad.frontend.operators import static_value
from srcgrad.ir.nodes import Atom


@handles(np.einsum)
def _einsum(cx: Context, node: Any, subscripts: AV, *operands: AV, optimize: AV = NONE) -> AV:
    text = static_value(subscripts)
    if not isinstance(text, str):
        text, operands = _from_lists(cx, (subscripts, *operands), node)
    atoms = [operand(cx, v, node) for v in operands]
    inputs, out = _explicit(cx, text.replace(" ", ""), atoms, node)
    for k, labels in enumerate(inputs):
        atoms[k], inputs[k] = _without_repeats(cx, atoms[k], labels)
    if len(atoms) == 1 and sorted(inputs[0]) == sorted(out):
        return _permuted(cx, atoms[0], [inputs[0].index(label) for label in out], operands[0])
    attrs = {} if optimize == NONE else {"optimize": static_value(optimize)}
    whole = f"{','.join(inputs)}->{out}"
    return cx.bind(cx.emit("einsum", *atoms, subscripts=whole, **attrs))


def _from_lists(cx: Context, args: tuple[AV, ...], node: Any) -> tuple[str, tuple[AV, ...]]:
    """The form that has a list of numbers after each operand, and perhaps one for the result."""
    pairs = len(args) // 2
    lists = [*args[1 : 2 * pairs : 2], *args[2 * pairs :]]
    if not all(isinstance(v, Seq) for v in lists):
        cx.refuse(
            "SG202",
            "np.einsum needs its subscripts first, as a string",
            node,
            "np.einsum('ij,jk->ik', a, b)",
        )
    texts = ["".join(_label(cx, v, node) for v in cast(Seq, part).items) for part in lists]
    whole = ",".join(texts[:pairs])
    return "->".join([whole, *texts[pairs:]]), args[: 2 * pairs : 2]


def _label(cx: Context, value: AV, node: Any) -> str:
    if static_value(value) is Ellipsis:
        return "..."
    return string.ascii_letters[cx.integer(value, node, "a subscript")]


def _permuted(cx: Context, atom: Atom, order: list[int], source: AV) -> AV:
    """The view that einsum gives where it only moves axes."""
    if order == sorted(order):
        return cx.bind(cx.emit("index", atom, index=(Ellipsis,)), source)
    return cx.bind(cx.emit("transpose", atom, via="np", axes=tuple(order)), source)


def _explicit(cx: Context, text: str, atoms: list[Atom], node: Any) -> tuple[list[str], str]:
    """Subscripts of the operands and the result, without an ellipsis."""
    left, arrow, out = text.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(atoms):
        cx.refuse(
            "SG218", f"{len(inputs)} subscripts for {len(atoms)} operands", node, "check the call"
        )
    free = [c for c in string.ascii_letters if c not in text]
    widest = 0
    for k, labels in enumerate(inputs):
        if "..." in labels:
            rank = len(known_dims(cx, atoms[k], node, "np.einsum"))
            count = rank - len(labels) + 3
            widest = max(widest, count)
            inputs[k] = labels.replace("...", "".join(free[:count][::-1]))
    if not arrow:
        once = [c for c in sorted(set(left) - set(",.")) if left.count(c) == 1]
        out = ("..." if "..." in left else "") + "".join(once)
    return inputs, out.replace("...", "".join(free[:widest][::-1]))


def _without_repeats(cx: Context, atom: Atom, labels: str) -> tuple[Atom, str]:
    """The operand with the diagonal taken where a label is there twice."""
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            atom = cx.emit("diagonal", atom, via="np", axis1=first, axis2=second)
            labels = labels[:first] + labels[first + 1 : second] + labels[second + 1 :] + label
    return atom, labels
