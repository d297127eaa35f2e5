"""Every whole program: value to the bit, arguments as plain Python leaves them, right gradient.

A program that is refused has to be named in `refused.txt` with its code, and only such a one may
be: the list is complete and never longer than the truth.
"""

from __future__ import annotations

import copy
import importlib
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from srcgrad import grad, value_and_grad
from srcgrad.errors import CODES, SrcgradError
from tests.whole.differences import assert_gradient, children

HERE = Path(__file__).parent
PROGRAMS = sorted(p.stem for p in (HERE / "programs").glob("[a-z]*.py"))
REFUSED = dict(
    line.split() for line in (HERE / "refused.txt").read_text(encoding="utf-8").splitlines()
)


def load(name: str) -> ModuleType:
    return importlib.import_module(f"tests.whole.programs.{name}")


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal to the bit, types included, in containers and objects too."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    parts = children(a)
    if parts or isinstance(a, (dict, list, tuple)):
        others = children(b)
        return [k for k, _ in parts] == [k for k, _ in others] and all(
            same(x, y) for (_, x), (_, y) in zip(parts, others, strict=True)
        )
    return a is b or callable(a) or a == b or (a != a and b != b)


def positions(program: ModuleType) -> tuple[int, ...]:
    names = list(inspect.signature(program.loss).parameters)
    wanted = program.WRT if isinstance(program.WRT, tuple) else (program.WRT,)
    return tuple(names.index(w) if isinstance(w, str) else w for w in wanted)


def as_parts(program: ModuleType, gradient: Any) -> tuple[Any, ...]:
    return gradient if isinstance(program.WRT, tuple) else (gradient,)


def check(program: ModuleType) -> None:
    loss, wrt = program.loss, positions(program)
    both = value_and_grad(loss, program.WRT)
    for seed in (1, 2):
        args = program.SAMPLE(np.random.default_rng(seed))
        plain, mine = copy.deepcopy(args), copy.deepcopy(args)
        true = loss(*plain)
        value, gradient = both(*mine)
        assert same(value, true), f"value {value!r} instead of {true!r}"
        assert same(mine, plain), "arguments are not left as the plain function leaves them"
        assert_gradient(loss, args, wrt, as_parts(program, gradient))
        for unroll in (False, True):
            again = grad(loss, program.WRT, unroll=unroll)(*copy.deepcopy(args))
            assert_close(again, gradient, f"unroll={unroll}")


def assert_close(a: Any, b: Any, label: str) -> None:
    parts = children(a)
    if not parts:
        if isinstance(b, (np.ndarray, float, complex, np.generic)):
            scale = float(np.max(np.abs(b), initial=0.0))
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-11 * scale, err_msg=label)
        return
    for (_, x), (_, y) in zip(parts, children(b), strict=True):
        assert_close(x, y, label)


@pytest.mark.parametrize("name", PROGRAMS)
def test_whole_program(name: str) -> None:
    program = load(name)
    try:
        check(program)
    except SrcgradError as error:
        assert error.code in CODES and error.message, error
        if name not in REFUSED:
            raise
        assert error.code == REFUSED[name], error
        return
    assert name not in REFUSED, "take it off the list: it is right now"


def test_refused_list_names_programs_and_is_sorted() -> None:
    assert set(REFUSED) <= set(PROGRAMS)
    assert list(REFUSED) == sorted(REFUSED)


def test_programs_are_many() -> None:
    assert len(PROGRAMS) >= 45


@pytest.mark.parametrize("name", PROGRAMS)
def test_sample_is_a_fair_test(name: str) -> None:
    """The plain function runs, gives a finite value, and depends on what is differentiated."""
    program = load(name)
    args = program.SAMPLE(np.random.default_rng(1))
    value = program.loss(*copy.deepcopy(args))
    assert np.ndim(value) == 0 and np.isfinite(value)
