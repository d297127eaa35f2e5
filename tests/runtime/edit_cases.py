"""Programs before and after an edit, and the gradient that each must give: cases for the disk cache.

Each case is a module (and one that it imports). `run` returns the gradient at X = [1, 2, 3].
"""

# ruff: noqa: E501 - a case is a line
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HEAD = """\
import functools
import collections
import dataclasses
import numpy as np
from srcgrad import grad, value_and_grad
import OTHER as other

X = np.array([1.0, 2.0, 3.0])
"""
RUN = """

def run():
    return loss(X)
"""
OTHER = """\
import numpy as np

K = 2.0
MODE = "square"

def inner(x):
    return x * x

def square(x):
    return inner(x)

def cube(x):
    return x * x * x

def sign(x):
    if np.sum(x) > 0.0:
        return 2.0 * x
    return -x
"""


@dataclass(frozen=True)
class Case:
    """A program, an edit as (old, new) of its module or of the other one, and its two gradients."""

    name: str
    body: str
    old: str
    new: str
    before: Any
    after: Any
    other: bool = False
    run: str = RUN
    derived: bool | None = field(default=True)

    def files(self, edited: bool) -> dict[str, str]:
        """The two modules."""
        model, other = HEAD + self.body + self.run, OTHER
        if edited:
            text = other if self.other else model
            assert text.count(self.old) >= 1, f"{self.name}: the edit does not apply"
            text = text.replace(self.old, self.new, 1)
            model, other = (model, text) if self.other else (text, other)
        name = f"other_{self.name}"
        return {f"model_{self.name}": model.replace("OTHER", name), name: other}


ONES, TWOS, THREES = [1.0] * 3, [2.0] * 3, [3.0] * 3
SQUARE, CUBE = [2.0, 4.0, 6.0], [3.0, 12.0, 27.0]
DIRECT = "@grad\ndef loss(x):\n    return np.sum({})\n"
HELPED = "def helper(x):\n    return 2.0 * x\n" + DIRECT.format("helper(x)")
CLOSED = """
def make(f):
    def loss(x):
        return np.sum(f(x))
    return grad(loss)
loss = make(other.square)
"""
DEFAULT = "def helper(x, k=2.0):\n    return k * x\n" + DIRECT.format("helper(x)")
KEYWORD = "def helper(x, *, k=2.0):\n    return k * x\n" + DIRECT.format("helper(x)")
OWN_DEFAULT = "@grad\ndef loss(x, k=2.0):\n    return np.sum(k * x)\n"
DECORATED = """
def double(f):
    def wrapper(x):
        return 2.0 * f(x)
    return wrapper
def shift(f):
    def wrapper(x):
        return f(x + 1.0)
    return wrapper
def squared(f):
    def wrapper(x):
        y = f(x)
        return y * y
    return wrapper
@double
@squared
def helper(x):
    return x
""" + DIRECT.format("helper(x)")
FLAG = """
FLAG = True
@grad
def loss(x):
    if FLAG:
        return np.sum(2.0 * x)
    return np.sum(3.0 * x)
"""
MODE = """
MODE = "square"
@grad
def loss(x):
    if MODE == "square":
        return np.sum(x * x)
    return np.sum(x * x * x)
"""
AXIS = "W = np.array([1.0, 10.0])\nAXIS = 0\n" + DIRECT.format(
    "np.sum(np.outer(x, W), axis=AXIS) ** 2"
)
NAMED = """
P = collections.namedtuple("P", "a b")
p = P(2.0, 3.0)
""" + DIRECT.format("p.a * x")
RECORD = """
@dataclasses.dataclass
class D:
    a: object
    b: object
def helper(x):
    d = D(2.0 * x, 3.0 * x)
    return d.a
""" + DIRECT.format("helper(x)")
RECORD_ARGUMENT = """
@dataclasses.dataclass
class D:
    a: object
    b: object
@grad
def loss(d):
    return np.sum(2.0 * d.a) + np.sum(3.0 * d.b)
"""
TWO = "def f(x, y):\n    return np.sum(2.0 * x) + np.sum(3.0 * y)\nloss = grad(f, 0)\n"
RUN_TWO = "\n\ndef run():\n    return loss(X, X)\n"
AUX = "def f(x):\n    return np.sum(2.0 * x), 7.0\nloss = grad(f, has_aux=True)\n"
PLAIN = "def f(x):\n    return np.sum(2.0 * x)\nloss = grad(f)\n"
RANK = "W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])\n" + DIRECT.format("x * W")
BAKED = "@grad\ndef loss(x, n):\n    return np.sum(x ** n)\n"
STATIC = """
@grad
def loss(x, mode):
    if mode == "square":
        return np.sum(x * x)
    return np.sum(x * x * x)
"""
PASSED = "@grad\ndef loss(x, act):\n    return np.sum(act(x))\n"
TABLE = "ACTS = {'a': other.square, 'b': other.cube}\n" + DIRECT.format("ACTS['a'](x)")
FOLD = """
WEIGHTS = [1.0, 1.0]
@grad
def loss(x):
    s = 0.0
    for w in WEIGHTS:
        s = s + w * np.sum(x)
    return s
"""
ORDER = """
WEIGHTS = {'a': 2.0, 'b': 3.0}
@grad
def loss(x):
    s = np.sum(x)
    for w in WEIGHTS.values():
        s = w * s + 1.0 / s
    return s
"""
PATH = "@grad(unroll=True)\ndef loss(x):\n    return np.sum(other.sign(x))\n"
PATH_AUTO = PATH.replace("unroll=True", "unroll='auto'")
SHADOW = DIRECT.format("abs(x)")


