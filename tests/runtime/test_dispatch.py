"""Calls find the right program, fast where it was used before; results have the user's form."""

from __future__ import annotations

import dataclasses
import functools
import gc
import os
import subprocess
import sys
import threading
import types
import weakref
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from srcgrad import grad, value_and_grad
from srcgrad.errors import ArgumentError, SrcgradError
from srcgrad.runtime.gradient import Gradient

ROOT = Path(__file__).parents[2]
Pair = namedtuple("Pair", "w b")


@dataclasses.dataclass
class Layer:
    w: Any
    pairs: list[Any]


def square(x):
    return np.sum(x * x)


def slow_calls(gradient: Gradient, *calls: Any) -> int:
    """How many of the calls did not find their program by a guard."""
    count, dispatch = [0], gradient.dispatch
    call = dispatch.call

    def counted(args: Any, kwargs: Any) -> Any:
        count[0] += 1
        return call(args, kwargs)

    dispatch.call = counted  # type: ignore[method-assign]
    for args in calls:
        gradient(*args)
    dispatch.call = call  # type: ignore[method-assign]
    return count[0]


# -- the fast path ---------------------------------------------------------------------------------


def test_alternating_shapes_and_dtypes_stay_on_the_fast_path():
    d = grad(square)
    points = [np.ones(3), np.ones((2, 4)), np.ones(1), np.ones(5, "f4"), np.array(2.0), 3.0]
    for x in points:
        d(x)
    assert slow_calls(d, *[(x,) for x in points * 3]) == 0
    for x in points:
        assert np.array_equal(d(x), 2 * x)


def test_alternating_containers_stay_on_the_fast_path():
    d = grad(lambda p: np.sum(p[0] * p[1]))
    points = [(np.ones(2), np.ones(2)), [np.ones(2), np.ones(2)], (np.ones(2), 3.0)]
    for p in points:
        d(p)
    assert slow_calls(d, *[(p,) for p in points * 2]) == 0


class Scale:
    def __init__(self, a: Any) -> None:
        self.a = a

    @classmethod
    def of(cls, a: Any) -> Scale:
        return cls(a)


def scattered(x):
    bins = np.zeros(3)
    np.add.at(bins, [0, 1, 1], x)
    return np.sum(bins**2)


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda x: Scale.of(2.0).a * np.sum(x * x), [4.0, 8.0, 12.0]),
        (scattered, [2.0, 10.0, 10.0]),
        (lambda x: np.add.reduce(x) * 2.0, [2.0, 2.0, 2.0]),
        (lambda x: np.sum(norm.logpdf(x)), [-1.0, -2.0, -3.0]),
    ],
)
def test_methods_that_are_read_anew_stay_on_the_fast_path(function: Any, slope: Any):
    x = np.array([1.0, 2.0, 3.0])
    gradient = grad(function)
    np.testing.assert_allclose(gradient(x), slope, rtol=1e-12)
    assert slow_calls(gradient, (x,), (2 * x,), (x,)) == 0


def test_another_class_behind_a_method_is_seen(monkeypatch: pytest.MonkeyPatch):
    gradient = grad(lambda x: Scale.of(3.0).a * x)
    assert gradient(1.0) == 3.0
    monkeypatch.setattr(Scale, "of", classmethod(lambda cls, a: cls(2 * a)))
    assert gradient(1.0) == 6.0


def test_the_source_is_that_of_the_last_signature_used():
    d = grad(lambda x, y: np.sum(x * y))
    both = [(np.ones(3), np.ones(3)), (np.ones(1), np.ones(3))]
    texts = []
    for args in both:
        d(*args)
        texts.append(d.source)
    assert texts[0] != texts[1]
    d(*both[0])
    assert d.source == texts[0]
    assert sorted(d.sources.values()) == sorted(texts)


def test_first_arguments_are_not_kept_alive():
    d = grad(lambda p: np.sum(p["w"] ** 2))
    w = np.ones(10_000)
    gone = weakref.ref(w)
    d({"w": w})
    assert len(d.decisions) == 0
    del w
    gc.collect()
    assert gone() is None


