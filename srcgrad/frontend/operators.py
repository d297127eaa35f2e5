"""Lowers operators: arithmetic, ``and``, ``or``, ``not`` and the conditional expression.

Operations on literals are folded; an operand that is not evaluated in Python is not evaluated here.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable
from functools import partial
from typing import Any

import gast
import numpy as np

from srcgrad.frontend.boxes import boxed, opened
from srcgrad.frontend.branches import branch, is_true
from srcgrad.frontend.context import Context, Exit
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Mapping,
    Ref,
    Seq,
    Static,
    Unmergeable,
    describe,
    lift,
)
from srcgrad.frontend.perhaps import certain
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import BOOL, INT, Array, Type, dims_of, is_differentiable

Part = Callable[[], AV]
BINARY = {
    "Add": "add",
    "Sub": "subtract",
    "Mult": "multiply",
    "Div": "divide",
    "FloorDiv": "floor_divide",
    "Mod": "remainder",
    "Pow": "power",
    "MatMult": "matmul",
    "BitAnd": "bitwise_and",
    "BitOr": "bitwise_or",
    "BitXor": "bitwise_xor",
    "LShift": "left_shift",
    "RShift": "right_shift",
}
_PYTHON = {
    "Add": operators.add,
    "Sub": operators.sub,
    "Mult": operators.mul,
    "Mod": operators.mod,
    "BitAnd": operators.and_,
    "BitOr": operators.or_,
    "BitXor": operators.xor,
    "LShift": operators.lshift,
    "RShift": operators.rshift,
}
_LITERAL = (str, bytes, set, frozenset, int, float, tuple)
_UNARY = {"USub": "negative", "UAdd": "positive", "Invert": "invert"}
DYNAMIC = object()  # what ``static_value`` gives for values of the run


def binop(cx: Context, node: Any) -> AV:
    """``a + b`` and its like."""
    left, right = cx.expression(node.left), cx.expression(node.right)
    return binary(cx, node, type(node.op).__name__, left, right)


def binary(cx: Context, node: Any, operator: str, left: AV, right: AV) -> AV:
    """``left operator right``."""
    left, right = certain(cx, node, left, right)
    found = cx.overloaded(node, operator, left, right)
    if found is not None:
        return found
    left, right = opened(cx, left, node), opened(cx, right, node)
    if isinstance(left, Static) or isinstance(right, Static):
        known = _known(operator, left, right)
        if known is not None:
            return known
        if operator == "Mod" and isinstance(left, Static) and isinstance(left.value, str):
            return cx.call_function(str.__mod__, [left, right], {}, node)
    if isinstance(left, Seq) or isinstance(right, Seq):
        return boxed(cx, _sequence_op(cx, node, operator, left, right))
    name = BINARY.get(operator)
    if name is None:
        cx.refuse(
            "SG226", f"operator {operator} is not supported", node, "use arithmetic operators"
        )
    x, y = cx.atom(left, node, "this operator"), cx.atom(right, node, "this operator")
    literal = folded(name, x, y)
    if literal is not None:
        return literal
    if name == "power" and isinstance(y, Var) and y.type == INT and cx.depends_on_inputs(y):
        y = constant(cx.integer(y, node, "an exponent"))
    if name == "power" and is_differentiable(x.type) and _is_truth(y.type):
        y = cx.emit("astype", y, dtype=np.dtype("int8"))  # the slope reads the exponent less one
    return cx.bind(cx.emit(name, x, y), left, right)


def _is_truth(type_: Type) -> bool:
    return isinstance(type_, Array) and type_.dtype == np.dtype(bool)


def _known(operator: str, left: AV, right: AV) -> AV | None:
    """The result of an operator on text or sets that are known now."""
    a, b = static_value(left), static_value(right)
    if a is DYNAMIC or b is DYNAMIC or not isinstance(a, _LITERAL) or not isinstance(b, _LITERAL):
        return None
    try:
        return lift(_PYTHON[operator](a, b))
    except (KeyError, TypeError, ValueError):
        return None


def folded(name: str, *atoms: Atom) -> Const | None:
    """The literal result of an operation on literals."""
    if not all(isinstance(a, Const) for a in atoms):
        return None
    try:
        return constant(OPS[name].runs[""](*(a.value for a in atoms)))  # type: ignore[union-attr]
    except ArithmeticError:
        return None


def _sequence_op(cx: Context, node: Any, operator: str, left: AV, right: AV) -> AV:
    if (
        operator == "Add"
        and isinstance(left, Seq)
        and isinstance(right, Seq)
        and left.make is right.make
    ):
        return Seq((*left.items, *right.items), left.make)
    sequence, other = (left, right) if isinstance(left, Seq) else (right, left)
    if isinstance(sequence, Seq) and makes_array(cx, operator, other):
        whole = cx.call_function(np.array, [sequence], {}, node)
        return binary(cx, node, operator, *((whole, right) if sequence is left else (left, whole)))
    if operator == "Mult" and isinstance(sequence, Seq):
        return Seq(sequence.items * _repeats(cx, node, other), sequence.make)
    cx.refuse(
        "SG215",
        f"{describe(left)} and {describe(right)} have no operator {operator} here",
        node,
        "turn sequences into arrays with np.array",
    )


def is_numpy(cx: Context, value: AV) -> bool:
    """Whether a value is an array or a NumPy scalar."""
    return isinstance(cx.type_of(value), Array)


def makes_array(cx: Context, operator: str, operand: AV) -> bool:
    """Whether an operator makes an array of a sequence beside this operand: NumPy's scalars repeat it."""
    array = isinstance(operand, Ref) and cx.dims(operand) != ()  # else it may be a scalar
    return array or (operator != "Mult" and is_numpy(cx, operand))


