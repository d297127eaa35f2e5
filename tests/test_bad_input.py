"""Programs and calls that are refused: each message to the letter, and nothing runs before it."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import grad, value_and_grad
from srcgrad.errors import CODES, FrontendError, SrcgradError

FOLDER = Path(__file__).parent / "bad_input"
MESSAGES = FOLDER / "messages.txt"


def load() -> dict[str, Callable[[], Any]]:
    """The calls that are refused, by name."""
    spec = importlib.util.spec_from_file_location("bad_programs", FOLDER / "programs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    # What is refused here may well be recorded: the messages are those of the source front end.
    vars(module).update(
        grad=partial(grad, frontend="source"),
        value_and_grad=partial(value_and_grad, frontend="source"),
    )
    return module.CASES  # type: ignore[no-any-return]


CASES = load()


def refusal(call: Callable[[], Any]) -> SrcgradError:
    """The error that a call raises; no other kind of exception comes out of srcgrad."""
    with pytest.raises(SrcgradError) as caught:
        call()
    return caught.value


def message(error: SrcgradError) -> str:
    """The text of an error, without the folder of this file."""
    return re.sub(r"\S*/(\w+\.py)", r"\1", str(error))


def test_messages_are_the_golden_ones(golden: Callable[[Path, str], None]) -> None:
    parts = [f"=== {name}\n{message(refusal(call))}\n" for name, call in CASES.items()]
    golden(MESSAGES, "\n".join(parts))


@pytest.mark.parametrize("name", CASES)
def test_message_says_what_where_and_what_to_do(name: str) -> None:
    error = refusal(CASES[name])
    assert error.code in CODES
    assert f"[{error.code}]" in str(error)
    assert error.message
    assert error.remedy
    if isinstance(error, FrontendError):
        assert error.span is not None
        assert re.match(r"\S*(programs\.py|<text>):\d+:\d+: ", str(error))
        assert re.search(r"^ +\^+$", str(error), re.MULTILINE)


def index_beyond(x):
    return x[0, 1]


def shapes_that_do_not_fit(x):
    return np.sum(x @ x)


def unbound(x):
    if x[0, 0] > 1e9:
        y = x * x
    return np.sum(y)


def unbound_and_written(x):
    if x[0, 0] > 1e9:
        y = x.copy()
    y[0] = 2.0
    return np.sum(x)


def unbound_after_loop(x):
    for _ in range(len(x) - 2):
        y = x * x
    return np.sum(y)


def first_only(k, x):
    if k == 0:
        y = 2 * x
    return y


def unbound_in_a_later_call(x):
    total = 0.0
    for k in range(len(x)):
        total += np.sum(first_only(k, x))
    return total


def unbound_in_the_first_trip(x):
    total = 0.0
    for k in range(len(x)):
        for row in x[:k]:
            last = 2 * row
        total += np.sum(last)
    return total


ROLLED_FORGETS = pytest.mark.xfail(
    strict=True, reason="rolled code without the value does not read a name that has no value"
)


@pytest.mark.parametrize(
    ("function", "shape", "unroll"),
    [
        (index_beyond, (3,), False),
        (index_beyond, (3,), True),
        (shapes_that_do_not_fit, (2, 3), False),
        (shapes_that_do_not_fit, (2, 3), True),
        (unbound, (2, 3), False),
        (unbound, (2, 3), True),
        (unbound_and_written, (2, 3), False),
        (unbound_and_written, (2, 3), True),
        (unbound_in_a_later_call, (2, 3), False),
        (unbound_in_a_later_call, (2, 3), True),
        (unbound_in_the_first_trip, (2, 3), False),
        (unbound_in_the_first_trip, (2, 3), True),
        pytest.param(unbound_after_loop, (2, 3), False, marks=ROLLED_FORGETS),
        (unbound_after_loop, (2, 3), True),
    ],
)
def test_error_of_the_program_itself_stays_what_it_is(
    function: Any, shape: tuple[int, ...], unroll: bool
) -> None:
    with pytest.raises(Exception) as plain:
        function(np.ones(shape))
    with pytest.raises((plain.type, SrcgradError)):
        grad(function, unroll=unroll)(np.ones(shape))


def test_there_are_enough_messages() -> None:
    assert len(CASES) >= 40