def test_order_of_a_dictionary_is_part_of_the_signature():
    @grad
    def f(p):
        s = 1.0
        for v in p.values():
            s = s * 2.0 + v
        return s

    assert f({"a": 1.0, "b": 1.0}) == {"a": 2.0, "b": 1.0}
    assert f({"b": 1.0, "a": 1.0}) == {"b": 2.0, "a": 1.0}
    assert f({"a": 1.0, "b": 1.0}) == {"a": 2.0, "b": 1.0}
    assert list(f({"b": 1.0, "a": 1.0})) == ["b", "a"]


# -- the ways to call ------------------------------------------------------------------------------


def scaled(x, k=2.0, /, m=1.0, *, n=1.0):
    return np.sum(k * m * n * x)


@pytest.mark.parametrize(
    "args, kwargs, expected",
    [
        ((), {}, 2.0),
        ((3.0,), {}, 3.0),
        ((3.0, 2.0), {}, 6.0),
        ((), {"m": 5.0}, 10.0),
        ((), {"n": 5.0}, 10.0),
        ((3.0,), {"n": 5.0, "m": 2.0}, 30.0),
    ],
)
def test_keywords_and_defaults(args: Any, kwargs: Any, expected: float):
    d = grad(scaled)
    for _ in range(3):
        assert np.array_equal(d(np.ones(2), *args, **kwargs), np.full(2, expected))
    assert d.cache_info()["signatures"] == 1


def test_keyword_calls_are_fast_too():
    d = grad(lambda x, y: np.sum(x * y))
    d(x=np.ones(2), y=np.ones(2))
    before = d.cache_info()["hits"]
    d(y=np.ones(2), x=np.ones(2))
    assert d.cache_info()["hits"] == before


@pytest.mark.parametrize(
    "args, kwargs", [((), {}), ((1.0, 2.0, 3.0, 4.0), {}), ((1.0,), {"q": 1}), ((1.0,), {"x": 1})]
)
@pytest.mark.parametrize("warm", [False, True])
def test_a_call_that_does_not_fit_is_refused(args: Any, kwargs: Any, warm: bool):
    d = grad(scaled)
    if warm:
        d(1.0)
    with pytest.raises(ArgumentError, match=r"scaled\(\).*SG302.*call it as scaled\(x, k=2.0"):
        d(*args, **kwargs)


def test_names_of_parameters_cannot_hide_those_of_the_guard():
    d = grad(lambda _found, _table, _0, found=2.0: np.sum(_found * _table * _0 * found))
    for _ in range(2):
        assert np.array_equal(d(np.ones(2), 2.0, 3.0), [12.0, 12.0])


def test_a_partial_application_and_a_wrapper_work_around_a_gradient():
    d = grad(scaled)
    assert np.array_equal(functools.partial(d, m=3.0)(np.ones(1)), [6.0])
    assert d.__wrapped__ is scaled and d.__name__ == "scaled" and "scaled" in repr(d)


@dataclasses.dataclass
class Model:
    w: Any

    @grad
    def loss(self, x):
        return np.sum(self.w * x)

    @value_and_grad(argnums="self")
    def own(self, x):
        return np.sum(self.w * x)

    def plain(self, x):
        return np.sum(self.w * x * x)

    @staticmethod
    @grad
    def free(x):
        return np.sum(x * x)

    def helper(self, x):
        return 2.0 * x

    @grad
    def calls(self, x):
        return np.sum(self.helper(x))


def test_methods_skip_self():
    m = Model(np.array([1.0, 2.0]))
    x = np.array([3.0, 4.0])
    for _ in range(2):
        assert np.array_equal(m.loss(x), m.w)
        assert np.array_equal(m.own(x)[1].w, x)
        assert np.array_equal(m.free(x), 2 * x)
        assert np.array_equal(grad(m.plain)(x), 2 * m.w * x)


# -- the form of results ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x",
    [3.0, np.float32(3.0), np.float64(3.0), np.array(3.0), np.array(3.0, "f4"), np.ones(2, "f4")],
    ids=lambda x: f"{type(x).__name__}-{getattr(x, 'dtype', '')}-{np.ndim(x)}",
)
@pytest.mark.parametrize("function", [lambda x: x * x, lambda x: np.sum(np.exp(x)) + 0 * np.sum(x)])
def test_a_result_has_the_type_of_its_argument(x: Any, function: Any):
    if np.size(x) > 1:
        function = lambda v: np.sum(v * v)
    for d in (grad(function), grad(function, unroll=True)):
        for _ in range(2):
            g = d(x)
            assert type(g) is type(x)
            assert getattr(g, "dtype", None) == getattr(x, "dtype", None)
            assert np.shape(g) == np.shape(x)


