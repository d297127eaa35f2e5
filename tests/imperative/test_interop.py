"""NumPy's own functions on arrays of `srcgrad.np`, and memory that goes to other libraries and back."""

from __future__ import annotations

from typing import Any

import numpy as onp
import pytest
from scipy.stats import norm

from srcgrad import autograd, np
from srcgrad.errors import CutGradientWarning, KindError

VALUES = onp.array([1.0, 2.0, 4.0])

# NumPy's function on one array: what it gives is ours, and is differentiated.
CALLS = [
    "onp.sum(x)",
    "onp.exp(x)",
    "onp.concatenate([x, x * x])",
    "onp.where(x > 1.5, x, 0 * x)",
    "onp.linalg.norm(x)",
    "onp.dot(x, x)",
    "onp.stack([x, x])",
    "onp.mean(x)",
    "onp.add(x, 1.5)",
    "onp.multiply(2.5, x)",
    "onp.add.reduce(x)",
    "onp.add.accumulate(x * x)",
    "onp.multiply.outer(x, x)",
    "onp.multiply.reduce(x)",
    "onp.array([1.0, 2.0, 3.0]) * x",
    "x - onp.array([1.0, 2.0, 3.0])",
    "onp.array([[1.0, 2.0, 3.0]]) @ x",
    "x / onp.arange(1, 4)",
    "onp.float64(2.5) * x",
    "x ** onp.int64(2)",
    "onp.interp(x, onp.array([0.0, 3.0, 5.0]), onp.array([1.0, 0.0, 4.0]))",
]


@pytest.mark.parametrize("text", CALLS)
def test_functions_of_numpy_are_recorded(text: str) -> None:
    x = np.array(VALUES)
    x.attach_grad()
    with autograd.record():
        made = eval(text, {"onp": onp, "x": x})
    assert type(made) is np.ndarray
    truth = eval(text, {"onp": onp, "x": VALUES})
    onp.testing.assert_allclose(made.asnumpy(), truth, rtol=1e-12)
    made.backward()
    slopes = []
    for k in range(3):
        ends = [
            eval(text, {"onp": onp, "x": VALUES + sign * 1e-6 * (onp.arange(3) == k)}).sum()
            for sign in (1, -1)
        ]
        slopes.append((ends[0] - ends[1]) / 2e-6)
    onp.testing.assert_allclose(x.grad.asnumpy(), slopes, rtol=1e-5, atol=1e-7)


def test_float32_stays_float32_beside_numbers_of_numpy() -> None:
    x = np.array([1, 2])
    for made in (onp.float64(2) * x, x * onp.float64(2), onp.float64(2) + x, x ** onp.float64(2)):
        assert made.dtype == onp.float32


def test_an_array_of_numpy_is_an_operand_with_its_own_dtype() -> None:
    x = np.array([1, 2])
    assert (x * onp.array([1.0, 2.0])).dtype == onp.float64
    assert (x * onp.array([1.0, 2.0], onp.float32)).dtype == onp.float32
    assert (onp.array([1, 2]) * x).dtype == onp.float32


def test_a_constant_of_numpy_may_be_written_before_backward() -> None:
    x = np.array([1.0, 2.0])
    x.attach_grad()
    c = onp.array([3.0, 4.0], onp.float32)
    with autograd.record():
        y = x * c
    c[:] = 100
    y.backward()
    assert x.grad.tolist() == [3, 4]


def test_out_of_numpy_and_of_ours() -> None:
    x = np.array([1.0, 2.0])
    theirs, ours = onp.zeros(2), np.zeros(2)
    assert onp.add(x, 1, out=theirs) is theirs
    assert theirs.tolist() == [2, 3]
    assert onp.add(x, 1, out=ours) is ours
    assert onp.sum(x, out=np.zeros(())).tolist() == 3
    assert ours.tolist() == [2, 3]
    theirs += x
    assert theirs.tolist() == [3, 5]
    parts = onp.modf(x * 1.5, out=(np.zeros(2), np.zeros(2)))
    assert [p.tolist() for p in parts] == [[0.5, 0], [1, 3]]


def test_a_function_without_a_derivative_is_refused_when_it_is_differentiated() -> None:
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = onp.polydiv(x, np.array([1.0]))[0] + x
    with pytest.raises(SyntaxError, match="polydiv"):
        y.backward()
    assert issubclass(KindError, SyntaxError)


WRITES = [
    "onp.fill_diagonal(m, x[0])",
    "onp.put(m, [1, 2], x[:2])",
    "onp.place(m, m > 2.5, x)",
    "onp.putmask(m, m > 2.5, 7.0)",
    "onp.copyto(m, x)",
    "onp.add.at(m, (onp.array([0, 0]), onp.array([1, 1])), x[:2])",
    "onp.multiply(m, x, m)",
    "onp.sum(m, 1, None, m[:, 0])",
]


