"""Spells one operation as a Python expression: operators, NumPy calls, subscripts, methods."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from srcgrad.errors import CodegenError
from srcgrad.ir.nodes import Eqn, Slice, Slot
from srcgrad.ir.types import Array, Number, dims_of, is_scalar

_BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "**": ast.Pow,
    "@": ast.MatMult,
    "&": ast.BitAnd,
    "<<": ast.LShift,
    ">>": ast.RShift,
    "|": ast.BitOr,
    "^": ast.BitXor,
}
_COMPARE: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "==": ast.Eq,
    "!=": ast.NotEq,
}
_UNARY: dict[str, type[ast.unaryop]] = {"-": ast.USub, "+": ast.UAdd, "~": ast.Invert}
Expr = ast.expr


def name(text: str) -> Expr:
    """A dotted name."""
    first, *rest = text.split(".")
    node: Expr = ast.Name(first, ast.Load())
    for part in rest:
        node = ast.Attribute(node, part, ast.Load())
    return node


def constant(value: Any) -> Expr:
    """A literal; infinities and NaN by their NumPy names."""
    if isinstance(value, float) and not math.isfinite(value):
        inf = name("np.nan" if math.isnan(value) else "np.inf")
        return ast.UnaryOp(ast.USub(), inf) if value < 0 else inf
    if isinstance(value, complex):
        return _complex(value)
    if isinstance(value, np.dtype):
        return name(f"np.{value.name}") if value.name != "bool" else name("bool")
    if isinstance(value, tuple):
        return ast.Tuple([constant(v) for v in value], ast.Load())
    return ast.Constant(value)


def _complex(value: complex) -> Expr:
    """A complex number as it is written: ``2j``, ``1.5 - 2j``; by its parts where that would lose a sign."""
    real, size = value.real, ast.Constant(complex(0.0, abs(value.imag)))
    negative = math.copysign(1.0, value.imag) < 0
    if not (math.isfinite(real) and math.isfinite(value.imag)):
        return ast.Call(name("complex"), [constant(real), constant(value.imag)], [])
    if real == 0.0 and math.copysign(1.0, real) == (-1.0 if negative else 1.0):
        return ast.UnaryOp(ast.USub(), size) if negative else size
    if real == 0.0:
        return ast.Call(name("complex"), [constant(real), constant(value.imag)], [])
    return ast.BinOp(constant(real), ast.Sub() if negative else ast.Add(), size)


def call(function: str | Expr, *args: Expr, **keywords: Expr) -> Expr:
    """A call."""
    target = name(function) if isinstance(function, str) else function
    return ast.Call(target, list(args), [ast.keyword(k, v) for k, v in keywords.items()])


def method(receiver: Expr, attr: str, *args: Expr, **keywords: Expr) -> Expr:
    """A method call."""
    return call(ast.Attribute(receiver, attr, ast.Load()), *args, **keywords)


def spell(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    """The expression for an equation, given those of its operands."""
    via = eqn.attrs.get("via", "")
    template = _TEMPLATES.get(eqn.op.name)
    if template is not None and via != "math":
        return template(eqn, args)
    text = eqn.op.spells.get(via, "")
    if text in _BINARY and len(args) == 2:
        return ast.BinOp(args[0], _BINARY[text](), args[1])
    if text in _COMPARE:
        return ast.Compare(args[0], [_COMPARE[text]()], [args[1]])
    if text in _UNARY:
        return ast.UnaryOp(_UNARY[text](), args[0])
    attrs = {k: v for k, v in eqn.attrs.items() if k != "via"}
    keywords = {k: attr(v, args) for k, v in attrs.items()}
    taken = set(_slots(tuple(attrs.values())))
    args = [a for k, a in enumerate(args) if k not in taken]
    kind, _, rest = text.partition(":")
    if kind == "helper":
        return call(rest, *args, **keywords)
    if kind == "method":
        return method(args[0], rest, *args[1:], **keywords)
    if kind == "part":
        return ast.Subscript(args[1], constant(eqn.attrs["part"]), ast.Load())
    if kind == "sequence":
        return call(rest, ast.List(list(args), ast.Load()), **keywords)
    if not text:
        raise CodegenError("SG510", f"{eqn.op} has no Python spelling", "report this")
    return call(text, *args, **keywords)


def _slots(value: Any) -> Iterator[int]:
    """Positions of the operands that fill the slots of an attribute."""
    if isinstance(value, Slot):
        yield value.position
    elif isinstance(value, tuple):
        for part in value:
            yield from _slots(part)


# -- templates ----------------------------------------------------------------------------------------


def attr(value: Any, args: Sequence[Expr]) -> Expr:
    """An attribute with slots as an expression."""
    if isinstance(value, Slot):
        return args[value.position]
    if isinstance(value, Slice):
        parts = (
            None if p is None else attr(p, args) for p in (value.start, value.stop, value.step)
        )
        return ast.Slice(*parts)
    if isinstance(value, tuple):
        return ast.Tuple([attr(v, args) for v in value], ast.Load())
    return constant(value)


def subscript(receiver: Expr, index: Any, args: Sequence[Expr]) -> ast.Subscript:
    """``receiver[index]``."""
    entry = attr(index[0], args) if len(index) == 1 else attr(index, args)
    return ast.Subscript(receiver, entry, ast.Load())


def as_index(entry: Expr) -> Expr:
    """A subscript as a value: slices become ``slice(...)``."""
    if isinstance(entry, ast.Tuple):
        return ast.Tuple([as_index(e) for e in entry.elts], ast.Load())
    if isinstance(entry, ast.Slice):
        none = ast.Constant(None)
        parts = [entry.lower or none, entry.upper or none] + ([entry.step] if entry.step else [])
        return ast.Call(name("slice"), parts, [])
    return entry


def _is_array(type_: Any) -> bool:
    """Whether a value surely is an array: of unknown rank it may be a Python number on some paths."""
    return isinstance(type_, Array) and bool(type_.dims)


def shape_of(receiver: Expr, type_: Any) -> Expr:
    """The shape of a value."""
    if not _is_array(type_):
        return call("np.shape", receiver)
    return ast.Attribute(receiver, "shape", ast.Load())


def _shape(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    shape = eqn.attrs["shape"]
    return attr(shape[0], args) if len(shape) == 1 else attr(shape, args)


def _transpose(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    axes = eqn.attrs.get("axes")
    if not _is_array(eqn.args[0].type):
        return call("np.transpose", args[0], *([] if axes is None else [constant(axes)]))
    if axes is None:
        return ast.Attribute(args[0], "T", ast.Load())
    return method(args[0], "transpose", *(constant(a) for a in axes))


def _expand_dims(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    axis, dims = eqn.attrs["axis"], dims_of(eqn.out.type)
    axes = axis if isinstance(axis, tuple) else (axis,)
    if dims is None or not isinstance(eqn.args[0].type, Array):
        return call("np.expand_dims", args[0], axis=constant(axis))
    new = {a % len(dims) for a in axes}
    index = [None if k in new else Slice(None, None, None) for k in range(len(dims))]
    while len(index) > 1 and index[-1] is not None:
        index.pop()
    return subscript(args[0], tuple(index), ())


def _dtype_keyword(eqn: Eqn) -> dict[str, Expr]:
    return {"dtype": constant(eqn.attrs["dtype"])} if "dtype" in eqn.attrs else {}


def _constructor(function: str) -> Callable[[Eqn, Sequence[Expr]], Expr]:
    def build(eqn: Eqn, args: Sequence[Expr]) -> Expr:
        return call(function, _shape(eqn, args), **_dtype_keyword(eqn))

    return build


def _spread(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    return call("np.broadcast_to", args[0], shape_of(args[1], eqn.args[1].type))


def _astype(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    dtype = constant(eqn.attrs["dtype"])
    if is_scalar(eqn.args[0].type):
        return call(dtype, args[0])
    if not _is_array(eqn.args[0].type):
        return call("np.asarray", args[0], dtype)
    return method(args[0], "astype", dtype)


def _conj(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    if isinstance(eqn.args[0].type, Number):
        return method(args[0], "conjugate")
    if not _is_array(eqn.args[0].type):
        return call("np.conj", args[0])
    return method(args[0], "conj")


def _nonzero(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    if dims_of(eqn.out.type) == ():
        return ast.BoolOp(ast.Or(), [args[0], constant(1.0)])
    zero = ast.Compare(args[0], [ast.Eq()], [constant(0.0)])
    return call("np.where", zero, constant(1.0), args[0])


def _length(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    if eqn.attrs["axis"] == 0:
        return call("len", args[0])
    return ast.Subscript(
        shape_of(args[0], eqn.args[0].type), constant(eqn.attrs["axis"]), ast.Load()
    )


def _attribute(text: str) -> Callable[[Eqn, Sequence[Expr]], Expr]:
    def build(eqn: Eqn, args: Sequence[Expr]) -> Expr:
        if not _is_array(eqn.args[0].type):
            return call(f"np.{text}", args[0])
        return ast.Attribute(args[0], text, ast.Load())

    return build


_TEMPLATES: dict[str, Callable[[Eqn, Sequence[Expr]], Expr]] = {
    "index": lambda eqn, args: subscript(args[0], eqn.attrs["index"], args),
    "absolute": lambda eqn, args: call(
        "np.abs" if eqn.attrs.get("via") == "np" else "abs", args[0]
    ),
    "last_written": lambda eqn, args: call(
        "last_written", args[0], as_index(subscript(args[0], eqn.attrs["index"], args).slice)
    ),
    "stop_gradient": lambda eqn, args: args[0],
    "not": lambda eqn, args: ast.UnaryOp(ast.Not(), args[0]),
    "transpose": _transpose,
    "expand_dims": _expand_dims,
    "reshape": lambda eqn, args: method(args[0], "reshape", *_reshape_args(eqn, args)),
    "reshape_like": lambda eqn, args: call(
        "np.reshape", args[0], shape_of(args[1], eqn.args[1].type)
    ),
    "broadcast_to": lambda eqn, args: call("np.broadcast_to", args[0], _shape(eqn, args)),
    "spread": _spread,
    "zeros": _constructor("np.zeros"),
    "ones": _constructor("np.ones"),
    "empty": _constructor("np.empty"),
    "full": lambda eqn, args: call("np.full", _shape(eqn, args), args[0], **_dtype_keyword(eqn)),
    "astype": _astype,
    "conj": _conj,
    "real": lambda eqn, args: ast.Attribute(args[0], "real", ast.Load()),
    "imag": lambda eqn, args: ast.Attribute(args[0], "imag", ast.Load()),
    "nonzero": _nonzero,
    "svd": lambda eqn, args: call("np.linalg.svd", args[0], full_matrices=constant(False)),
    "lstsq": lambda eqn, args: ast.Subscript(
        call("np.linalg.lstsq", *args), constant(0), ast.Load()
    ),
    "einsum": lambda eqn, args: call(
        "np.einsum",
        constant(eqn.attrs["subscripts"]),
        *args,
        **{k: constant(v) for k, v in eqn.attrs.items() if k == "optimize"},
    ),
    "length": _length,
    "size": _attribute("size"),
    "ndim": _attribute("ndim"),
    "range_length": lambda eqn, args: call("len", call("range", *args)),
    "tape_length": lambda eqn, args: call("len", args[0]),
    "pack": lambda eqn, args: ast.Tuple(list(args), ast.Load()),
    "new_tape": lambda eqn, args: ast.List([], ast.Load()),
    "pop": lambda eqn, args: method(args[0], "pop"),
    "push": lambda eqn, args: method(
        args[0], "append", args[1] if len(args) == 2 else ast.Tuple(list(args[1:]), ast.Load())
    ),
    "choose": lambda eqn, args: method(args[0], "choose", args[1]),
    "reserve": lambda eqn, args: method(args[0], "reserve"),
    "settle": lambda eqn, args: method(args[0], "settle", args[1], args[2]),
}


def _reshape_args(eqn: Eqn, args: Sequence[Expr]) -> list[Expr]:
    shape = eqn.attrs["shape"]
    return [attr(s, args) for s in shape] if shape else [constant(())]