STRUCTURES = [
    (np.ones(2), np.full(3, 2.0, "f4")),
    [np.ones(2), 4.0],
    {"b": np.ones(2), "a": np.float32(2.0)},
    Pair(np.ones((2, 1)), np.array(1.5)),
    Layer(np.ones(2), [Pair(np.ones(1), 2.0), {"k": (np.ones(3),)}]),
]


def leaves(value: Any) -> list[Any]:
    if dataclasses.is_dataclass(value):
        return leaves(list(vars(value).values()))
    if isinstance(value, dict):
        return leaves(list(value.values()))
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def same_structure(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if dataclasses.is_dataclass(a):
        return same_structure(vars(a), vars(b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same_structure(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same_structure, a, b))
    return np.shape(a) == np.shape(b) and getattr(a, "dtype", 0) == getattr(b, "dtype", 0)


def tree_0(p):
    return np.sum(p[0]) + np.sum(p[1] * p[1])


def tree_2(p):
    return np.sum(p["a"] * p["b"])


def tree_3(p):
    return np.sum(p.w * p.b)


def tree_4(p):
    return np.sum(p.w) + np.sum(p.pairs[0].w * p.pairs[0].b) + np.sum(p.pairs[1]["k"][0])


@pytest.mark.parametrize(
    "function, p", list(zip([tree_0, tree_0, tree_2, tree_3, tree_4], STRUCTURES, strict=True))
)
def test_containers_come_back_as_they_went_in(function: Any, p: Any):
    d = value_and_grad(function)
    for _ in range(2):
        value, g = d(p)
        assert value == function(p)
        assert same_structure(g, p)


def test_argnums_decide_the_form():
    f = lambda x, y: np.sum(x * y)
    x, y = np.ones(2), np.full(2, 3.0)
    assert isinstance(grad(f, 1)(x, y), np.ndarray)
    assert isinstance(grad(f, (1,))(x, y), tuple)
    gy, gx = grad(f, ("y", 0))(x, y)
    assert np.array_equal(gx, y) and np.array_equal(gy, x)


def aux(x):
    return np.sum(x * x), {"norm": np.sum(x), "n": 3}


def test_has_aux_gives_gradient_and_aux_or_all_three():
    x = np.array([1.0, 2.0])
    g, extra = grad(aux, has_aux=True)(x)
    assert np.array_equal(g, 2 * x) and extra == {"norm": 3.0, "n": 3}
    (value, extra), g = value_and_grad(aux, has_aux=True)(x)
    assert value == 5.0 and np.array_equal(g, 2 * x) and extra == {"norm": 3.0, "n": 3}


@pytest.mark.parametrize("unroll", [False, True, "auto"])
@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: np.sum(x * y),
        lambda x, y: np.sum(x + y),
        lambda x, y: np.sum(x) + np.sum(x.T) + 0.0 * np.sum(y),
        lambda x, y: np.sum(x.reshape(-1)) + np.sum(y[::-1]),
        lambda x, y: np.sum(2.0 * x) + np.sum(2.0 * y),
        lambda x, y: np.sum(np.where(x > 0, x, y)),
        lambda x, y: np.dot(x, y),
    ],
)
def test_results_are_fresh_writable_and_apart(function: Any, unroll: Any):
    d = value_and_grad(function, (0, 1), unroll=unroll)
    x, y = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    before = x.copy(), y.copy()
    results = [*d(x, y)[1], *d(x, y)[1]]
    for k, g in enumerate(results):
        assert g.flags.writeable
        assert not any(np.shares_memory(g, other) for other in (x, y, *results[:k]))
        g[:] = np.nan
    assert np.array_equal(x, before[0]) and np.array_equal(y, before[1])
    for g in d(x, y)[1]:
        assert np.all(np.isfinite(g))


def test_the_same_array_twice_gives_two_results():
    x = np.ones(3)
    a, b = grad(lambda x, y: np.sum(x * y), (0, 1))(x, x)
    assert not np.shares_memory(a, b) and not np.shares_memory(a, x)


# -- what is baked in is watched -------------------------------------------------------------------

