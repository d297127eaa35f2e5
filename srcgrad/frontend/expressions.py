"""Lowers expressions: each node class to the equations it means, by the kinds of its operands."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import gast
import numpy as np

from srcgrad.frontend.branches import Unmergeable, branch, is_true
from srcgrad.frontend.context import Context, Exit
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Instance,
    Mapping,
    Method,
    Ref,
    Seq,
    Slicing,
    Static,
    UserFunction,
    describe,
)
from srcgrad.frontend.resolve import Capture, Root, is_numpy_module, root_of
from srcgrad.frontend.subscripts import subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Undef, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import INT, Array, Number, dims_of

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
}
COMPARE = {
    "Lt": "less",
    "LtE": "less_equal",
    "Gt": "greater",
    "GtE": "greater_equal",
    "Eq": "equal",
    "NotEq": "not_equal",
}
_UNARY = {"USub": "negative", "UAdd": "positive", "Invert": "invert"}


def expression(cx: Context, node: Any) -> AV:
    """Abstract value of an expression."""
    lower = _TABLE.get(type(node).__name__)
    if lower is None:
        cx.refuse(
            "SG102", f"{type(node).__name__} is not supported here", node, "rewrite the expression"
        )
    with cx.at(node):
        return lower(cx, node)


def _constant(cx: Context, node: Any) -> AV:
    if isinstance(node.value, (bool, int, float)):
        return constant(node.value)
    if isinstance(node.value, complex):
        cx.refuse(
            "SG211", "complex numbers are not supported yet", node, "keep the computation real"
        )
    return Static(node.value)


def _name(cx: Context, node: Any) -> AV:
    value = lookup(cx, node.id, node)
    if isinstance(value, Static) and isinstance(value.value, Unmergeable):
        cx.refuse(
            value.value.code, value.value.reason, node, "give the name one kind on every path"
        )
    if isinstance(value, Undef):
        cx.refuse("SG225", f"{node.id!r} may be unbound here", node, "assign it before")
    return value


def lookup(cx: Context, name: str, node: Any) -> AV:
    """What a name is bound to: local, enclosing function, captured, builtin."""
    frame = cx.frame
    while True:
        if name in frame.names:
            return frame.names[name]
        if name in frame.locals:
            cx.refuse("SG209", f"{name!r} is read before it is assigned", node, "assign it first")
        if frame.parent is None:
            break
        frame = frame.parent
    function = frame.function.function
    root = root_of(function, name)
    if root is None:
        cx.refuse("SG209", f"name {name!r} is not defined", node, "define it or import it")
    value = root.read()
    return captured(cx, Capture(root), value)


def captured(cx: Context, capture: Capture, value: Any) -> AV:
    """Abstract value of a captured object."""
    primal = getattr(value, "__srcgrad_primal__", None)
    if primal is not None and primal is cx.captures.entry:
        return Static(primal)
    return cx.captures.value(capture, value, lambda var: _captured_input(cx, var))


def _captured_input(cx: Context, var: Var) -> AV:
    var = cx.local_capture(var)
    if isinstance(var.type, Array):
        for loc, atom in cx.heap.versions.items():
            if atom is var:
                return Ref(loc)
        return Ref(cx.heap.allocate(var, shared=True))
    return var


def _binop(cx: Context, node: Any) -> AV:
    left, right = expression(cx, node.left), expression(cx, node.right)
    return binary(cx, node, type(node.op).__name__, left, right)


def binary(cx: Context, node: Any, operator: str, left: AV, right: AV) -> AV:
    """``left operator right``."""
    if isinstance(left, Seq) or isinstance(right, Seq):
        return _sequence_op(cx, node, operator, left, right)
    name = BINARY.get(operator)
    if name is None:
        cx.refuse(
            "SG226", f"operator {operator} is not supported", node, "use arithmetic operators"
        )
    x, y = cx.atom(left, node, "this operator"), cx.atom(right, node, "this operator")
    folded = _fold(name, x, y)
    if folded is not None:
        return folded
    if name == "power" and isinstance(y, Var) and y.type == INT and cx.depends_on_inputs(y):
        y = constant(cx.integer(y, node, "an exponent"))
    refuse_complex(cx, node, x, y)
    return cx.bind(cx.emit(name, x, y), left, right)


def refuse_complex(cx: Context, node: Any, *atoms: Atom) -> None:
    """Refuse operands that are complex."""
    for atom in atoms:
        type_ = atom.type
        kind = (
            type_.kind
            if isinstance(type_, Number)
            else getattr(getattr(type_, "dtype", None), "kind", "f")
        )
        if kind in ("complex", "c"):
            cx.refuse(
                "SG211", "complex values are not supported yet", node, "keep the computation real"
            )


def _fold(name: str, *atoms: Atom) -> Const | None:
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
    sequence, count = (left, right) if isinstance(left, Seq) else (right, left)
    if operator == "Mult" and isinstance(sequence, Seq):
        return Seq(sequence.items * cx.integer(count, node, "a repeat count"), sequence.make)
    if isinstance(sequence, Seq) and cx.type_of(count) is not None and isinstance(count, Ref):
        whole = cx.call_function(np.array, [sequence], {}, node)
        return binary(cx, node, operator, *((whole, right) if sequence is left else (left, whole)))
    cx.refuse(
        "SG215",
        f"{describe(left)} and {describe(right)} have no operator {operator} here",
        node,
        "turn sequences into arrays with np.array",
    )


def _unaryop(cx: Context, node: Any) -> AV:
    operand = expression(cx, node.operand)
    if isinstance(node.op, gast.Not):
        truth = static_truth(operand)
        if truth is not None:
            return constant(not truth)
        return cx.emit("not", cx.atom(operand, node, "not"))
    name = _UNARY[type(node.op).__name__]
    atom = cx.atom(operand, node, "this operator")
    return _fold(name, atom) or cx.bind(cx.emit(name, atom), operand)


def static_truth(value: AV) -> bool | None:
    """Truth known at compile time, else ``None``."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Static):
        return bool(value.value)
    if isinstance(value, (Seq, Mapping)):
        return bool(value.items)
    return None if isinstance(value, (*ATOMS, Ref)) else True


