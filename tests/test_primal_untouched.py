"""Taking a gradient does to the world what the plain function does: no more, no less, no twice."""

from __future__ import annotations

import contextlib
import copy
import io
import random
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import grad, value_and_grad
from srcgrad.errors import SrcgradError
from tests.untouched import PROGRAMS, WORLD, effects, failing  # noqa: F401
from tests.verdict import RefusedList, same, verdict

REFUSED = RefusedList(Path(__file__).parent / "untouched" / "refused.txt")


def observe(call: Callable[..., Any], args: Any) -> dict[str, Any]:
    """Run a call from a fixed state of the world, and tell all that it did."""
    args = copy.deepcopy(args)
    np.random.seed(11)
    random.seed(11)
    WORLD.update(count=0, log=[], array=np.array([1.0, 2.0, 3.0]))
    printed, raised = io.StringIO(), None
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            value = call(*args)
        except SrcgradError:
            raise
        except Exception as error:
            value, raised = None, (type(error), error.args, type(error.__cause__))
    return {
        "value": value,
        "raised": raised,
        "arguments": args,
        "numpy draws": np.random.get_state()[1:3],
        "python draws": random.getstate(),
        "printed": printed.getvalue(),
        "warnings": sorted({str(w.message) for w in warned}),
        "world": dict(WORLD),
    }


def check_untouched(name: str) -> None:
    """Compare a gradient's run with the plain one, first and second call, in every form."""
    function, args = PROGRAMS[name]
    plain = observe(function, args)
    for unroll in ("auto", False, True):
        both, alone = value_and_grad(function, unroll=unroll), grad(function, unroll=unroll)
        for call in (lambda *a: both(*a)[0], alone):  # noqa: B023
            for _ in range(2):
                found = observe(call, args)
                if call is alone:
                    found["value"] = plain["value"]
                differing = [key for key in plain if not same(found[key], plain[key])]
                told = [(key, found[key], plain[key]) for key in differing]
                assert not differing, f"unroll={unroll}: {told}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_primal_is_untouched(name: str, update_golden: bool) -> None:
    REFUSED.expect(name, verdict(check_untouched, name), update_golden)


@pytest.mark.parametrize("name", PROGRAMS)
def test_refusal_leaves_the_world_alone(name: str) -> None:
    """What is refused before it runs has not written, drawn or printed anything."""
    function, args = PROGRAMS[name]
    if REFUSED.read().get(name, "right")[:3] not in ("SG1", "SG2"):
        return
    mine = copy.deepcopy(args)
    np.random.seed(1)
    before = np.random.get_state()[1:3]
    with pytest.raises(SrcgradError):
        grad(function, frontend="source")(*mine)
    assert same(np.random.get_state()[1:3], before)
    assert same(list(mine), list(copy.deepcopy(args)))


def test_programs_are_many() -> None:
    assert len(PROGRAMS) >= 40