STATE = """
import numpy as np
import dataclasses
from srcgrad import grad

N, FLAG, MODE, W = 2, True, "two", np.array([2.0, 2.0])
TABLE, LIST, lib = {"f": np.square}, [1.0, 1.0], np

def two(x): return 2.0 * x
def three(x): return 3.0 * x
def helper(x, k=2.0, *, m=1.0): return k * m * x
act = two

@dataclasses.dataclass
class Box:
    v: object
    def get(self): return 2.0 * self.v
def new_get(self): return 3.0 * self.v
box = Box(2.0)

def make():
    k = two
    def inner(x): return np.sum(k(x))
    def change(f):
        nonlocal k
        k = f
    return grad(inner), change
closed, change = make()

power = grad(lambda x: np.sum(x ** N))
flag = grad(lambda x: np.sum((2.0 if FLAG else 3.0) * x))
mode = grad(lambda x: np.sum((2.0 if MODE == "two" else 3.0) * x))
captured = grad(lambda x: np.sum(W * x))
table = grad(lambda x: np.sum(TABLE["f"](x)))
length = grad(lambda x: sum_list(x))
def sum_list(x):
    s = 0.0
    for w in LIST:
        s = s + w * np.sum(x)
    return s
helped = grad(lambda x: np.sum(helper(x)))
called = grad(lambda x: np.sum(act(x)))
library = grad(lambda x: np.sum(lib.square(x)))
boxed = grad(lambda x: np.sum(box.v * x))
method = grad(lambda x: np.sum(Box(x).get()))
local = None
@grad
def own(x, k=2.0): return np.sum(k * x)
"""


def exponent(m):
    m.N = 3


def flag(m):
    m.FLAG = False


def mode(m):
    m.MODE = "three"


def array(m):
    m.W = np.array([3.0, 3.0])


def array_in_place(m):
    m.W += 1.0


def array_rank(m):
    m.W = np.float32(3.0)


def table(m):
    m.TABLE["f"] = np.negative


def length(m):
    m.LIST.append(1.0)


def default(m):
    m.helper.__defaults__ = (3.0,)


def keyword_default(m):
    m.helper.__kwdefaults__["m"] = 1.5


def replaced(m):
    m.act = m.three


def code(m):
    m.two.__code__ = m.three.__code__


def closure(m):
    m.change(m.three)


def library(m):
    m.lib = types.SimpleNamespace(square=m.three)


def field(m):
    m.box.v = 3.0


def method(m):
    m.Box.get = m.new_get


def own_default(m):
    m.own.primal.__defaults__ = (3.0,)


CHANGES = [
    ("power", exponent, 2.0, 3.0),
    ("flag", flag, 2.0, 3.0),
    ("mode", mode, 2.0, 3.0),
    ("captured", array, 2.0, 3.0),
    ("captured", array_in_place, 2.0, 3.0),
    ("captured", array_rank, 2.0, 3.0),
    ("table", table, 2.0, -1.0),
    ("length", length, 2.0, 3.0),
    ("helped", default, 2.0, 3.0),
    ("helped", keyword_default, 2.0, 3.0),
    ("called", replaced, 2.0, 3.0),
    ("called", code, 2.0, 3.0),
    ("closed", closure, 2.0, 3.0),
    ("boxed", field, 2.0, 3.0),
    ("method", method, 2.0, 3.0),
    ("own", own_default, 2.0, 3.0),
]


