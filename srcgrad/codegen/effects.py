"""Spells checks, exceptions and printed text as the statements that a person writes."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from typing import Any

from srcgrad.codegen.spell import Expr, attr, call, constant, name
from srcgrad.ir.nodes import Eqn

EFFECTS = frozenset({"check", "raise", "print"})


def quietly(body: list[ast.stmt], kinds: Collection[str]) -> list[ast.stmt]:
    """The body of a function, NumPy's warnings of some kinds kept to itself."""
    if not kinds:
        return body
    keywords = [ast.keyword(k, ast.Constant("ignore")) for k in sorted(kinds)]
    return [ast.With([ast.withitem(ast.Call(name("np.errstate"), [], keywords), None)], body, None)]


def effect(eqn: Eqn, args: Sequence[Expr]) -> ast.stmt:
    """The statement of an operation with an effect."""
    texts = [_text(template, args) for template in eqn.attrs["texts"]]
    if eqn.op.name == "check":
        return ast.Assert(args[0], texts[0] if texts else None)
    if eqn.op.name == "raise":
        exception = name(eqn.attrs["exception"])
        return ast.Raise(exception if eqn.attrs["bare"] else call(exception, *texts), None)
    shown = [_plain(t, args) or s for t, s in zip(eqn.attrs["texts"], texts, strict=True)]
    return ast.Expr(call("print", *shown, **{k: constant(v) for k, v in eqn.attrs["layout"]}))


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