def truth(cx: Context, value: AV, node: Any) -> Atom:
    """The atom that decides a branch on ``value``."""
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


def _boolop(cx: Context, node: Any) -> AV:
    stop_on = isinstance(node.op, gast.Or)
    return _chain(cx, node, [lambda v=v: expression(cx, v) for v in node.values], stop_on)  # type: ignore[misc]


def _chain(cx: Context, node: Any, parts: list[Any], stop_on: bool) -> AV:
    """``and`` and ``or``: the next part is evaluated only if this one does not decide."""
    value = parts[0]()
    if len(parts) == 1:
        return value  # type: ignore[no-any-return]
    known = static_truth(value)
    if known is not None:
        return value if known is stop_on else _chain(cx, node, parts[1:], stop_on)
    test = truth(cx, value, node)
    taken: AV = value
    later = lambda: _chain(cx, node, parts[1:], stop_on)
    return choose(
        cx, node, test, (lambda: taken) if stop_on else later, later if stop_on else (lambda: taken)
    )


def choose(cx: Context, node: Any, test: Atom, then: Any, orelse: Any) -> AV:
    """The value of one of two expressions, only that one evaluated."""
    key = "<choice>"
    saved = cx.frame.names.get(key)

    def arm(value: Any) -> Any:
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


def _ifexp(cx: Context, node: Any) -> AV:
    test = truth(cx, expression(cx, node.test), node.test)
    known = is_true(test)
    if known is not None:
        return expression(cx, node.body if known else node.orelse)
    return choose(
        cx, node, test, lambda: expression(cx, node.body), lambda: expression(cx, node.orelse)
    )


def _compare(cx: Context, node: Any) -> AV:
    left = expression(cx, node.left)
    operators = [type(o).__name__ for o in node.ops]
    if len(operators) == 1:
        return compare(cx, node, operators[0], left, expression(cx, node.comparators[0]))

    def link(k: int, before: AV) -> AV:
        after = expression(cx, node.comparators[k])
        result = compare(cx, node, operators[k], before, after)
        if k + 1 == len(operators):
            return result
        known = static_truth(result)
        if known is not None:
            return link(k + 1, after) if known else result
        return choose(cx, node, truth(cx, result, node), lambda: link(k + 1, after), lambda: result)

    return link(0, left)