def module_of(text: str, folder: Path, name: str) -> Any:
    path = folder / f"{name}.py"
    path.write_text(text)
    module = types.ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses look their module up
    exec(compile(text, str(path), "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize(
    "name, change, before, after", CHANGES, ids=[c[1].__name__ for c in CHANGES]
)
def test_a_change_in_a_process_is_seen(
    name: str, change: Any, before: float, after: float, unroll: bool, tmp_path: Path
):
    module = module_of(STATE, tmp_path, "state_of_a_test")
    d = grad(getattr(module, name).primal, unroll=unroll)
    x = np.ones(2)
    for _ in range(3):
        assert np.array_equal(d(x), np.full(2, before))
    change(module)
    for _ in range(3):
        assert np.array_equal(d(x), np.full(2, after))


def test_a_module_that_is_replaced_is_seen(tmp_path: Path):
    module = module_of(STATE, tmp_path, "state_of_a_test")
    d = module.library
    assert np.array_equal(d(np.ones(2)), [2.0, 2.0])
    module.lib = module_of("def square(x): return 3.0 * x", tmp_path, "another_library")
    assert np.array_equal(d(np.ones(2)), [3.0, 3.0])


def test_a_name_that_is_gone_is_a_located_error(tmp_path: Path):
    module = module_of(STATE, tmp_path, "state_of_a_test")
    d = module.captured
    d(np.ones(2))
    del module.W
    with pytest.raises(SrcgradError, match="'W' is not defined") as caught:
        d(np.ones(2))
    assert caught.value.code == "SG209"


def test_a_state_that_comes_back_is_not_compiled_again(tmp_path: Path):
    module = module_of(STATE, tmp_path, "state_of_a_test")
    for k in range(6):
        module.FLAG = k % 2 == 0
        assert np.array_equal(module.flag(np.ones(2)), np.full(2, 3.0 - module.FLAG))
    assert module.flag.cache_info()["signatures"] == 2
    calls = []
    for k in range(4):
        module.FLAG = k % 2 == 0
        calls.append(slow_calls(module.flag, (np.ones(2),)))
    assert calls == [0, 0, 0, 0]


# -- threads, determinism, errors ------------------------------------------------------------------


def looped(x):
    s = 0.0
    for v in x:
        if v > 0.5:
            s = s + np.sin(v)
        else:
            s = s + v * v
    while s < 3.0:
        s = s * 1.5 + 0.01
    return s


@pytest.mark.parametrize("unroll", [False, True, "auto"])
def test_sixteen_threads_equal_one(unroll: Any):
    points = [np.random.default_rng(k).random(1 + k % 7) for k in range(50)]
    serial = [grad(looped, unroll=unroll)(x) for x in points]
    d, failures = grad(looped, unroll=unroll), []

    def work(shift: int) -> None:
        try:
            for k in range(50):
                place = (k + shift) % 50
                assert np.array_equal(d(points[place]), serial[place])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(3 * k,)) for k in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


DETERMINISM = """
import hashlib, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from tests.runtime.test_dispatch import looped, tree_4, STRUCTURES, scaled
from srcgrad import grad, value_and_grad
text = ""
cases = [(looped, np.array([0.2, 0.7])), (tree_4, STRUCTURES[4]), (scaled, np.ones(3))]
for f, x in cases:
    for unroll in (False, True):
        d = value_and_grad(f, unroll=unroll)
        d(x)
        text += d.source + str(d.decisions) + "".join(p.code.text for p in d.last.paths.values())
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_text_is_the_same_for_every_hash_seed():
    digests = set()
    for seed in ("0", "1", "2", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", DETERMINISM, str(ROOT)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        digests.add(done.stdout)
    assert len(digests) == 1


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions have notes from Python 3.11 on")
@pytest.mark.parametrize("unroll", [False, True])
def test_an_error_in_emitted_code_names_the_line(unroll: bool):
    def f(x, y):
        s = np.sum(x)
        for _ in range(2):
            s = s * np.sum(np.exp(x) * y)
        return s

    d = grad(f, unroll=unroll)
    d(np.ones(3), np.ones(3))
    d(np.ones(3, "f4"), np.ones(3))
    with pytest.raises(ValueError, match="broadcast") as caught:
        d(np.ones(3), np.ones(4))
    line = f.__code__.co_firstlineno + 3
    place = f"in the adjoint of {__file__}:{line}: s = s * np.sum(np.exp(x) * y)"
    assert place in caught.value.__notes__


def test_importing_srcgrad_is_light():
    text = (
        "import sys, time; start = time.perf_counter(); import srcgrad; "
        "spent = time.perf_counter() - start; "
        "wrong = {'numpy', 'gast', 'astunparse', 'platformdirs', 'filelock', 'srcgrad.rules', "
        "'srcgrad.codegen', 'srcgrad.frontend', 'srcgrad.runtime.dispatch'} & set(sys.modules); "
        "d = srcgrad.grad(lambda x: x * x); wrong |= {'gast'} & set(sys.modules); "
        "print(f'{1000 * spent:.0f} ms'); sys.exit(f'imported {wrong}' if wrong else 0)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", text]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    print(f"import srcgrad: {done.stdout.strip()}")
    assert done.returncode == 0, done.stderr
