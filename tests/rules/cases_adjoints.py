"""Sample cases of what only adjoints call: transposes and slopes, which have derivatives themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from case_values import complex_normal, normal, regular, sample
from rule_programs import Case

from srcgrad.rules.windows import windows

ZEROS = np.array([[1.5, 0.0, 2.0, -1.0], [0.0, 3.0, 0.0, 1.0], [2.0, -0.5, 1.0, 0.4]])


def _products() -> Iterator[Case]:
    x, y = normal(3, 4), normal(2, 3, 4)
    for axes in (None, 0, 1, -1, (0, 2), (-1, 0), ()):
        attrs: dict[str, Any] = {} if axes is None else {"axis": axes}
        yield Case("product_of_others", (y,), attrs)
    yield Case("product_of_others", (ZEROS,), {"axis": 1}, title=" zeros")
    yield Case("product_of_others", (ZEROS,), {}, title=" zeros")
    yield Case("product_of_others", (normal(1),), {})
    yield Case("product_of_others", (complex_normal(4),), {})
    for attrs in ({}, {"axis": 0}, {"axis": -1}):
        for value in (x, ZEROS):
            title = " zeros" if value is ZEROS else ""
            g = normal(*(value.shape if attrs else (12,)), seed=1)
            yield Case("cumprod_transpose", (value, g), attrs, title=title)
            yield Case("cumprod_tangent", (value, normal(3, 4, seed=2)), attrs, title=title)
    for axis in (0, 1, -2):
        yield Case("recurrence", (x, normal(3, 4, seed=1)), {"axis": axis}, analytic=True)
    yield Case("recurrence", (complex_normal(4), complex_normal(4, seed=1)), {"axis": 0})


def _matrices() -> Iterator[Case]:
    singular = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.5, -1.0, 2.0]])
    for value in (regular(3, 3), regular(2, 4, 4), regular(1, 1), normal(2, 2)):
        t = normal(*value.shape, seed=3)
        yield Case("cofactors", (value,), delicate=True)
        yield Case("cofactor_changes", (value, t), delicate=True)
    yield Case("cofactors", (singular,), delicate=True, title=" singular")
    z = regular(3, 3) + 1j * normal(3, 3, seed=5)
    yield Case("cofactors", (z,), delicate=True)
    yield Case("cofactor_changes", (z, complex_normal(3, 3)), delicate=True)
    for value in (normal(4, 3), normal(3, 4), normal(2, 4, 3), z):
        yield Case("singular_directions", (value,), delicate=True)
    for left, right in (((3,), (3, 4)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4))):
        x, y = normal(*left), normal(*right, seed=1)
        g = normal(*(x @ y).shape, seed=2)
        yield Case("matmul_left", (x, g, y))
        yield Case("matmul_right", (y, g, x))
        if len(left) < 3:
            yield Case("dot_left", (x, g, y))
            yield Case("dot_right", (y, g, x))
    x, y, g = complex_normal(2, 3), complex_normal(3, 4, seed=1), complex_normal(2, 4, seed=2)
    yield Case("matmul_left", (x, g, y))
    yield Case("matmul_right", (y, g, x))
    yield Case("dot_left", (normal(2, 3), normal(2, 3, seed=1), np.float64(0.3)))
    yield Case("dot_right", (np.array(0.3), normal(2, 3, seed=1), normal(2, 3)))


def _moves() -> Iterator[Case]:
    x = normal(3, 4)
    for mode in ("edge", "reflect", "symmetric", "wrap"):
        attrs = {"pad_width": ((1, 2), (0, 1)), "mode": mode}
        yield Case("pad_transpose", (x, normal(6, 5)), attrs, ranked=True)
    for offset in (0, 1, -1):
        g = np.array(np.diagonal(normal(3, 4, seed=1), offset))
        yield Case("diagonal_transpose", (x, g), {"offset": offset})
    g = normal(3, 2, seed=1)
    yield Case("diagonal_transpose", (normal(2, 3, 4), g), {"axis1": 2, "axis2": 0})
    places = np.array([[2, 0, 2, 1], [1, 1, 0, 0]])
    yield Case("add_along_axis", (x, normal(2, 4), places), {"axis": 0})
    yield Case("add_along_axis", (x, complex_normal(2, 4), places), {"axis": 0})
    for shape, sides, stride, dilate in (
        ((2, 3, 7), (3,), (2,), (1,)),
        ((2, 3, 6, 5), (2, 3), (1, 2), (2, 1)),
        ((1, 2, 3, 4, 5), (2, 1, 3), (1, 2, 1), (1, 1, 2)),
    ):
        image, kernel = normal(*shape), normal(*sides, 5, 4, seed=1)
        attrs = {"stride": stride, "dilate": dilate}
        yield Case("windows", (image, kernel), attrs)
        g = normal(*windows(image, kernel, stride, dilate).shape, seed=2)
        yield Case("add_windows", (image, g), attrs)
    for shape, window, axis in (
        ((7,), 3, None),
        ((3, 4), (2, 3), None),
        ((5, 2, 4), (2, 3), (2, 0)),
    ):
        image, attrs = normal(*shape), {"window_shape": window, "axis": axis}
        shown = np.lib.stride_tricks.sliding_window_view(image, window, axis)
        yield Case("sliding_window_view", (image,), attrs)
        yield Case("add_sliding_windows", (image, normal(*shown.shape, seed=1)), attrs)
    image, attrs = normal(4, 6), {"window_shape": (2, 3), "axis": (1, 1)}
    yield Case("sliding_window_view", (image,), attrs)
    yield Case("largest", (normal(2, 3, 4),))
    yield Case("largest", (normal(2, 3, 4, 2),))
    for n, m in ((5, 3), (3, 5), (4, 4)):
        for mode in ("full", "same", "valid"):
            g = np.convolve(normal(n, seed=3), normal(m, seed=4), mode)
            operands = (normal(n), g, normal(m, seed=1))
            yield Case("convolve_transpose", operands, {"mode": mode}, ranked=True)
    operands = (complex_normal(5), complex_normal(7), complex_normal(3))
    yield Case("convolve_transpose", operands, {"mode": "full"}, ranked=True)
    for shape in ((3, 4), (2, 6), (4, 3)):
        yield Case("fit_shape", (x, normal(*shape)), ranked=True)
        yield Case("fit_shape", (x, complex_normal(*shape)), ranked=True)
    for n in (6, 7):
        for norm in ({}, {"norm": "ortho"}, {"norm": "forward"}):
            operands = (complex_normal(3, 4), normal(3, n))
            yield Case("half_spectrum", operands, {"axes": (-1,), **norm}, ranked=True)
    operands = (complex_normal(3, 4), normal(4, 6))
    yield Case("half_spectrum", operands, {"axes": (1, 0)}, ranked=True)


def _functions() -> Iterator[Case]:
    for at in (normal(4), normal(2, 3), np.float64(0.3)):
        g = normal(*np.shape(at), seed=6) if np.ndim(at) else np.float64(0.8)
        yield Case("polyval_transpose", (normal(3, seed=2), at, g))
    operands = (complex_normal(3), complex_normal(4, seed=1), complex_normal(4, seed=2))
    yield Case("polyval_transpose", operands)
    yield Case("polyder", (normal(4),), {}, np.polyder, analytic=True)
    yield Case("polyder", (normal(1),), {}, np.polyder)
    yield Case("polyder_transpose", (normal(4), normal(3, seed=1)))
    points, heights = np.array([-1.5, -0.2, 0.4, 1.9]), normal(4)
    for at in (sample(-1.4, 1.8, (5,)), sample(-1.4, 1.8, (2, 3)), np.float64(0.1), 0.7):
        g = normal(*np.shape(at), seed=6) if np.ndim(at) else np.float64(0.8)
        yield Case("interp_slope", (at, points, heights), delicate=True)
        yield Case("interp_transpose", (at, points, g), delicate=True)
    outside = np.array([-3.0, 0.1, 4.0])
    yield Case("interp_slope", (outside, points, heights), title=" outside", delicate=True)
    yield Case("interp_transpose", (outside, points, normal(3)), title=" outside", delicate=True)
    for value in (normal(3, 4), np.array([1e-9, -0.02, 0.0, 0.3]), np.float64(0.4), 0.3):
        yield Case("sinc_slope", (value,))
    for x in (0.3, 2.6, 14.0, 31.5, -0.7):
        yield Case("digamma_number", (x,))
        yield Case("polygamma_number", (1, x))
        yield Case("polygamma_number", (3, x))
    for value in (normal(3, 4), normal(3), np.float64(0.3), np.float64(-1.2)):
        yield Case("nonzero", (value,), {}, lambda v: v)
    for value in (complex_normal(3, 4), np.complex128(0.3 - 0.8j), 0.3 - 0.8j):
        yield Case("direction", (value,), {}, np.sign)


def adjoint_cases() -> Iterator[Case]:
    """Cases of all ops of these kinds."""
    for group in (_products, _matrices, _moves, _functions):
        yield from group()
