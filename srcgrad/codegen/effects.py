"""Spells checks, exceptions and printed text as the statements that a person writes."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from typing import Any

from srcgrad.codegen.spell import (
    Expr,
    attr,
    call,
    constant,
    name,
    shape_of,
    spell,
    subscript,
)
from srcgrad.ir.nodes import Atom, Eqn, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import dims_of

EFFECTS = frozenset({"check", "raise", "print", "guard"})


def quietly(body: list[ast.stmt], kinds: Collection[str]) -> list[ast.stmt]:
    """The body of a function, NumPy's warnings of some kinds kept to itself."""
    if not kinds:
        return body
    keywords = [ast.keyword(k, ast.Constant("ignore")) for k in sorted(kinds)]
    return [ast.With([ast.withitem(ast.Call(name("np.errstate"), [], keywords), None)], body, None)]


def effect(eqn: Eqn, args: Sequence[Expr]) -> ast.stmt:
    """The statement of an operation with an effect."""
    if eqn.op.name == "guard":
        write = OPS[eqn.attrs["of"]].inplace
        return _tried(eqn, args) if write else ast.Expr(_guarded(eqn, args))
    texts = [_text(template, args) for template in eqn.attrs["texts"]]
    if eqn.op.name == "check":
        return ast.Assert(args[0], texts[0] if texts else None)
    if eqn.op.name == "raise":
        exception = name(eqn.attrs["exception"])
        return ast.Raise(exception if eqn.attrs["bare"] else call(exception, *texts), None)
    shown = [_plain(t, args) or s for t, s in zip(eqn.attrs["texts"], texts, strict=True)]
    return ast.Expr(call("print", *shown, **{k: constant(v) for k, v in eqn.attrs["layout"]}))


def _tried(eqn: Eqn, args: Sequence[Expr]) -> ast.stmt:
    """A write that may raise, to a copy of the part that it goes to: nobody reads it."""
    part = call("np.copy", subscript(args[0], eqn.attrs["index"], args))
    target = ast.Subscript(part, ast.Constant(Ellipsis), ast.Store())
    if eqn.attrs["of"] == "index_add":
        return ast.AugAssign(target, ast.Add(), args[1])
    return ast.Assign([target], args[1], None)


def _guarded(eqn: Eqn, args: Sequence[Expr]) -> Expr:
    """What may raise, as an expression that nobody reads."""
    attrs = dict(eqn.attrs)
    op, how, via = OPS[attrs.pop("of")], attrs.pop("how", ""), attrs.pop("spelling", "")
    if how:
        shapes = [shape_of(text, atom.type) for text, atom in zip(args, eqn.args, strict=True)]
        if how == "aligned":
            shapes = [_core(*parts) for parts in zip(shapes, eqn.args, (-1, -2), strict=True)]
        return call("np.broadcast_shapes", *shapes)
    if via:
        attrs["via"] = via
    out = Var("", op.infer(tuple(a.type for a in eqn.args), attrs))
    return spell(Eqn((out,), op, eqn.args, attrs), args)


def _core(shape: Expr, atom: Atom, axis: int) -> Expr:
    """The part of a shape that a product of matrices sums over."""
    if len(dims_of(atom.type) or ()) < 2:
        return shape
    start, stop = ast.Constant(axis), ast.Constant(axis + 1) if axis + 1 else None
    return ast.Subscript(shape, ast.Slice(start, stop), ast.Load())


def _plain(template: Any, args: Sequence[Expr]) -> Expr | None:
    """A value that is printed as it is."""
    if len(template) == 1 and not isinstance(template[0], str) and template[0][1:] == ("", ""):
        return attr(template[0][0], args)
    return None


def _text(template: Any, args: Sequence[Expr]) -> Expr:
    """A literal, or an f-string."""
    if all(isinstance(piece, str) for piece in template):
        return ast.Constant("".join(template))
    return ast.JoinedStr([_piece(piece, args) for piece in template])


def _piece(piece: Any, args: Sequence[Expr]) -> Expr:
    if isinstance(piece, str):
        return ast.Constant(piece)
    slot, conversion, spec = piece
    layout = ast.JoinedStr([ast.Constant(spec)]) if spec else None
    return ast.FormattedValue(attr(slot, args), ord(conversion) if conversion else -1, layout)


__all__ = ["EFFECTS", "effect", "quietly"]
