"""What explain() tells of a call: the front end that served it, and the bytes that it keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcgrad import SrcgradError, grad

X = np.linspace(0.1, 0.9, 50)


def heat(u: Any, steps: int) -> Any:
    a = u.copy()
    for _ in range(steps):
        a[1:-1] = a[1:-1] + 0.1 * (a[2:] - 2 * a[1:-1] + a[:-2])
    return np.sum(a * a)


def two_buffers(u: Any, steps: int) -> Any:
    a = u.copy()
    b = u.copy()
    for _ in range(steps):
        b[1:-1] = 0.5 * (a[2:] + a[:-2])
        a[1:-1] = 0.5 * (b[2:] + b[:-2])
    return np.sum(a * a)


def advection(u: Any, steps: int) -> Any:
    a = u.copy()
    for _ in range(steps):
        a[1:-1] = a[1:-1] * a[2:] - a[:-2] ** 2
    return np.sum(a * a)


def one_cell(u: Any, steps: int) -> Any:
    a = u.copy()
    for _ in range(steps):
        a[3] = a[3] * a[4]
    return np.sum(a * a)


@pytest.mark.parametrize("function", [heat, two_buffers])
def test_linear_stencil_keeps_nothing(function: Any) -> None:
    gradient = grad(function, unroll=False)
    for steps in (1, 10, 50):
        assert gradient.explain(X, steps).saved_bytes == 0


@pytest.mark.parametrize(("function", "read"), [(advection, 3 * (len(X) - 2)), (one_cell, 2)])
def test_stencil_keeps_what_its_adjoint_reads_in_each_step(function: Any, read: int) -> None:
    gradient = grad(function, unroll=False)
    for steps in (1, 10, 50):
        kept = gradient.explain(X, steps)
        assert 0 < kept.saved_bytes <= 8 * read * steps
        assert "kept for the backward sweep" in str(kept)
        assert kept.saved is not None and all("a[" in row.text for row in kept.saved)


def test_explaining_changes_no_argument() -> None:
    def scaled(x: Any) -> Any:
        x *= 2.0
        return np.sum(x * x)

    x = X.copy()
    grad(scaled).explain(x)
    np.testing.assert_array_equal(x, X)


def relaxed(u: Any, steps: int) -> Any:
    a = u.copy()
    for _ in range(steps):
        a[1:] = np.minimum(a[1:], 0.9 * a[:-1])
    return np.sum(a * a)


def gated(u: Any, steps: int) -> Any:
    a = u
    for _ in range(steps):
        a = np.where(a > 0.5, 0.9 * a, 0.1 * a + 0.3)
    return np.sum(a * a)


@pytest.mark.parametrize(("function", "each"), [(relaxed, 8 * (len(X) - 1)), (gated, len(X))])
def test_of_a_comparison_the_outcome_is_kept(function: Any, each: int) -> None:
    gradient = grad(function, unroll=False)
    for steps in (1, 10, 50):
        assert gradient.explain(X, steps).saved_bytes == each * steps
    reference = grad(function, unroll=True)(X, 10)
    np.testing.assert_allclose(gradient(X, 10), reference, rtol=1e-13)


class Holder:
    def __init__(self, w: Any) -> None:
        self.w = w


def test_a_recorded_function_is_explained_without_running_it() -> None:
    runs = []

    def noted(x: Any) -> Any:
        runs.append(len(runs))
        stream = (v * v for v in x)
        return next(stream) + sum(stream)

    gradient = grad(noted)
    first = gradient.explain(X)
    assert "recorded, because" in str(first) and "n: " not in str(first)
    assert first.saved == () and first.saved_bytes == 0 and runs == []
    np.testing.assert_allclose(gradient(X), 2 * X)
    assert str(gradient.explain(X)) == str(first)
    assert [row.frontend for row in gradient.explain().served] == ["record"]


def test_an_object_as_argument_is_explained() -> None:
    gradient = grad(lambda holder: np.sum(holder.w * holder.w))
    assert "holder: " in str(gradient.explain(Holder(X)))
    np.testing.assert_allclose(gradient(Holder(X)).w, 2 * X)


def test_what_is_asked_to_be_recorded_is_explained_before_a_call() -> None:
    gradient = grad(heat, frontend="record")
    assert 'frontend="record" asks for it' in str(gradient.explain(X, 3))
    assert str(gradient.explain()).endswith("not called yet")


def test_what_no_front_end_serves_is_refused_when_it_is_explained() -> None:
    with pytest.raises(SrcgradError, match="SG204"):
        grad(lambda x: x * 2).explain(X)
