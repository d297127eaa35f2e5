"""What a recorded run refuses: with its code, at the user's line, and never hidden by user code."""

from __future__ import annotations

import inspect
import pickle
import sys
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.linalg import ldl, schur
from scipy.special import ber

from srcgrad import grad, value_and_grad
from srcgrad.errors import CODES, FrontendError, SrcgradError

X = np.array([0.3, 0.7, -1.2, 0.9])
SHARED = np.zeros(4)
VIEW = SHARED[1:].view(np.float32)
HELD = {"array": np.zeros(3)}
CASES: dict[str, tuple[Any, str]] = {}


def refused(code: str) -> Callable[[Any], Any]:
    """Note a function whose recorded run is refused with a code, at the line that says `# here`."""

    def note(function: Any) -> Any:
        CASES[function.__name__] = (function, code)
        return function

    return note


@refused("SG232")
def array_for_compiled_code(x):
    factor, _ = schur(x.reshape(2, 2))  # here
    return np.sum(factor)


@refused("SG232")
def write_into_an_array_of_a_container(x):
    HELD["array"][0] = x[0] * 2  # here
    return np.sum(HELD["array"])


@refused("SG232")
def float64_of_a_value(x):
    y = np.float64(x[0])  # here
    return y * y


@refused("SG232")
def a_conversion_that_user_code_hides(x):
    try:
        y = np.float64(x[0])  # here
    except Exception:
        y = 1.0
    return y * x[1]


@refused("SG232")
def buffer_of_an_array(x):
    return memoryview(x)[0] * 2.0  # here


@refused("SG232")
def bytes_of_an_array(x):
    return np.frombuffer(x.tobytes())[0] * x[1]  # here


@refused("SG201")
def function_without_a_rule(x):
    return np.sum(np.sort_complex(x).real)  # here


@refused("SG201")
def special_function_without_a_rule(x):
    return np.sum(ber(x))  # here


@refused("SG311")
def memory_of_another_dtype(x):
    VIEW[0] = x[0]  # here
    return np.sum(SHARED * x)


@refused("SG230")
def run_without_end(x):
    total = 0.0
    while total < 1e9:
        total = total + x[0]  # here
    return total


@refused("SG305")
def derivative_within_a_recorded_run(x):
    return grad(lambda y: y * y * x[0])(x[1])  # here


@refused("SG206")
def write_where_compiled_code_may_look(x):
    buffer = np.zeros(4)
    ldl(buffer.reshape(2, 2))
    buffer[0] = x[0]  # here
    return np.sum(buffer)


@pytest.mark.parametrize("name", CASES)
def test_refusal_has_its_code_and_line(name: str) -> None:
    function, code = CASES[name]
    with pytest.raises(SrcgradError) as caught:
        grad(function, frontend="record")(X.copy())
    error = caught.value
    assert error.code == code
    assert code in CODES and error.remedy
    assert isinstance(error, FrontendError) and error.span is not None
    lines, first = inspect.getsourcelines(function)
    here = next(k for k, text in enumerate(lines) if text.rstrip().endswith("# here"))
    assert (error.span.file, error.span.line) == (__file__, first + here)
    assert SHARED.tolist() == [0.0] * 4
    HELD["array"][:] = 0.0


def test_result_that_depends_on_nothing() -> None:
    with pytest.raises(SrcgradError, match="SG304"):
        grad(lambda x: 3.0, frontend="record")(X)


def test_result_that_is_no_scalar() -> None:
    with pytest.raises(SrcgradError, match="SG204"):
        grad(lambda x: x * 2, frontend="record")(X)


def test_path_on_which_the_result_is_constant_has_zero_gradient() -> None:
    def ramp(x: Any) -> Any:
        return x[0] * x[1] if x[0] < 0 else 2.5

    value, gradient = value_and_grad(ramp, frontend="record")(X)
    assert value == 2.5
    np.testing.assert_array_equal(gradient, np.zeros(4))


def test_both_refusals_are_told() -> None:
    def hopeless(x: Any) -> Any:
        with np.errstate(all="ignore"):
            yielded = (v for v in [schur(x.reshape(2, 2))])
        return np.sum(next(yielded)[0])

    with pytest.raises(SrcgradError) as caught:
        grad(hopeless)(X)
    read, recorded = str(caught.value).split("the run could not be recorded either: ")
    assert caught.value.code in read and "SG232" in recorded and "schur(x" in recorded
    assert isinstance(caught.value.__cause__, SrcgradError)
    shown = "".join(traceback.format_exception_only(caught.value))
    assert sys.version_info < (3, 11) or shown.count("could not be recorded either") == 1
    with pytest.raises(SrcgradError) as again:  # remembered, and not told twice
        grad(hopeless)(X)
    assert str(again.value) == str(caught.value)
    assert len(getattr(again.value, "__notes__", [""])) == 1


def test_both_refusals_are_told_of_a_function_without_source() -> None:
    names: dict[str, Any] = {"np": np, "schur": schur}
    exec("def hidden(x):\n    return np.sum(schur(x.reshape(2, 2))[0])", names)
    with pytest.raises(SrcgradError, match="SG232") as caught:
        grad(names["hidden"])(X)
    assert caught.value.code == "SG401"
    shown = "".join(traceback.format_exception_only(caught.value))
    assert shown.count("could not be recorded either") == 1
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_integers_are_refused_where_a_derivative_is_asked_for() -> None:
    def total(parts: Any) -> Any:
        return sum(part * part for part in parts)

    with pytest.raises(SrcgradError, match="SG301"):
        grad(total, frontend="record")([1, 2.0])
    with pytest.raises(SrcgradError, match="SG301"):
        grad(total, frontend="record")(np.arange(3))
    with pytest.raises(SrcgradError, match="SG306"):
        grad(total, frontend="record")([])


class Unseen:
    """Changes an argument's memory where no recording looks."""

    def __init__(self, array: Any) -> None:
        self.array = [array[1:]]


def test_memory_that_changes_unseen_is_noticed() -> None:
    x = X.copy()
    unseen = Unseen(x)

    def sneaky(v: Any) -> Any:
        first = np.sum(v * v)
        unseen.array[0][0] = 5.0
        return first + np.sum(v * v)

    with pytest.raises(SrcgradError, match="SG233"):
        grad(sneaky, frontend="record")(x)