def compare(cx: Context, node: Any, operator: str, left: AV, right: AV) -> AV:
    """One comparison."""
    if operator in ("Is", "IsNot"):
        return constant(_identical(cx, node, left, right) is (operator == "Is"))
    if operator in ("In", "NotIn"):
        return constant(_contains(cx, node, left, right) is (operator == "In"))
    if isinstance(left, (*ATOMS, Ref)) and isinstance(right, (*ATOMS, Ref)):
        name = COMPARE[operator]
        x, y = cx.atom(left, node), cx.atom(right, node)
        return _fold(name, x, y) or cx.bind(cx.emit(name, x, y), left, right)
    if operator in ("Eq", "NotEq") and static_value(left) is not _DYNAMIC:
        return constant((static_value(left) == static_value(right)) is (operator == "Eq"))
    cx.refuse(
        "SG215",
        f"{describe(left)} and {describe(right)} cannot be compared",
        node,
        "compare numbers or arrays",
    )


_DYNAMIC = object()


def static_value(value: AV) -> Any:
    """The Python object, if it is known at compile time, else a sentinel."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Static):
        return value.value
    if isinstance(value, Seq):
        items = [static_value(v) for v in value.items]
        return _DYNAMIC if any(i is _DYNAMIC for i in items) else value.make(items)
    return _DYNAMIC


def _identical(cx: Context, node: Any, left: AV, right: AV) -> bool:
    for a, b in ((left, right), (right, left)):
        if isinstance(b, Static) and (b.value is None or isinstance(b.value, (type, bool))):
            return isinstance(a, Static) and a.value is b.value
    if isinstance(left, Ref) and isinstance(right, Ref) and left.loc == right.loc:
        return True
    cx.refuse("SG215", "`is` is only supported with None and classes", node, "compare with ==")


def _contains(cx: Context, node: Any, left: AV, right: AV) -> bool:
    if isinstance(right, Mapping):
        return any(k == static_value(left) for k, _ in right.items)
    whole, part = static_value(right), static_value(left)
    if whole is _DYNAMIC or part is _DYNAMIC:
        cx.refuse(
            "SG215",
            "`in` is only supported on values known before the run",
            node,
            "compare with ==",
        )
    return part in whole


def _attribute(cx: Context, node: Any) -> AV:
    return attribute(cx, expression(cx, node.value), node.attr, node)


def attribute(cx: Context, value: AV, name: str, node: Any) -> AV:
    """``value.name``."""
    if isinstance(value, Static):
        if not hasattr(value.value, name):
            cx.refuse(
                "SG203", f"{_shown(value.value)} has no attribute {name!r}", node, "check the spelling"
            )
        return _static_attribute(cx, value.value, name, node)
    if isinstance(value, Instance):
        return _instance_attribute(cx, value, name, node)
    if isinstance(value, Seq) and name in getattr(value.make, "_fields", ()):
        return value.items[value.make._fields.index(name)]  # type: ignore[attr-defined]
    if isinstance(value, (*ATOMS, Ref)):
        return _array_attribute(cx, value, name, node)
    return Method(value, name)


def _shown(value: Any) -> str:
    """An object as a message names it."""
    return f"module {value.__name__}" if isinstance(value, ModuleType) else repr(value)


def _static_attribute(cx: Context, owner: Any, name: str, node: Any) -> AV:
    value = getattr(owner, name)
    if isinstance(value, (bool, int, float)) and getattr(owner, "__name__", "") in (
        "numpy",
        "math",
    ):
        return constant(value)
    root = _static_root(cx, node)
    if root is None or not _leads_to(root, owner):  # a local name may hide a global one
        if isinstance(owner, (str, bytes, np.dtype)) or owner.__class__.__hash__ is None:
            return Static(value)
        kind = Root(owner, "object", getattr(owner, "__name__", "object"))
        root = Capture(kind, (("attr", name),))
    return Static(value) if is_numpy_module(root, value) else captured(cx, root, value)


def _leads_to(capture: Capture, owner: Any) -> bool:
    """Whether the last step of a capture reads an attribute of this very object."""
    try:
        return Capture(capture.root, capture.steps[:-1]).read() is owner
    except (AttributeError, LookupError, TypeError):
        return False


def _static_root(cx: Context, node: Any) -> Capture | None:
    """The capture that an attribute chain on a free name stands for."""
    steps: list[tuple[str, str]] = []
    while isinstance(node, gast.Attribute):
        steps.append(("attr", node.attr))
        node = node.value
    frame = cx.frame
    while frame.parent is not None:
        frame = frame.parent
    if not isinstance(node, gast.Name) or frame.function.function is None:
        return None
    root = root_of(frame.function.function, node.id)
    return None if root is None else Capture(root, tuple(reversed(steps)))


def _instance_attribute(cx: Context, value: Instance, name: str, node: Any) -> AV:
    for key, part in value.fields:
        if key == name:
            return part
    if callable(getattr(value.cls, name, None)):
        return Method(value, name)
    cx.refuse("SG203", f"{value.cls.__name__} has no field {name!r}", node, "check the spelling")


def _array_attribute(cx: Context, value: AV, name: str, node: Any) -> AV:
    atom = cx.atom(value, node)
    dims = dims_of(atom.type)
    if name == "T":
        return cx.bind(cx.emit("transpose", atom), value)
    if name == "ndim":
        return constant(len(dims)) if dims is not None else cx.emit("ndim", atom)
    if name == "size":
        return cx.emit("size", atom)
    if name == "shape":
        if dims is None:
            cx.refuse(
                "SG212",
                "the rank of this array is not known",
                node,
                "give --args or call the function",
            )
        return Seq(tuple(length(cx, atom, k) for k in range(len(dims))))
    if name == "dtype" and isinstance(atom.type, Array) and atom.type.dtype is not None:
        return Static(atom.type.dtype)
    if name == "real":
        return value
    return Method(value, name)


def length(cx: Context, atom: Atom, axis: int) -> AV:
    """Length of one axis: a literal where the type knows it."""
    dims = dims_of(atom.type)
    if dims is not None and isinstance(dims[axis], int):
        return constant(dims[axis])
    return cx.emit("length", atom, axis=axis)


def _subscript(cx: Context, node: Any) -> AV:
    return subscript(cx, expression(cx, node.value), expression(cx, node.slice), node)


def _slice(cx: Context, node: Any) -> AV:
    parts = [None if p is None else expression(cx, p) for p in (node.lower, node.upper, node.step)]
    atoms = [None if p is None or p == Static(None) else cx.atom(p, node, "a slice") for p in parts]
    return Slicing(*atoms)


def _sequence(make: type) -> Any:
    return lambda cx, node: Seq(tuple(expression(cx, e) for e in node.elts), make)


def _dict(cx: Context, node: Any) -> AV:
    items = []
    for key, value in zip(node.keys, node.values, strict=True):
        known = static_value(expression(cx, key))
        if known is _DYNAMIC:
            cx.refuse("SG212", "a dict key must be known before the run", key, "use literal keys")
        items.append((known, expression(cx, value)))
    return Mapping(tuple(items))


def _lambda(cx: Context, node: Any) -> AV:
    body = gast.Return(value=node.body)
    gast.copy_location(body, node.body)
    tree = gast.FunctionDef("lambda", node.args, [body], [], None, None, [])
    return UserFunction(cx.source, gast.copy_location(tree, node), frame=cx.frame)


def _joined(cx: Context, node: Any) -> AV:
    return Static("<f-string>")


_TABLE: dict[str, Any] = {
    "Constant": _constant,
    "Name": _name,
    "BinOp": _binop,
    "UnaryOp": _unaryop,
    "BoolOp": _boolop,
    "IfExp": _ifexp,
    "Compare": _compare,
    "Attribute": _attribute,
    "Subscript": _subscript,
    "Slice": _slice,
    "Tuple": _sequence(tuple),
    "List": _sequence(list),
    "Dict": _dict,
    "Lambda": _lambda,
    "JoinedStr": _joined,
    "Call": lambda cx, node: cx.call(node),
}
__all__ = ["attribute", "binary", "expression", "lookup", "truth"]
