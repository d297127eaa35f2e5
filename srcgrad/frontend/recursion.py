"""Recursive calls: the function becomes a block of its own, called by name.

Its parameters are the dynamic leaves of the arguments, then the values it captures from around it. The
kind of its result is a fixpoint: unknown at first, then what the arms that do not recurse say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from srcgrad.frontend.bindings import assigned_names
from srcgrad.frontend.boxes import in_cell, unboxed
from srcgrad.frontend.context import Context, Frame
from srcgrad.frontend.heap import Heap
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Ref,
    Static,
    UserFunction,
    describe,
    leaves,
    map_leaves,
    structure,
)
from srcgrad.ir.build import Builder
from srcgrad.ir.infer import unique_dim
from srcgrad.ir.nodes import Atom, Block, Call, Const, Var
from srcgrad.ir.types import UNKNOWN, Array, Dim, Type

_ROUNDS = 8
_KINDS = 8
RunBody = Callable[[Context, UserFunction, dict[str, AV], Any], AV]


@dataclass
class Target:
    """A function that is called by name: what is known of it so far."""

    name: str
    result: AV
    imports: dict[str, AV] = field(default_factory=dict)
    captured: dict[Var, Var] = field(default_factory=dict)
    frame: Frame | None = None
    settled: bool = False


def call_recursive(
    cx: Context, function: UserFunction, bound: dict[str, AV], node: Any, run_body: RunBody
) -> AV:
    """A call of a function that is already being lowered."""
    bound = {name: _passed(cx, value, node) for name, value in bound.items()}
    key = (
        id(function.function or function.tree),
        tuple((n, _key(cx, v)) for n, v in bound.items()),
    )
    target = cx.pending.get(key)
    if target is None:
        if sum(known[0] == key[0] for known in cx.pending) >= _KINDS:
            cx.refuse(
                "SG213",
                f"{function.tree.name} calls itself with ever new kinds of arguments",
                node,
                "pass the same kinds in each call",
            )
        target = Target(_fresh_name(cx, function.tree.name), Var("", UNKNOWN))
        cx.pending[key] = target
        _settle(cx, target, function, bound, node, run_body)
    return _emit_call(cx, target, function, bound, node)


def size_of(cx: Context, bound: dict[str, AV], node: Any) -> int:
    """How many values the arguments of a call hold: recursion over a structure passes ever fewer."""
    return sum(len(leaves(unboxed(cx, value, node))) for value in bound.values())


def _passed(cx: Context, value: AV, node: Any, itself: UserFunction | None = None) -> AV:
    """An argument as the function called by name sees it: contents of containers, to be read only."""
    value = unboxed(cx, value, node)
    for leaf in leaves(value):
        if isinstance(leaf, (*ATOMS, Ref, Static)) or _is_closed(leaf):
            continue
        if isinstance(leaf, UserFunction) and itself is not None and leaf.tree is itself.tree:
            continue
        message = f"{describe(leaf)} is passed to a function that calls itself"
        cx.refuse("SG213", message, node, "pass the numbers and arrays that it needs")
    return value


def _is_closed(value: AV) -> bool:
    """Whether a function reads nothing of the run from around it."""
    if not isinstance(value, UserFunction):
        return False
    scope, names = value.frame, set(_free_names(value))
    while scope is not None:
        for name in names & scope.names.keys():
            found = scope.names[name]
            if found is not value and not (isinstance(found, Static) or _is_closed(found)):
                return False
        scope = scope.parent
    return True


def _fresh_name(cx: Context, base: str) -> str:
    taken = {t.name for t in cx.pending.values()}
    name, count = base, 2
    while name in taken:
        name, count = f"{base}_{count}", count + 1
    return name


def _general(type_: Type, *, unique: bool = False) -> Type:
    """The type with lengths that any call may have."""
    if not isinstance(type_, Array) or type_.dims is None:
        return type_
    dims = tuple(unique_dim() if unique else Dim(f"n{k}") for k in range(len(type_.dims)))
    return Array(type_.dtype, dims)


def _is_dynamic(leaf: AV) -> bool:
    return isinstance(leaf, (*ATOMS, Ref)) and not (
        isinstance(leaf, Const) and isinstance(leaf.value, bool)
    )


def _key(cx: Context, value: AV) -> Any:
    parts = tuple(
        _general(cx.type_of(v)) if _is_dynamic(v) else getattr(v, "value", v)  # type: ignore[arg-type]
        for v in leaves(value)
    )
    return (structure(value), parts)


def _free_names(function: UserFunction) -> list[str]:
    """Names that a nested function reads from the functions around it."""
    arguments = function.tree.args
    stars = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    own = {a.id for a in (*named, *stars)}
    own |= set(assigned_names(tuple(function.tree.body)))
    found: dict[str, None] = {}
    for statement in function.tree.body:
        for child in gast.walk(statement):
            if (
                isinstance(child, gast.Name)
                and isinstance(child.ctx, gast.Load)
                and child.id not in own
            ):
                found[child.id] = None
    return list(found)


def _root(function: UserFunction) -> Frame | None:
    """A frame without names whose globals are those of the outermost function around a nested one."""
    frame = function.frame
    while frame is not None and frame.parent is not None:
        frame = frame.parent
    return None if frame is None else Frame(frame.function)


def _around(cx: Context, target: Target, function: UserFunction) -> dict[str, AV]:
    """What the free names of a nested function are bound to, seen from this call."""
    frame: Frame | None = cx.frame
    while frame is not None and frame is not target.frame:
        frame = frame.parent
    frame = frame or function.frame
    values: dict[str, AV] = {}
    for name in _free_names(function):
        scope = frame
        while scope is not None:
            if name in scope.names:
                values[name] = in_cell(cx, scope.names[name], function.tree)
                break
            scope = scope.parent
    return values


def _settle(
    cx: Context,
    target: Target,
    function: UserFunction,
    bound: dict[str, AV],
    node: Any,
    run_body: RunBody,
) -> None:
    """Lower the body until the kind of its result and what it captures no longer change."""
    saved = (cx.builder, cx.heap, cx.call_target)
    around = _around(cx, target, function)
    outside = {n: _passed(cx, v, node, function) for n, v in around.items()}
    for _ in range(_ROUNDS):
        try:
            block = _attempt(cx, target, function, (bound, outside), node, run_body)
        finally:
            cx.builder, cx.heap, cx.call_target = saved
        if block is not None:
            cx.functions[target.name] = block
            return
    cx.refuse(
        "SG213",
        f"the kind of what {function.tree.name} returns does not settle",
        node,
        "return one kind on every path",
    )


def _attempt(
    cx: Context,
    target: Target,
    function: UserFunction,
    given: tuple[dict[str, AV], dict[str, AV]],
    node: Any,
    run_body: RunBody,
) -> Block | None:
    """The body lowered once; ``None`` if the kind of the result was not what was assumed."""
    bound, outside = given
    outer = cx.heap
    cx.builder, cx.heap, cx.call_target = Builder(local=True), Heap(), target
    params: list[Var] = []
    captured = len(target.captured)
    inner = {n: _parameters(cx, outer, v, n, params) for n, v in bound.items()}
    names = {n: _parameters(cx, outer, v, n, params) for n, v in outside.items()}
    target.frame = Frame(function, names, parent=_root(function))
    nested = UserFunction(
        function.source,
        function.tree,
        function.function,
        target.frame if function.frame else None,
        function.defaults,
    )
    result = unboxed(cx, run_body(cx, nested, inner, node), node)
    atoms: list[Atom] = [cx.atom(v, node, "a result") for v in leaves(result) if _is_dynamic(v)]
    block = cx.builder.block(tuple(atoms), (*params, *target.captured.values()))
    if _same_kind(cx, target.result, result) and captured == len(target.captured):
        return block
    target.result = map_leaves(
        result,
        lambda leaf: Var("", _general(cx.type_of(leaf))) if _is_dynamic(leaf) else leaf,  # type: ignore[arg-type]
    )
    return None


def _parameters(cx: Context, outer: Heap, value: AV, name: str, params: list[Var]) -> AV:
    def parameter(leaf: AV) -> AV:
        if not _is_dynamic(leaf):
            return leaf
        atom = outer.versions[leaf.loc] if isinstance(leaf, Ref) else leaf  # only its type is used
        var = Var(name, _general(atom.type))  # type: ignore[union-attr]
        params.append(var)
        is_array = isinstance(leaf, Ref) or (isinstance(var.type, Array) and var.type.dims != ())
        return Ref(cx.heap.allocate(var, shared=True)) if is_array else var

    return map_leaves(value, parameter)


def _same_kind(cx: Context, assumed: AV, result: AV) -> bool:
    if structure(assumed) != structure(result):
        return False
    pairs = list(zip(leaves(assumed), leaves(result), strict=True))
    for a, b in pairs:
        if not _is_dynamic(b):
            if not (isinstance(a, Static) and isinstance(b, Static) and a.value == b.value):
                return False
        elif not _is_dynamic(a) or cx.type_of(a) != _general(cx.type_of(b)):  # type: ignore[arg-type]
            return False
    return True


def _emit_call(
    cx: Context, target: Target, function: UserFunction, bound: dict[str, AV], node: Any
) -> AV:
    around = [_passed(cx, v, node, function) for v in _around(cx, target, function).values()]
    values = [*bound.values(), *around]
    args = [cx.atom(v, node) for value in values for v in leaves(value) if _is_dynamic(v)]
    args += [cx.local_capture(v) for v in target.captured]
    outs: list[Var] = []

    def out(leaf: AV) -> AV:
        if not _is_dynamic(leaf):
            return leaf
        var = Var("", _general(leaf.type, unique=True))  # type: ignore[union-attr]
        outs.append(var)
        return cx.bind(var) if var.type != UNKNOWN else var

    result = map_leaves(target.result, out)
    cx.builder.append(
        Call(tuple(outs), target.name, tuple(args), cx.site(node), cx.source.span(node))
    )
    return result


__all__ = ["call_recursive", "size_of"]