@pytest.mark.parametrize("text", WRITES)
def test_functions_of_numpy_that_write_are_recorded(text: str) -> None:
    start = onp.array([[1.0, 2.0, 3.0], [4.0, 0.5, 1.0], [3.0, 2.0, 1.0]])

    def contents(values: Any, x: Any, matrix: Any) -> Any:
        m = matrix * 2
        exec(text, {"onp": onp, "x": x, "m": m})
        return m * m

    x, matrix = np.array(VALUES), np.array(start)
    x.attach_grad()
    matrix.attach_grad()
    if "m[:, 0]" in text:  # the memory of a column is a copy in MXNet's dialect
        return
    with autograd.record():
        made = contents(None, x, matrix)
    made.backward()
    onp.testing.assert_allclose(made.asnumpy(), contents(None, VALUES.copy(), start))
    for variable, base, of in (
        (x, VALUES, lambda v: contents(None, v, start)),
        (matrix, start, lambda v: contents(None, VALUES, v)),
    ):
        slopes = onp.zeros_like(base)
        for place in onp.ndindex(base.shape):
            step = onp.zeros_like(base)
            step[place] = 1e-6
            slopes[place] = (of(base + step).sum() - of(base - step).sum()) / 2e-6
        onp.testing.assert_allclose(variable.grad.asnumpy(), slopes, rtol=1e-5, atol=1e-6)


def test_an_array_of_numpy_is_not_written_with_ours() -> None:
    with pytest.raises(TypeError, match="asnumpy"):
        onp.copyto(onp.zeros(2), np.ones(2))


def test_asarray_is_a_copy() -> None:
    x = np.array([1.0, 2.0])
    taken = onp.asarray(x)
    taken[:] = 9
    assert x.tolist() == [1, 2]
    assert onp.asarray(x, dtype="int64").dtype == onp.int64


def test_memory_of_another_library_is_shared_with_dlpack() -> None:
    theirs = onp.arange(3.0)
    x = np.from_dlpack(theirs)
    assert type(x) is np.ndarray
    assert x.dtype == onp.float64
    theirs[0] = 7
    assert x.tolist() == [7, 1, 2]


def test_read_only_memory_is_copied() -> None:
    theirs = onp.arange(3.0)
    theirs.flags.writeable = False
    x = np.from_dlpack(theirs)
    x[0] = 7
    assert x.tolist() == [7, 1, 2]
    assert theirs.tolist() == [0, 1, 2]


def test_our_memory_is_shared_with_dlpack() -> None:
    x = np.arange(3)
    taken = onp.from_dlpack(x)
    x[0] = 5
    assert taken.tolist() == [5, 1, 2]
    assert x.__dlpack_device__() == (1, 0)


class Exported:
    """An array of another library, known by the protocol only."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __dlpack__(self, **options: Any) -> Any:
        return self.data.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.data.__dlpack_device__()


def test_np_array_keeps_the_dtype_of_another_librarys() -> None:
    made = np.array(Exported(onp.array([1, 2])))
    assert (made.dtype, made.tolist()) == (onp.int64, [1, 2])


def test_an_array_in_a_notebook_shows_its_text() -> None:
    assert not hasattr(np.arange(2), "_repr_html_")
    assert repr([np.arange(2)]) == "[array([0., 1.])]"


@pytest.mark.parametrize(
    "text",
    [
        "buffer.__setitem__(slice(None), w * 2)",
        "onp.array([w[0] * 2, w[1]])",
        "onp.asarray(w * w)",
        "norm.cdf(w)",
    ],
)
def test_recorded_array_that_leaves_unasked_warns(text: str) -> None:
    space = {"onp": onp, "norm": norm, "buffer": onp.zeros(2), "w": np.array([1.0, 2.0])}
    eval(text, space)  # nothing is recorded here
    space["w"].attach_grad()
    with autograd.record(), pytest.warns(CutGradientWarning, match="constant") as caught:
        eval(text, space)
    assert caught[0].filename == __file__ or caught[0].filename == "<string>"


def test_recorded_array_that_leaves_by_name_does_not_warn() -> None:
    w = np.array([1.0, 2.0])
    w.attach_grad()
    with autograd.record():
        y = w * w * np.array(w.asnumpy())
        assert f"{y}" and float(y[0]) == 1.0 and y.sum().item() == 9.0
    y.backward()
    onp.testing.assert_array_equal(w.grad.asnumpy(), [2.0, 8.0])


@pytest.mark.parametrize("power", [17, 40, -20])
def test_powers_of_integers_that_are_not_part_of_a_step(power: int) -> None:
    w = np.array([1.01, 0.9], dtype="float64")
    w.attach_grad()
    with autograd.record():
        y = (w**power).sum()
    y.backward()
    expected = power * onp.array([1.01, 0.9]) ** (power - 1)
    onp.testing.assert_allclose(w.grad.asnumpy(), expected, rtol=1e-13)
