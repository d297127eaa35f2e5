"""Random programs that share lists, dicts and objects: right or refused, by central differences.

Names are rebound, swapped and stored into each other in branches and loops, so that what a change is
seen through depends on the way that a run takes.
"""

from __future__ import annotations

import linecache
import random
import signal
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import value_and_grad
from srcgrad.errors import SrcgradError

PRELUDE = """import numpy as np
class C:
    def __init__(self, u, v):
        self.u, self.v = u, v
        self.w = [u, v]
    def get(self):
        return self.u * self.w[0]
    def put(self, a):
        self.v = self.v + a
        self.w[1] = a
def change(xs, v):
    xs[0] = xs[0] * v
def f(x, y, n):
    la, lb = [x, y], [y, x * y]
    da, db = {"p": x, "q": y}, {"p": y, "q": x * x}
    oa, ob = C(x, y), C(y, x)
    total = x
    def bump(v):
        nonlocal total
        total = total + v * 0.5
"""
RESULT = (
    "    return np.tanh(sum(la) + 2 * sum(lb) + da['p'] * db['q'] + da['q'] + 3 * db['p'] + oa.u * ob.v"
    " + 0.5 * oa.v + ob.u + sum(oa.w) * 0.3 + sum(ob.w) + total)\n"
)


class Generator:
    """Writes one program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.numbers = ["x", "y", "total"]
        self.places: list[str] = []
        self.depth = self.count = 0

    def fresh(self, word: str) -> str:
        self.count += 1
        return f"{word}{self.count}"

    def some(self, words: str) -> str:
        return self.random.choice(words.split())

    def place(self) -> str:
        if self.places and self.random.random() < 0.5:
            return self.random.choice(self.places)
        return self.some("0 1 -1")

    def number(self) -> str:
        """An expression of one number."""
        kinds: list[Callable[[], str]] = [
            lambda: self.random.choice(self.numbers),
            lambda: self.random.choice(self.numbers),
            lambda: f"{self.some('la lb')}[{self.place()}]",
            lambda: f"{self.some('da db')}['{self.some('p q')}']",
            lambda: f"{self.some('oa ob')}.{self.some('u v')}",
            lambda: f"sum({self.some('la lb')})",
            lambda: f"{self.some('oa ob')}.get()",
            lambda: repr(round(self.random.uniform(-1.5, 1.5), 2)),
            lambda: f"({self.number()} {self.some('+ - *')} {self.number()})",
            lambda: f"np.sin({self.number()})",
        ]
        return self.random.choice(kinds)()

    def simple(self) -> str:
        """A statement without a body."""
        lists, tables, objects = "la lb", "da db", "oa ob"
        kinds: list[Callable[[], str]] = [
            lambda: f"{self.some(lists)}.append({self.number()})",
            lambda: f"{self.some(lists)}[{self.place()}] {self.some('= += *=')} {self.number()}",
            lambda: f"{self.some(lists)}[{self.place()}] {self.some('= += *=')} {self.number()}",
            lambda: (
                f"{self.some(tables)}['{self.some('p q')}'] {self.some('= +=')} {self.number()}"
            ),
            lambda: (
                f"{self.some(objects)}.{self.some('u v')} {self.some('= += *=')} {self.number()}"
            ),
            lambda: f"{self.some(objects)}.put({self.number()})",
            lambda: f"{self.some(lists)} = {self.some(lists)}",
            lambda: f"{self.some(tables)} = {self.some(tables)}",
            lambda: f"{self.some(objects)} = {self.some(objects)}",
            lambda: f"{self.some(lists)} = [{self.number()}, {self.number()}]",
            lambda: f"{self.some(lists)} = [{self.number()} for _ in range({self.some('2 3')})]",
            lambda: f"{self.some(tables)} = {{'p': {self.number()}, 'q': {self.number()}}}",
            lambda: f"{self.some(objects)} = C({self.number()}, {self.number()})",
            lambda: f"{self.some(objects)}.w = {self.some(lists)}",
            lambda: f"{self.some(lists)} = {self.some(objects)}.w",
            lambda: "la, lb = lb, la",
            lambda: f"{self.some(lists)}.reverse()",
            lambda: f"change({self.some(lists)}, {self.number()})",
            lambda: f"bump({self.number()})",
            lambda: f"{self.some(lists)} = {self.some(lists)} + [{self.number()}]",
            lambda: f"{self.random.choice(self.numbers)} {self.some('= +=')} {self.number()}",
        ]
        return self.random.choice(kinds)()

    def emit(self, text: str) -> None:
        self.lines.append("    " * (self.depth + 1) + text)

    def statement(self) -> None:
        kind = self.random.random()
        if kind < 0.7 or self.depth > 1:
            self.emit(self.simple())
        elif kind < 0.84:
            self.emit(f"if {self.number()} > {self.some('0.0 0.3 -0.5')}:")
            self.block()
            if self.random.random() < 0.6:
                self.emit("else:")
                self.block()
        elif kind < 0.93:
            self.emit(f"for {self.fresh('i')} in range({self.some('n 2 3')}):")
            self.block()
            if self.random.random() < 0.2:
                self.emit(f"    if {self.number()} > 0.4: break")
        elif kind < 0.96:
            item = self.fresh("v")
            self.emit(f"for {item} in {self.some('la lb')}:")
            self.numbers.append(item)
            self.block()
            self.numbers.remove(item)
        else:
            self.places.append(self.fresh("k"))
            self.emit(f"for {self.places[-1]}, _ in enumerate({self.some('la lb')}):")
            self.block()
            self.places.pop()

    def block(self) -> None:
        self.depth += 1
        for _ in range(self.random.randint(1, 3)):
            self.statement()
        self.depth -= 1

    def program(self) -> str:
        for _ in range(self.random.randint(4, 9)):
            self.statement()
        return PRELUDE + "\n".join(self.lines) + "\n" + RESULT


class TooLongError(Exception):
    """A list grows while it is iterated over."""


def loaded(text: str, name: str) -> Callable[..., float]:
    """The function of a program."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    scope: dict[str, Any] = {"__name__": "container_programs"}
    exec(compile(text, name, "exec"), scope)
    return scope["f"]  # type: ignore[no-any-return]