def _repeats(cx: Context, node: Any, value: AV) -> int:
    """How often a sequence is repeated: by an integer, also one of NumPy's."""
    type_ = cx.type_of(value)
    whole = isinstance(type_, Array) and (type_.dtype is None or type_.dtype.kind in "iu")
    if type_ is not None and type_ not in (INT, BOOL) and not whole:
        message = f"a sequence cannot be repeated by {describe(value)}"
        cx.refuse("SG215", message, node, "make an array of it first, with np.array")
    return cx.integer(value, node, "a repeat count")


def unaryop(cx: Context, node: Any) -> AV:
    """``-a``, ``+a``, ``~a``, ``not a``."""
    operand = cx.expression(node.operand)
    if isinstance(node.op, gast.Not):
        operand = tested(cx, operand, node)
        truth = static_truth(operand)
        if truth is not None:
            return constant(not truth)
        return cx.emit("not", cx.atom(operand, node, "not"))
    operand = certain(cx, node, operand)[0]
    found = cx.overloaded(node, type(node.op).__name__, operand)
    if found is not None:
        return found
    name = _UNARY[type(node.op).__name__]
    atom = cx.atom(operand, node, "this operator")
    return folded(name, atom) or cx.bind(cx.emit(name, atom), operand)


def negative(cx: Context, atom: Atom) -> Atom:
    """``-atom``."""
    return folded("negative", atom) or cx.emit("negative", atom)


def boolop(cx: Context, node: Any) -> AV:
    """``a and b``, ``a or b``, of any length."""
    stop_on = isinstance(node.op, gast.Or)
    return chain(cx, node, [partial(cx.expression, v) for v in node.values], stop_on)


def chain(cx: Context, node: Any, parts: list[Part], stop_on: bool) -> AV:
    """``and`` and ``or``: the next part is evaluated only if this one does not decide."""
    value = parts[0]()
    if len(parts) == 1:
        return value
    known = static_truth(tested(cx, value, node))
    if known is not None:
        return value if known is stop_on else chain(cx, node, parts[1:], stop_on)
    test = truth(cx, value, node)
    taken: AV = value
    later = lambda: chain(cx, node, parts[1:], stop_on)
    return choose(
        cx, node, test, (lambda: taken) if stop_on else later, later if stop_on else (lambda: taken)
    )


def choose(cx: Context, node: Any, test: Atom, then: Part, orelse: Part) -> AV:
    """The value of one of two expressions, only that one evaluated."""
    key = "<choice>"
    saved = cx.frame.names.get(key)

    def arm(value: Part) -> Callable[[], Exit]:
        def run() -> Exit:
            cx.frame.names[key] = value()
            return Exit.always(0)

        return run

    branch(cx, node, test, arm(then), arm(orelse))
    result = cx.frame.names.pop(key)
    if saved is not None:
        cx.frame.names[key] = saved
    if isinstance(result, Static) and isinstance(result.value, Unmergeable):
        cx.refuse(
            result.value.code, "the two results have different kinds", node, "give both one kind"
        )
    return result


def ifexp(cx: Context, node: Any) -> AV:
    """``a if test else b``."""
    test = condition(cx, node.test)
    known = is_true(test)
    if known is not None:
        return cx.expression(node.body if known else node.orelse)
    return choose(
        cx, node, test, lambda: cx.expression(node.body), lambda: cx.expression(node.orelse)
    )


def static_truth(value: AV) -> bool | None:
    """Truth known at compile time, else ``None``."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Static):
        return bool(value.value)
    if isinstance(value, (Seq, Mapping)):
        return bool(value.items)
    return None if isinstance(value, (*ATOMS, Ref)) else True


def condition(cx: Context, node: Any) -> Atom:
    """The truth of an expression that is only asked for its truth."""
    if isinstance(node, gast.BoolOp):
        parts: list[Part] = [partial(condition, cx, v) for v in node.values]
        with cx.at(node):
            return truth(cx, chain(cx, node, parts, isinstance(node.op, gast.Or)), node)
    with cx.at(node):
        return truth(cx, cx.expression(node), node)


def tested(cx: Context, value: AV, node: Any) -> AV:
    """What decides the truth of a value: the content of a container, the answer of an object."""
    answer = cx.overloaded(node, "Bool", value)
    return opened(cx, value, node) if answer is None else answer


def static_value(value: AV) -> Any:
    """The Python object, if it is known at compile time, else a sentinel."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Static):
        return value.value
    if isinstance(value, Seq):
        items = [static_value(v) for v in value.items]
        return DYNAMIC if any(i is DYNAMIC for i in items) else value.make(items)
    return DYNAMIC


def truth(cx: Context, value: AV, node: Any) -> Atom:
    """The atom that decides a branch on ``value``."""
    value = tested(cx, value, node)
    known = static_truth(value)
    if known is not None:
        return constant(known)
    atom = cx.atom(value, node, "a test")
    dims = dims_of(atom.type)
    if dims is not None and dims != () and any(d != 1 for d in dims):
        cx.refuse(
            "SG222",
            f"the truth of an array of shape {dims} is ambiguous",
            node,
            "use .any() or .all()",
        )
    return atom
