"""The fence knows every node, refuses with a place and a remedy, and lets the language through."""

from __future__ import annotations

import ast
import linecache
import sys
from pathlib import Path
from types import FunctionType

import gast
import numpy as np
import pytest

from srcgrad.errors import CODES, UnsupportedSyntaxError
from srcgrad.frontend import fence as fence_module
from srcgrad.frontend.fence import NODES, fence
from srcgrad.frontend.source import read_source

GOLDEN = Path(__file__).parent / "golden" / "fence.txt"


def load(name: str, text: str) -> FunctionType:
    """Define the function `f` of a program, as a notebook would."""
    file = f"{name}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict = {"np": np}
    exec(compile(text, file, "exec"), scope)
    return scope["f"]


def golden_cases() -> list[tuple[str, str, str]]:
    """Return (name, program, message); a name may end in a least version, such as `>=3.11`."""
    cases = []
    for part in GOLDEN.read_text(encoding="utf-8").split("=== ")[1:]:
        name, rest = part.split("\n", 1)
        program, _, message = rest.partition("---\n")
        cases.append((name, program, message.rstrip("\n")))
    return cases


def needs(name: str) -> tuple[int, int]:
    version = name.partition(" >=")[2] or "3.10"
    major, minor = version.split(".")
    return int(major), int(minor)


def refusal(name: str, program: str) -> str:
    with pytest.raises(UnsupportedSyntaxError) as caught:
        fence(read_source(load(name.partition(" ")[0], program)))
    return str(caught.value)


def test_golden_messages_of_refused_programs(golden):
    text = ""
    for name, program, message in golden_cases():
        if sys.version_info >= needs(name):
            message = refusal(name, program)
        text += f"=== {name}\n{program}---\n{message}\n\n"
    golden(GOLDEN, text)


def test_golden_messages_are_many_and_complete():
    cases = golden_cases()
    assert len(cases) >= 20 and len({name for name, _, _ in cases}) == len(cases)
    for name, _, message in cases:
        assert message.startswith(f"{name.partition(' ')[0]}.py:"), name
        assert "^" in message and "  remedy: " in message and "[SG" in message, name


def concrete(module) -> set[str]:
    """Return the node classes of a module that a tree can hold."""
    classes = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, ast.AST) and value is not ast.AST
    }
    bases = {"mod", "stmt", "expr", "expr_context", "slice", "boolop", "operator", "unaryop"}
    bases |= {"cmpop", "excepthandler", "pattern", "type_ignore", "type_param"}
    return {name for name in classes if name not in bases and not name.startswith("_")}


@pytest.mark.parametrize("module", [ast, gast])
def test_every_node_class_is_in_the_table(module):
    assert concrete(module) - set(NODES) == set()


def test_every_refusal_has_a_known_code_and_a_remedy():
    for name, entry in NODES.items():
        if entry is not None:
            assert entry.code in CODES and entry.message and entry.remedy, name


def test_node_outside_the_table_is_refused(monkeypatch):
    monkeypatch.delitem(fence_module.NODES, "While")
    program = "def f(x):\n    while x > 1:\n        x = x / 2\n    return x\n"
    assert "[SG121]" in refusal("outside", program)


SUPPORTED_PROGRAM = '''
def f(w: "np.ndarray", x=[i for i in range(3)], *, k: int = 2) -> "np.ndarray":
    """Document."""
    def inner(a, b=1.0):
        return a * b
    scale = lambda v: v * k
    total: float = 0.0
    n: int
    for i, (a, b) in enumerate(zip(w, x)):
        if a < b < 3 and not i == 1 or a is None:
            continue
        elif a in (1, 2):
            break
        else:
            pass
        total += inner(a, b=b) if i else scale(a)
    else:
        total = -total
    while total > 100:
        total /= 2
    else:
        total **= 1
    assert total < 1e9, f"too large: {total:.3f}"
    if total < -5:
        raise ValueError(f"{total!r}") from None
    parts = {"a": w[0], "b": [w[1:], (w[..., None], w[::2, -1])], **{}}
    first, *others = [*w, *x]
    squares = {v: [q * q for q in others if q] for v in {1, 2}}
    with np.errstate(all="ignore"):
        import math
        from math import pi as half_turn
    match k:
        case 1 | 2 if (z := k) > 0:
            del z
        case [a, *_] | {"a": a}:
            pass
        case int(a) as whole:
            pass
        case None:
            pass
    def star(*args, **kwargs):
        global counter
        return sum(a for a in args)
    star(*others, **squares)
    (p, q), r = (1, 2), 3
    return parts["a"].sum() + np.linalg.norm(w) @ w + p + q + r
'''


def test_supported_language_passes():
    fence(read_source(load("supported", SUPPORTED_PROGRAM)))


def test_decorators_defaults_and_annotations_of_the_function_are_not_judged():
    text = (
        "def keep(g):\n    return g\n"
        "@keep\n@(lambda g: g)\n"
        "def f(x: (lambda: (yield)) = (lambda: (yield))):\n    y: (lambda: (yield)) = x\n    return y\n"
    )
    fence(read_source(load("outermost", text)))


def test_fence_points_into_an_indented_function():
    text = "class C:\n    def g(self, é, x):\n        é = x; y = (yield x)\nf = C.g\n"
    with pytest.raises(UnsupportedSyntaxError) as caught:
        fence(read_source(load("indented", text)))
    error = caught.value
    assert (error.lineno, error.offset, error.end_offset) == (3, 21, 28)


def test_fence_stands_deep_and_long_programs():
    long = "def f(x):\n" + "    x = x + 1\n" * 5000 + "    return x\n"
    fence(read_source(load("long", long)))