def _order(a: float, b: float) -> list[float]:
    s, ds = 6.0, 1.0
    for w in (a, b):
        s, ds = w * s + 1.0 / s, ds * (w - 1.0 / s**2)
    return [ds] * 3


EDITS = [
    Case("own_source", DIRECT.format("2.0 * x"), "2.0 * x", "3.0 * x", TWOS, THREES),
    Case("operator", DIRECT.format("x * x"), "x * x", "x + x", SQUARE, TWOS),
    Case("helper_same_file", HELPED, "return 2.0 * x", "return 3.0 * x", TWOS, THREES),
    Case("helper_other_file", DIRECT.format("other.cube(x)"), "x * x * x", "x * 2.0", CUBE, TWOS, True),
    Case("helper_of_helper", DIRECT.format("other.square(x)"), "return x * x", "return 3.0 * x", SQUARE, THREES, True),
    Case("helper_replaced", HELPED, "@grad", "def helper(x):\n    return x * x\n@grad", TWOS, SQUARE),
    Case("helper_imported", "from OTHER import square as act\n" + DIRECT.format("act(x)"), "square as", "cube as", SQUARE, CUBE),
    Case("constant_imported", "from OTHER import K\n" + DIRECT.format("K * x"), "K = 2.0", "K = 3.0", TWOS, THREES, True, derived=None),
    Case("constant_kind", DIRECT.format("other.K * x"), "K = 2.0", "K = np.array(3.0)", TWOS, THREES, True),
    Case("constant_rank", DIRECT.format("other.K * x"), "K = 2.0", "K = np.array([1.0, 2.0, 3.0])", TWOS, [1.0, 2.0, 3.0], True),
    Case("exponent", "N = 2\n" + DIRECT.format("x ** N"), "N = 2", "N = 3", SQUARE, CUBE),
    Case("axis", AXIS, "AXIS = 0", "AXIS = 1", [1212.0] * 3, [242.0, 484.0, 726.0]),
    Case("flag", FLAG, "FLAG = True", "FLAG = False", TWOS, THREES),
    Case("mode", MODE, 'MODE = "square"', 'MODE = "cube"', SQUARE, CUBE),
    Case("mode_other_file", MODE.replace('MODE = "square"', "").replace("MODE ==", "other.MODE =="), 'MODE = "square"', 'MODE = "cube"', SQUARE, CUBE, True),
    Case("closure", CLOSED, "make(other.square)", "make(other.cube)", SQUARE, CUBE),
    Case("default", DEFAULT, "k=2.0", "k=3.0", TWOS, THREES),
    Case("default_of_constant", "C = 2.0\n" + DEFAULT.replace("k=2.0", "k=C"), "C = 2.0", "C = 3.0", TWOS, THREES),
    Case("keyword_default", KEYWORD, "k=2.0", "k=3.0", TWOS, THREES),
    Case("own_default", OWN_DEFAULT, "k=2.0", "k=3.0", TWOS, THREES),
    Case("decorator_removed", DECORATED, "@double\n", "", [4.0, 8.0, 12.0], SQUARE),
    Case("decorator_order", DECORATED, "@double\n@squared", "@squared\n@double", [4.0, 8.0, 12.0], [8.0, 16.0, 24.0]),
    Case("monkeypatch", "other.act = other.square\n" + DIRECT.format("other.act(x)"), "act = other.square", "act = other.cube", SQUARE, CUBE),
    Case("monkeypatch_library", "other.act = np.square\n" + DIRECT.format("other.act(x)"), "act = np.square", "act = np.negative", SQUARE, [-1.0] * 3),
    Case("local_alias", "@grad\ndef loss(x):\n    m = other\n    return np.sum(m.inner(x))\n", "return x * x", "return 3.0 * x", SQUARE, THREES, True),
    Case("alias_rebound", "import numpy as lib\n" + DIRECT.format("lib.square(x)"), "import numpy as lib", "import OTHER as lib\nother.square = other.cube", SQUARE, CUBE),
    Case("builtin_shadowed", SHADOW, "@grad", "def abs(x):\n    return 3.0 * x\n@grad", ONES, THREES),
    Case("namedtuple_fields", NAMED, '"a b"', '"b a"', TWOS, THREES),
    Case("dataclass_fields", RECORD, "    a: object\n    b: object", "    b: object\n    a: object", TWOS, THREES),
    Case("dataclass_argument", RECORD_ARGUMENT, "    a: object\n    b: object", "    b: object\n    a: object", TWOS + THREES, THREES + TWOS, run="\n\ndef run():\n    d = loss(D(X, X))\n    return [*vars(d).values()]\n"),
    Case("argnums", TWO, "grad(f, 0)", "grad(f, 1)", TWOS, THREES, run=RUN_TWO),
    Case("argnums_tuple", TWO, "grad(f, 0)", "grad(f, (0,))", TWOS, TWOS, run=RUN_TWO),
    Case("has_aux", AUX, "2.0 * x), 7.0", "3.0 * x), 8.0", [*TWOS, 7.0], [*THREES, 8.0]),
    Case("value", PLAIN, "= grad(f)", "= value_and_grad(f)", TWOS, [12.0, *TWOS]),
    Case("dtype", DIRECT.format("2.0 * x"), "loss(X)", "loss(X.astype('f4'))", TWOS, TWOS),
    Case("rank", RANK, "loss(X)", "loss(np.array([X, X]))", [5.0, 7.0, 9.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    Case("axis_of_one", RANK, "loss(X)", "loss(X[:1])", [5.0, 7.0, 9.0], [21.0]),
    Case("baked_argument", BAKED, "loss(X, 2)", "loss(X, 3)", SQUARE, CUBE, run="\n\ndef run():\n    return loss(X, 2)\n"),
    Case("static_argument", STATIC, "'square')", "'cube')", SQUARE, CUBE, run="\n\ndef run():\n    return loss(X, 'square')\n"),
    Case("function_argument", PASSED, "other.square)", "other.cube)", SQUARE, CUBE, run="\n\ndef run():\n    return loss(X, other.square)\n"),
    Case("function_in_table", TABLE, "'a': other.square", "'a': other.cube", SQUARE, CUBE),
    Case("list_length", FOLD, "[1.0, 1.0]", "[1.0, 1.0, 1.0]", TWOS, THREES),
    Case("dict_order", ORDER, "{'a': 2.0, 'b': 3.0}", "{'b': 3.0, 'a': 2.0}", _order(2.0, 3.0), _order(3.0, 2.0)),
    Case("path_in_helper", PATH, "2.0 * x", "3.0 * x", TWOS, THREES, True),
    Case("path_in_helper_auto", PATH_AUTO, "2.0 * x", "3.0 * x", TWOS, THREES, True),
    Case("path_test", PATH, "> 0.0", "< 0.0", TWOS, [-1.0] * 3, True),
]  # fmt: skip

NON_EDITS = [
    Case("comment", HELPED, "    return 2.0 * x", "    # twice\n    return 2.0 * x  # x", TWOS, TWOS, derived=False),
    Case("blank_lines", HELPED, "def helper(x):\n", "\n\n\ndef helper(x):\n\n", TWOS, TWOS, derived=False),
    Case("docstring", HELPED, "def helper(x):\n", 'def helper(x):\n    """Twice x."""\n', TWOS, TWOS, derived=False),
    Case("own_docstring", DIRECT.format("x * x"), "(x):\n", '(x):\n    """Squares."""\n', SQUARE, SQUARE, derived=False),
    Case("annotations", HELPED, "def helper(x):", "def helper(x: np.ndarray) -> np.ndarray:", TWOS, TWOS, derived=False),
    Case("reformatted", DIRECT.format("x * x"), "np.sum(x * x)", "(np.sum(\n        (x*x),\n    ))", SQUARE, SQUARE, derived=False),
    Case("function_above", HELPED, "def helper", "def unrelated(y):\n    return y\n\ndef helper", TWOS, TWOS, derived=False),
    Case("global_added", HELPED, "def helper", "UNRELATED = 1\n\ndef helper", TWOS, TWOS, derived=False),
    Case("comment_other_file", DIRECT.format("other.square(x)"), "def inner", "# a comment\ndef inner", SQUARE, SQUARE, True, derived=False),
    Case("unused_function", DIRECT.format("other.square(x)"), "x * x * x", "x * 5.0", SQUARE, SQUARE, True, derived=False),
    Case("captured_number", "K = 2.0\n" + DIRECT.format("K * x"), "K = 2.0", "K = 3.0", TWOS, THREES, derived=False),
    Case("captured_array", "K = np.array([2.0, 2.0, 2.0])\n" + DIRECT.format("K * x"), "2.0, 2.0, 2.0", "3.0, 3.0, 3.0", TWOS, THREES, derived=False),
    Case("longer_axis", DIRECT.format("2.0 * x"), "loss(X)", "loss(np.ones(5))", TWOS, [2.0] * 5, derived=False),
    Case("path_comment", PATH, "        return 2.0 * x", "        # here\n        return 2.0 * x", TWOS, TWOS, True, derived=False),
    Case("touch", HELPED, "X = ", "X = ", TWOS, TWOS, derived=False),
]  # fmt: skip
