"""Lowers a call of a function into a block of its own, to be differentiated or kept as a unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.frontend.boxes import boxed, unboxed
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import ATOMS, AV, NONE, Ref, map_leaves
from srcgrad.frontend.perhaps import settled
from srcgrad.ir.nodes import Atom, Block, Const, Var
from srcgrad.ir.types import describe_type, is_differentiable


class Traced:
    """A function lowered on parameters of its own: for all numbers, or with ``every`` for all values."""

    def __init__(self, cx: Context, node: Any, *, every: bool = False) -> None:
        self.cx, self.node, self.every = cx, node, every
        self.params: list[Var] = []
        self.given: list[Atom] = []
        self.shape: AV = NONE
        self.block = Block((), (), ())
        self.summed = False

    def run(self, function: AV, args: list[AV], kwargs: dict[str, AV], wrt: set[Any]) -> Traced:
        """Lower a call; the arguments at the places ``wrt`` are parameters."""
        cx, outer, before = self.cx, self.cx.builder, self.cx.heap.snapshot()
        cx.builder = outer.child()
        try:
            own = [self._opened(a) if k in wrt else a for k, a in enumerate(args)]
            named = {k: self._opened(a) if k in wrt else a for k, a in kwargs.items()}
            opened = cx.heap.snapshot()
            found = settled(cx, cx.call_value(function, own, named, self.node), self.node)
            found = unboxed(cx, found, self.node)
            if self.summed:
                found = cx.call_function(np.sum, [found], {}, self.node)
            atoms: list[Atom] = []
            self.shape = map_leaves(found, lambda leaf: self._result(leaf, atoms))
            self.block = cx.builder.block(tuple(atoms), tuple(self.params))
            self._refuse_changes(opened)
        finally:
            cx.builder = outer
            cx.heap.restore(before)
        return self

    def _opened(self, value: AV) -> AV:
        """An argument with a parameter in place of every leaf."""
        return boxed(self.cx, map_leaves(unboxed(self.cx, value, self.node), self._parameter))

    def _parameter(self, leaf: AV) -> AV:
        if not isinstance(leaf, (*ATOMS, Ref)):
            return leaf
        atom = self.cx.atom(leaf, self.node)
        if self.every and not isinstance(atom, Var):
            return leaf
        if not (self.every or is_differentiable(atom.type)):
            self.cx.refuse(
                "SG301",
                f"{describe_type(atom.type)} cannot be differentiated",
                self.node,
                "pass it as float, or leave it out of argnums",
            )
        param = Var(getattr(atom, "name", ""), atom.type)
        self.params.append(param)
        self.given.append(atom)
        return Ref(self.cx.heap.allocate(param)) if isinstance(leaf, Ref) else param

    def _result(self, leaf: AV, atoms: list[Atom]) -> AV:
        if not isinstance(leaf, (*ATOMS, Ref)):
            return leaf
        atoms.append(self.cx.atom(leaf, self.node))
        return Const(len(atoms) - 1)

    def _refuse_changes(self, before: Any) -> None:
        heap = self.cx.heap
        changed = any(heap.contents[k] is not c for k, c in before.contents.items())
        for loc, version in before.versions.items():
            changed = changed or (heap.versions[loc] is not version and loc not in heap.views)
        if changed:
            self.cx.refuse(
                "SG227",
                "a function that is differentiated here changes its arguments, or what is outside of it",
                self.node,
                "let it work on copies",
            )

    def put(self, block: Block, extra: Sequence[Atom] = ()) -> tuple[Atom, ...]:
        """Put a block made of the function's in the place of the call; gives its results."""
        return self.cx.placed(block, (*self.given, *extra))

    def shaped(self, atoms: Sequence[Atom], shape: AV | None = None) -> AV:
        """Results in the structure that the function returns."""
        made = map_leaves(self.shape if shape is None else shape, lambda v: self._bound(v, atoms))
        return boxed(self.cx, made)

    def _bound(self, leaf: AV, atoms: Sequence[Atom]) -> AV:
        if not isinstance(leaf, Const):
            return leaf
        return self.cx.bind(atoms[leaf.value], mutable=True)


__all__ = ["Traced"]