def slopes(f: Callable[..., float], x: float, y: float, h: float) -> Any:
    ends = [(f(x + h, y, 3) - f(x - h, y, 3)), (f(x, y + h, 3) - f(x, y - h, 3))]
    return np.array(ends) / (2 * h)


def expected(f: Callable[..., float], x: float, y: float) -> Any:
    """The value and the slopes of a program, or nothing where it fails or is too steep."""

    def stop(*_: Any) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(1)
    try:
        value, coarse, fine = f(x, y, 3), slopes(f, x, y, 1e-5), slopes(f, x, y, 1e-6)
    except (TooLongError, ArithmeticError, LookupError):
        return None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    steady = np.isfinite(value) and np.allclose(coarse, fine, rtol=1e-4, atol=1e-6)
    return (value, fine) if steady else None


def verdict(seed: int) -> str:
    """``right``, ``refused`` or ``skipped``; anything else is a failure of the test."""
    text = Generator(seed).program()
    f = loaded(text, f"<containers {seed}>")
    x, y = map(float, np.random.default_rng(seed).uniform(-1, 1, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = expected(f, x, y)
        if known is None:
            return "skipped"
        for unroll in (False, True):
            compiled = value_and_grad(f, argnums=(0, 1), frontend="source", unroll=unroll)
            try:
                value, gradient = compiled(x, y, 3)
            except SrcgradError:
                return "refused"
            assert value == pytest.approx(known[0], rel=1e-12), text
            np.testing.assert_allclose(gradient, known[1], rtol=2e-4, atol=1e-6, err_msg=text)
    return "right"


@pytest.mark.parametrize("start", range(0, 80, 20))
def test_programs_are_right_or_refused(start: int) -> None:
    found = [verdict(seed) for seed in range(start, start + 20)]
    assert found.count("right") >= 6
