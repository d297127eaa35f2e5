r"""Normalises a function tree: fewer forms for lowering to know, the same meaning.

Docstrings, annotations and bare constants go; ``x: float = 1.0`` becomes ``x = 1.0``; ``not (a is b)``
becomes ``a is not b``; ``if not c: A else: B`` becomes ``if c: B else: A``; a ``while`` whose test binds
names tests inside its body.

>>> import gast
>>> tree = gast.parse("def f(x: float):\n    'doc'\n    y: float = x\n    return y")
>>> print(gast.unparse(normalise(tree.body[0])))
def f(x):
    y = x
    return y
"""

from __future__ import annotations

from typing import Any

import gast

_OPPOSITES = {gast.Is: gast.IsNot, gast.IsNot: gast.Is, gast.In: gast.NotIn, gast.NotIn: gast.In}


def normalise(tree: Any) -> Any:
    """The tree in normal form; nodes keep their places."""
    return gast.fix_missing_locations(_Normaliser().visit(tree))


class _Normaliser(gast.NodeTransformer):  # type: ignore[misc]
    def visit_FunctionDef(self, node: Any) -> Any:
        self.generic_visit(node)
        stars = [a for a in (node.args.vararg, node.args.kwarg) if a is not None]
        for argument in (
            *node.args.posonlyargs,
            *node.args.args,
            *node.args.kwonlyargs,
            *stars,
        ):
            argument.annotation = None
        node.returns = None
        node.body = node.body or [gast.copy_location(gast.Pass(), node)]
        return node

    def visit_AnnAssign(self, node: Any) -> Any:
        if node.value is None:
            return gast.copy_location(gast.Pass(), node)
        return gast.copy_location(gast.Assign([node.target], self.visit(node.value), None), node)

    def visit_Expr(self, node: Any) -> Any:
        if isinstance(node.value, gast.Constant):
            return None
        return self.generic_visit(node)

    def visit_UnaryOp(self, node: Any) -> Any:
        self.generic_visit(node)
        inner = node.operand
        if not (
            isinstance(node.op, gast.Not)
            and isinstance(inner, gast.Compare)
            and len(inner.ops) == 1
        ):
            return node
        opposite = _OPPOSITES.get(type(inner.ops[0]))
        return (
            node
            if opposite is None
            else gast.copy_location(gast.Compare(inner.left, [opposite()], inner.comparators), node)
        )

    def visit_While(self, node: Any) -> Any:
        self.generic_visit(node)
        if node.orelse or not any(isinstance(n, gast.NamedExpr) for n in gast.walk(node.test)):
            return node
        leave = gast.If(node.test, [gast.Pass()], [gast.Break()])
        for made in (leave, *leave.body, *leave.orelse):
            gast.copy_location(made, node)
        node.test = gast.copy_location(gast.Constant(True, None), node.test)
        node.body = [leave, *node.body]
        return node

    def visit_If(self, node: Any) -> Any:
        self.generic_visit(node)
        test = node.test
        if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not) and node.orelse:
            node.test, node.body, node.orelse = test.operand, node.orelse, node.body
        return node
