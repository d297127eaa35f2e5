"""There is one differentiation engine: `backward` and `grad` emit the same adjoint.

The straight-line form of a recorded program is a function; `grad` differentiates it from its source.
Its adjoint, printed with the values of the forward sweep as parameters, and what `autograd.source`
shows for the recorded run are the same text, but for comments and for the names of variables.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcgrad
from srcgrad import autograd
from srcgrad import np as recorded_np
from srcgrad.codegen.python import Namer, Signature, emit
from srcgrad.ir.nodes import Eqn, Var
from srcgrad.transform.resume import resumed

Case = tuple[Callable[..., Any], tuple[Any, ...]]


def f32(*shape: int, seed: int = 1) -> Any:
    return np.random.default_rng(seed).uniform(0.5, 2.0, shape).astype(np.float32)


def _chain(x: Any) -> Any:
    a = np.sin(x)
    b = a * x
    c = np.exp(b)
    return np.sum(c)


def _shared(x: Any, y: Any) -> Any:
    a = x * y
    b = a * a
    c = a + y
    d = b / c
    return np.mean(d)


def _layer(x: Any, w: Any, b: Any) -> Any:
    a = np.dot(x, w)
    h = a + b
    z = np.tanh(h)
    s = z * z
    return np.sum(s)


def _reduced(x: Any) -> Any:
    m = np.max(x, axis=1, keepdims=True)
    d = x - m
    e = np.exp(d)
    t = np.sum(e, axis=1)
    g = np.log(t)
    return np.sum(g)


def _indexed(x: Any) -> Any:
    a = x[1:]
    b = x[:-1]
    d = a - b
    q = d**3
    return np.sum(q)


def _written(x: Any, y: Any) -> Any:
    a = x * y
    a[0] = y[2] * 3
    b = a * a
    return np.sum(b)


def _shapes(x: Any, y: Any) -> Any:
    a = np.reshape(x, (3, 2))
    b = a.T
    c = np.concatenate((b, y))
    d = np.sqrt(c)
    return np.sum(d)


CASES: dict[str, Case] = {
    "chain": (_chain, (f32(4),)),
    "shared": (_shared, (f32(5), f32(5, seed=2))),
    "layer": (_layer, (f32(2, 3), f32(3, 4, seed=2), f32(4, seed=3))),
    "reduced": (_reduced, (f32(3, 4),)),
    "indexed": (_indexed, (f32(6),)),
    "written": (_written, (f32(4), f32(4, seed=2))),
    "shapes": (_shapes, (f32(2, 3), f32(2, 3, seed=2))),
}


def resumed_text(gradient: Any, values: tuple[Any, ...]) -> str:
    """What `grad` emits behind its forward sweep, whose values become parameters."""
    gradient(*values)
    program = gradient.last.emission.derivation.adjoint()
    known: set[Var] = set()
    for stmt in program.entry.stmts:
        if isinstance(stmt, Eqn) and stmt.op.name == "boundary":
            break
        known.update(stmt.outs)
    rest = resumed(program, known)
    names = Namer()
    leaves: dict[Any, Any] = {
        p: ast.Name(names.fresh(p.name or "t"), ast.Load()) for p in rest.entry.params
    }
    signature = Signature(tuple(leaf.id for leaf in leaves.values()), leaves)
    return emit(rest, "backward", signature, lambda e: ast.Tuple(list(e), ast.Load())).text


def renamed(text: str) -> str:
    """The body of a function, its variables named by the order in which they appear."""
    function = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef))
    own = {a.arg for a in function.args.args}
    own |= {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and n.id != "np"}
    order: dict[str, str] = {}

    class Rename(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.Name:
            if node.id in own:
                return ast.Name(order.setdefault(node.id, f"v{len(order)}"), node.ctx)
            return node

    return "\n".join(ast.unparse(Rename().visit(stmt)) for stmt in function.body)


def run_line_by_line(program: Callable[..., Any], values: tuple[Any, ...]) -> tuple[Any, str]:
    """Record the lines of a program as a notebook would; gives its arguments and the backward code."""
    function = ast.parse(inspect.getsource(program)).body[0]
    assert isinstance(function, ast.FunctionDef)
    lines = [ast.unparse(s).replace("return ", "loss = ") for s in function.body]
    names = [a.arg for a in function.args.args]
    space: dict[str, Any] = dict(zip(names, map(recorded_np.array, values), strict=True))
    for array in space.values():
        array.attach_grad()
    arrays = list(space.values())
    space |= {"np": recorded_np, "autograd": autograd}
    with autograd.record():
        exec("\n".join(lines), space)
    exec("text = autograd.source(loss)\nloss.backward()", space)
    return arrays, space["text"]


@pytest.mark.parametrize("name", CASES)
def test_backward_and_grad_emit_the_same_adjoint(name: str) -> None:
    program, values = CASES[name]
    arrays, recorded = run_line_by_line(program, values)
    gradient = srcgrad.grad(program, argnums=tuple(range(len(values))))
    assert renamed(recorded) == renamed(resumed_text(gradient, values))
    assert recorded.count("\n") > 3
    for array, expected in zip(arrays, gradient(*values), strict=True):
        np.testing.assert_allclose(array.grad.asnumpy(), expected, rtol=1e-5)


def test_the_comparison_can_fail() -> None:
    one = srcgrad.grad(_chain)
    other = srcgrad.grad(_indexed)
    assert renamed(resumed_text(one, (f32(4),))) != renamed(resumed_text(other, (f32(4),)))
