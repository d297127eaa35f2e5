"""What becomes of a program: right, or refused with a code; anything else is a defect.

Right means: the value equal to plain Python's to the bit, the arguments left as the plain function
leaves them, the gradient equal to its truth by hand or to differences, with loops and unrolled, at
a second point too. Which programs are refused is kept in lists: a name is refused if and only if
its list has it, so a list can only be as long as the truth. ``pytest --update-golden`` rewrites it.
"""

from __future__ import annotations

import copy
import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from srcgrad import grad, value_and_grad
from srcgrad.errors import CODES, SrcgradError
from tests.differences import assert_gradient, children

Argnums = int | str | tuple[int | str, ...]


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal to the bit, types included, in containers and objects too."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, np.random.Generator):
        return bool(a.bit_generator.state == b.bit_generator.state)
    parts = children(a)
    if parts or isinstance(a, (dict, list, tuple)):
        others = children(b)
        return [k for k, _ in parts] == [k for k, _ in others] and all(
            same(x, y) for (_, x), (_, y) in zip(parts, others, strict=True)
        )
    return a is b or callable(a) or a == b or (a != a and b != b)


def assert_close(a: Any, b: Any, label: str) -> None:
    """Check that two gradients agree to rounding."""
    parts = children(a)
    if not parts:
        if isinstance(b, (np.ndarray, float, complex, np.generic)):
            scale = float(np.max(np.abs(b), initial=0.0))
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-11 * scale, err_msg=label)
        return
    for (_, x), (_, y) in zip(parts, children(b), strict=True):
        assert_close(x, y, label)


def positions(function: Callable[..., Any], wrt: Argnums) -> tuple[int, ...]:
    """Positions of the parameters that a gradient is taken with respect to."""
    names = list(inspect.signature(function).parameters)
    wanted = wrt if isinstance(wrt, tuple) else (wrt,)
    return tuple(names.index(w) if isinstance(w, str) else w for w in wanted)


def check(
    function: Callable[..., Any], points: list[tuple[Any, ...]], wrt: Argnums = 0, true: Any = None
) -> None:
    """Check a function at several points; ``true`` is its gradient at the first, if known."""
    both = value_and_grad(function, wrt)
    for k, args in enumerate(points):
        plain, mine = copy.deepcopy(args), copy.deepcopy(args)
        expected = function(*plain)
        value, gradient = both(*mine)
        assert same(value, expected), f"value {value!r} instead of {expected!r}"
        assert same(mine, plain), "arguments are not left as the plain function leaves them"
        parts = gradient if isinstance(wrt, tuple) else (gradient,)
        if true is not None and k == 0:
            np.testing.assert_allclose(gradient, true, rtol=1e-12, atol=1e-14)
        assert_gradient(function, args, positions(function, wrt), parts)
        for unroll in (False, True):
            again = grad(function, wrt, unroll=unroll)(*copy.deepcopy(args))
            assert_close(again, gradient, f"unroll={unroll}")


def verdict(call: Callable[..., None], *args: Any) -> str:
    """``right`` if a check passes, the code if it is refused with a proper error, else ``wrong``.

    ``wrong`` and ``error`` (anything else that is raised) are followed by what happened.
    """
    try:
        call(*args)
    except SrcgradError as error:
        located = getattr(error, "span", None) is not None or error.code[2] not in "12"
        proper = error.code in CODES and error.message and located
        return error.code if proper else f"error: unlocated or unexplained: {error}"
    except AssertionError as error:
        return f"wrong: {error}"
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[:-4:-1]
        places = " < ".join(f"{Path(f.filename).name}:{f.lineno}:{f.name}" for f in frames)
        return f"error: {type(error).__name__}: {error} at {places}"
    return "right"


class RefusedList:
    """A file with the names of the programs that are refused, each with its code.

    A defect that is known and waits for its repair has the word ``wrong`` or ``error`` in place of
    a code: none may stay.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, str]:
        """The codes by name."""
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        return dict(line.split() for line in text.splitlines())

    def expect(self, name: str, found: str, update: bool) -> None:
        """Check a verdict against the list, or write it into the list."""
        listed, word = self.read(), found.split()[0].rstrip(":")
        if update:
            listed[name] = word
            lines = [f"{n} {listed[n]}\n" for n in sorted(listed) if listed[n] != "right"]
            self.path.write_text("".join(lines), encoding="utf-8")
        else:
            assert word == listed.get(name, "right"), f"{name} in {self.path.name}: {found}"
