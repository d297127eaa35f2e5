"""The C target: text, and equality of what it computes with the interpreter."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from slice_programs import (
    CASES,
    F4,
    F8,
    Hand,
    M,
    N,
    agree,
    array,
    build,
    doubling,
    gelu,
    logistic,
    needs_compiler,
    ratio,
)

from srcgrad.codegen import c
from srcgrad.errors import CodegenError
from srcgrad.ir.interpret import interpret
from srcgrad.ir.nodes import Block, Const, Eqn, Program, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import BOOL, FLOAT, INT, Array
from srcgrad.runtime import native
from srcgrad.transform.reverse import reverse
from srcgrad.transform.simplify import simplify

GOLDEN = Path(__file__).parent / "golden"
FIVE = ("tanh_loss", "gelu", "ratio", "doubling", "logistic")


@pytest.mark.parametrize("name", CASES)
def test_text_is_golden(name: str, golden: Callable[[Path, str], None]):
    text = c.emit(CASES[name].program, name).text
    assert text == c.emit(CASES[name].program, name).text
    golden(GOLDEN / f"{name}.c", text)


@needs_compiler
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("n", "m"), [(5, 4), (2, 1300), (700, 3), (1, 2), (0, 3)])
def test_values_equal_the_interpreter(name: str, n: int, m: int):
    case = CASES[name]
    args = case.arguments(np.random.default_rng(n + m), n, m)
    agree(case.program, build(case.program), args)


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "fortran": np.asfortranarray,
    "step": lambda a: np.repeat(a, 2, axis=0)[::2],
    "reversed": lambda a: a[..., ::-1],
    "broadcast": lambda a: np.broadcast_to(a[:1], a.shape),
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "unaligned": lambda a: np.frombuffer(b"\0" + a.tobytes(), a.dtype, offset=1).reshape(a.shape),
}


@needs_compiler
@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_are_read_in_place(name: str, layout: str):
    case = CASES[name]
    args = [
        LAYOUTS[layout](a) if isinstance(a, np.ndarray) else a
        for a in case.arguments(np.random.default_rng(3), 6, 5)
    ]
    before = [np.copy(a) for a in args]
    agree(case.program, build(case.program), args)
    assert all(np.array_equal(a, b) for a, b in zip(args, before, strict=True))


@needs_compiler
@pytest.mark.parametrize("make", [gelu, ratio, doubling, logistic])
def test_rank_zero(make: Callable[..., Program]):
    program = make()
    args = [0.6 if p.type == FLOAT else np.array(-0.8, p.type.dtype) for p in program.entry.params]
    agree(program, build(program), args)
    scalars = [a if isinstance(a, float) else a[()] for a in args]
    agree(program, build(program), scalars)


@needs_compiler
@pytest.mark.parametrize("name", FIVE)
def test_adjoint_by_reverse_mode(name: str):
    case = CASES[name]
    block = case.make().entry
    primal = Program(Block(block.params, block.stmts, block.results[:1]))
    wrt = [v for v in block.params if v.name in "xwab"]
    program = simplify(reverse(primal, wrt, value=True))
    agree(program, build(program), case.arguments(np.random.default_rng(4), 8, 5))


@needs_compiler
def test_doubling_is_exact():
    a = np.array([1.5, -0.25, 3.0])
    value, da = build(doubling(N))(a)
    assert value == 1024 * 4.25 and np.array_equal(da, np.full(3, 1024.0))


@needs_compiler
def test_arithmetic_is_exact():
    h, x, y = Hand(), array("x", N, M), array("y", M)
    results = [
        h.add(h.multiply(x, y), h.subtract(x, y)),
        h.divide(h.multiply(h.subtract(x, h.subtract(y, x)), 0.1), y),
        h.subtract(x, h.add(y, h.negative(h.negative(x)))),
        h.divide(x, h.multiply(y, h.divide(x, y))),
        h.power(x, 2),
        h.sqrt(h.absolute(x)),
        h.power(h.absolute(y), 0.5),
        h.negative(h.multiply(-2.0, h.negative(x))),
    ]
    program = h.program([x, y], results)
    rng = np.random.default_rng(0)
    args = [rng.normal(size=(200, 50)), rng.normal(size=50)]
    for got, want in zip(build(program)(*args), interpret(program, args), strict=True):
        assert got.tobytes() == np.ascontiguousarray(want).tobytes()


@needs_compiler
@pytest.mark.parametrize("dtype", [F8, F4])
def test_random_expressions_are_exact(dtype: Any):
    rng = np.random.default_rng(7)
    h, x, y = Hand(), array("x", N, dtype=dtype), array("y", N, dtype=dtype)

    def tree(depth: int) -> Any:
        if not depth:
            return [x, y, 0.5, -3.0, 2, Const(-0.1)][rng.integers(6)]
        op = ["add", "subtract", "multiply", "divide", "negative", "where"][rng.integers(6)]
        first = tree(depth - 1)
        first = x if isinstance(first, (float, int, Const)) else first
        if op == "negative":
            return h.negative(first)
        other = tree(rng.integers(depth))
        if op == "where":
            return h.where(h.less(first, other), other, first)
        return getattr(h, op)(*((first, other) if rng.random() < 0.5 else (other, first)))

    program = h.program([x, y], [h.add(x, tree(int(rng.integers(2, 7)))) for _ in range(60)])
    args = [rng.normal(size=40).astype(dtype) for _ in "xy"]
    with np.errstate(all="ignore"):
        want = interpret(program, args)
    for mine, theirs in zip(build(program)(*args), want, strict=True):
        assert np.array_equal(mine, theirs, equal_nan=True) and mine.dtype == theirs.dtype


@needs_compiler
def test_dtypes_follow_numpy():
    h = Hand()
    x, y, mask, count = (
        array("x", N, dtype=F4),
        array("y", N),
        array("mask", N, dtype=bool),
        array("count", N, dtype=np.int64),
    )
    k, t, flag = Var("k", INT), Var("t", FLOAT), Var("flag", BOOL)
    results = [
        h.multiply(x, 0.1),
        h.multiply(x, y),
        h.multiply(mask, x),
        h.multiply(0.5, h.equal(x, y)),
        h.multiply(count, y),
        h.where(mask, x, 0.0),
        h.greater(x, 0.1),
        h.multiply(k, t),
        h.add(k, 3),
        h.astype(y, dtype="float32"),
        h.where(flag, x, t),
        h.multiply(x, h.length(y, axis=0)),
        h.less(k, t),
    ]
    program = h.program([x, y, mask, count, k, t, flag], [*results, 2.5, x])
    rng = np.random.default_rng(2)
    args = [
        rng.normal(size=9).astype(F4),
        rng.normal(size=9),
        rng.random(9) < 0.5,
        np.arange(9),
        4,
        0.3,
        True,
    ]
    args[0][:3] = args[1][:3] = 0.5
    got, want = build(program)(*args), interpret(program, args)
    for mine, theirs in zip(got, want, strict=True):
        assert np.asarray(mine).dtype == np.asarray(theirs).dtype
        assert np.array_equal(mine, theirs)
    assert type(got[7]) is float and type(got[8]) is int and type(got[12]) is bool
    assert got[-1] is not args[0] and got[-1].base is None


@needs_compiler
@pytest.mark.parametrize("dtype", [F8, F4])
def test_long_sums_are_accurate(dtype: Any):
    h, x = Hand(), array("x", N, dtype=dtype)
    function = build(h.program([x], [h.sum(x)]))
    data = np.full(1_000_003, 0.1, dtype)
    (total,) = function(data)
    exact = np.sum(data, dtype=np.float64)
    assert abs(total - exact) <= 3000 * np.finfo(dtype).eps * exact


@needs_compiler
def test_results_are_fresh():
    h, x = Hand(), array("x", N)
    double = h.multiply(x, 2.0)
    a, b, same = build(h.program([x], [double, double, x]))(data := np.arange(3.0))
    assert not (np.shares_memory(a, b) or np.shares_memory(same, data))
    assert np.array_equal(a, b) and a.flags.writeable and b.flags.writeable


@needs_compiler
def test_names_of_the_user_cannot_break_the_text():
    h = Hand()
    params = [
        array(n, N) for n in ("double", "i", "n0", "exp", "λ", "_x", "x_s0", "ii", "last", "I")
    ]
    total = params[0]
    for p in params[1:]:
        total = h.exp(h.multiply(total, p), name="p")
    program = h.program(params, [h.sum(total, name="int"), h.add(total, 1, name="i")])
    rng = np.random.default_rng(5)
    agree(program, build(program), [rng.uniform(0, 0.1, 600) for _ in params])


@needs_compiler
def test_long_chains_need_no_recursion():
    h, x = Hand(), array("x", N)
    y: Any = x
    for _ in range(4000):
        y = h.subtract(h.multiply(y, 0.5), x)
    program = h.program([x], [y])
    args = [np.arange(4.0)]
    assert np.array_equal(build(program)(*args)[0], interpret(program, args)[0])


def _refused(program: Program) -> str:
    with pytest.raises(CodegenError) as caught:
        c.emit(program, "f")
    assert caught.value.code == "SG510" and caught.value.remedy
    return caught.value.message


def test_other_ops_are_refused_with_op_and_line():
    h, x = Hand("other.py", ("def f(x):", "    return np.sum(x @ x)")), array("x", N, N)
    h.at(2)
    out = Var("", Array(F8, (N, N)))
    h.builder.append(Eqn((out,), OPS["matmul"], (x, x), {}, h.builder.span))
    message = _refused(h.program([x], [h.sum(out)]))
    assert message.startswith("other.py:2:5: matmul in `return np.sum(x @ x)`")


def test_unknown_rank_integers_and_options_are_refused():
    x, n = Var("x", Array(F8, None)), array("n", N, dtype=np.int64)
    assert "argument x" in _refused(Program(Block((x,), (), (x,))))
    h = Hand()
    assert "add of type int64" in _refused(h.program([n], [h.sum(h.add(n, n))]))
    half = array("half", N, dtype=np.float16)
    assert "argument half" in _refused(Program(Block((half,), (), (half,))))


def test_dead_code_is_not_refused():
    h, n, x = Hand(), array("n", N, dtype=np.int64), array("x", N)
    h.add(n, n)
    assert "n0" in c.emit(h.program([n, x], [h.exp(x)]), "f").text


@needs_compiler
@pytest.mark.parametrize("name", CASES)
def test_text_has_no_warnings(name: str, tmp_path: Path):
    (tmp_path / "f.c").write_text(c.emit(CASES[name].program, name).text)
    flags = ["-std=c11", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-fsyntax-only"]
    done = subprocess.run(
        [*native.compiler(), *flags, str(tmp_path / "f.c")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
