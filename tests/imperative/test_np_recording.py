"""What is recorded of arrays of `srcgrad.np`: reads, writes, casts, assembly; gradients by hand."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, np
from srcgrad.errors import FrontendError, SrcgradError, WriteError


def test_a_variable_is_not_written_while_recording() -> None:
    x = np.ones(2)
    x.attach_grad()
    with autograd.record(), pytest.raises(WriteError):
        x[0] = 3


def gradient(function: Any, *values: Any) -> list[Any]:
    """The gradients of the sum of a function's elements."""
    arrays = [np.array(v) for v in values]
    for array in arrays:
        array.attach_grad()
    with autograd.record():
        made = function(*arrays)
    made.backward()
    return [a.grad.tolist() for a in arrays]


def test_a_fancy_read_adds_repeated_elements() -> None:
    assert gradient(lambda p: p[range(2), [2, 2]] * 3, [[1.0, 2, 3], [4, 5, 6]]) == [
        [[0, 0, 3], [0, 0, 3]]
    ]
    assert gradient(lambda p: p[[0, 2, 0]] * 2, [1.0, 2, 3]) == [[4, 0, 2]]


def test_the_shape_of_a_masked_read_may_change_from_run_to_run() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0])
    x.attach_grad()
    for bound, expected in ((2.5, [0, 0, 3, 4]), (1.5, [0, 4 / 3, 2, 8 / 3]), (2.5, [0, 0, 3, 4])):
        with autograd.record():
            chosen = x[x > bound]
            y = (chosen * chosen).mean()
        y.backward()
        onp.testing.assert_allclose(x.grad.asnumpy(), expected, rtol=1e-6)


def test_a_mask_cast_to_floats_is_a_constant() -> None:
    assert gradient(lambda x: (x > 1).astype("float32") * x, [1.0, 2, 3]) == [[0, 1, 1]]
    assert gradient(lambda x: np.argsort(x).astype("float32") * x, [3.0, 1, 2]) == [[1, 2, 0]]


def test_arrays_of_recorded_scalars_are_differentiated() -> None:
    assert gradient(lambda x: np.array([x[1] * 2, 5.0, x[0]]), [1.0, 2]) == [[1, 2]]
    assert gradient(lambda x: np.full((3,), x[0]), [1.0, 2]) == [[3, 0]]
    assert gradient(lambda x: np.linspace(x[0], x[1], 3), [1.0, 2]) == [[1.5, 1.5]]
    assert gradient(lambda x: np.logspace(x[0], 0 * x[0], 1), [0.0]) == [
        [pytest.approx(onp.log(10))]
    ]


def test_elements_in_the_order_of_fortran_are_differentiated() -> None:
    def reordered(x: Any) -> Any:
        return x.reshape(3, 2, order="F") * np.arange(6).reshape(3, 2) + x.flatten("F")[:2]

    assert gradient(reordered, [[1.0, 2, 3], [4, 5, 6]]) == [[[3, 4, 3], [5, 1, 5]]]


def test_slices_are_assigned_and_differentiated() -> None:
    def assigned(x: Any, y: Any) -> Any:
        out = np.zeros(4)
        out[1:3] = x * y
        out[0] = x[1]
        return out * np.arange(4)

    assert gradient(assigned, [1.0, 2], [3.0, 4]) == [[3, 8], [1, 4]]


def test_out_is_written_and_differentiated() -> None:
    def written(x: Any) -> Any:
        out = np.zeros(2)
        assert np.exp(x, out=out) is out
        return out

    (found,) = gradient(written, [0.0, 1.0])
    onp.testing.assert_allclose(found, [1.0, onp.e], rtol=1e-6)


def test_what_a_loop_updates_in_place_is_differentiated() -> None:
    def summed(x: Any) -> Any:
        total = np.zeros(2)
        for k in range(3):
            total += x * k
        return total * x

    assert gradient(summed, [1.0, 2.0]) == [[6, 12]]


def test_sort_is_in_place() -> None:
    x = np.array([3, 1, 2])
    assert x.sort() is None
    assert x.tolist() == [1, 2, 3]


def test_copies_and_pickles_are_constants_of_the_same_contents() -> None:
    x = np.arange(3)
    x.attach_grad()
    for made in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert type(made) is np.ndarray
        assert made.grad is None
        assert made.tolist() == x.tolist()
        made[:] = 0
        assert x.tolist() == [0, 1, 2]


def test_integers_have_gradients_of_their_dtype() -> None:
    x = np.array([1, 2, 3], dtype="int32")
    x.attach_grad()
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    assert repr(x.grad) == "array([2, 4, 6], dtype=int32)"


def test_a_float_passes_through_integers() -> None:
    assert gradient(lambda x: x.astype("int32") * 2, [1.5, 2.5]) == [[2, 2]]


def test_complex_numbers_made_of_a_variable_without_axes() -> None:
    assert gradient(lambda x: np.real(1j * x * x * 1j), 1.5) == [-3.0]
    assert gradient(lambda x: np.imag(1j * x * 3.0), 1.5) == [3.0]


def test_a_refusal_is_told_at_the_line_that_was_recorded() -> None:
    def first(x: Any) -> Any:
        return np.linalg.lstsq(x, np.ones(2), rcond=None)[1]

    def second(x: Any) -> Any:
        return np.linalg.lstsq(x, np.ones(2), rcond=None)[1]

    for function in (first, second):
        with pytest.raises(SrcgradError, match="gives only its solution") as caught:
            gradient(function, [[1.5, 0.2], [0.3, 2.0]])
        assert isinstance(caught.value, FrontendError) and caught.value.span is not None
        assert caught.value.span.line == function.__code__.co_firstlineno + 1
