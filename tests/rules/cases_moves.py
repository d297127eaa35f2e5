"""Sample cases of the rules that move, repeat and order elements, and of statistics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from case_values import normal, sample
from rule_programs import Case, Literal

from srcgrad.ir.nodes import Slot


def _moves() -> Iterator[Case]:
    x, y = normal(3, 4), normal(2, 3, 4)
    for attrs in ({}, {"axis": 0}, {"axis": -1}, {"axis": (0, 2)}):
        yield Case("flip", (y,), attrs, analytic=True)
    for attrs in ({}, {"k": 2}, {"k": -1}, {"k": 3, "axes": (1, 2)}, {"axes": (1, 0)}):
        yield Case("rot90", (y,), attrs, analytic=True)
    for shift, attrs in ((1, {}), (-2, {"axis": 1}), (4, {"axis": 0}), (2, {"axis": -1})):
        yield Case("roll", (x, shift), attrs, analytic=True)
        yield Case("roll", (x, Literal(shift)), attrs, analytic=True)
    for k in (0, 1, -1):
        attrs = {"k": k} if k else {}
        for name in ("triu", "tril"):
            yield Case(name, (x,), attrs, analytic=True)
            yield Case(name, (y,), attrs, analytic=True)
        offset = {"offset": k} if k else {}
        yield Case("trace", (x,), offset, analytic=True, ranked=True)
        yield Case("trace", (normal(3, 3),), offset, analytic=True, ranked=True)
        yield Case("diagonal", (x,), offset, analytic=True)
        yield Case("diagonal", (y,), {**offset, "axis1": 2, "axis2": 0}, analytic=True)
        yield Case("diagonal", (y,), {**offset, "axis1": -2, "axis2": -1}, analytic=True)
        yield Case("diag", (x,), attrs, analytic=True, ranked=True)
        yield Case("diag", (normal(3, 3),), attrs, analytic=True, ranked=True)
        yield Case("diag", (normal(4),), attrs, analytic=True, ranked=True)


def _tiled(value: Any, reps: Any, *sizes: Any) -> Case:
    def tiled(v: Any, *counts: Any) -> Any:
        return np.tile(v, [counts[r.position - 1] if isinstance(r, Slot) else r for r in reps])

    return Case("tile", (value, *sizes), {"reps": reps}, tiled, analytic=True, ranked=True)


def _repeats() -> Iterator[Case]:
    x = normal(3, 4)
    for reps in ((2,), (2, 3), (1, 2), (3, 1), (2, 1, 2), (1,), (1, 1)):
        yield _tiled(x, reps)
        yield _tiled(normal(4), reps)
    yield _tiled(x, (Slot(1), 2), 3)
    yield _tiled(normal(1, 3), (2, 1))
    for count, axis in ((2, 0), (3, 1), (1, -1), (2, -2)):
        expected = lambda v, *n, count=count, axis=axis: np.repeat(v, n[0] if n else count, axis)
        attrs: dict[str, Any] = {"repeats": count, "axis": axis}
        yield Case("repeat", (x,), attrs, expected, analytic=True, ranked=True)
        slots = {"repeats": Slot(1), "axis": axis}
        yield Case("repeat", (x, count), slots, expected, analytic=True, ranked=True)
    for mode in ("constant", "edge", "reflect", "symmetric", "wrap"):
        for widths in (((1, 2), (0, 1)), ((0, 0), (2, 0)), ((0, 0), (0, 0)), ((1, 1), (1, 1))):
            attrs = {"pad_width": widths, **({} if mode == "constant" else {"mode": mode})}
            yield Case("pad", (x,), attrs, analytic=mode == "constant", ranked=True)
    filled = {"pad_width": ((1, 2),), "constant_values": 1.5}
    yield Case("pad", (normal(3),), filled, ranked=True)
    yield Case("pad", (normal(1),), {"pad_width": ((1, 1),)}, analytic=True, ranked=True)


def _orders() -> Iterator[Case]:
    x, y = normal(3, 4), normal(2, 5, 3)
    for attrs in ({}, {"axis": 0}, {"axis": 1}, {"axis": -2, "kind": "stable"}):
        yield Case("sort", (y,), attrs)
    yield Case("sort", (normal(6),), {})
    places = np.array([[2, 0, 2, 1], [1, 1, 0, 0]])
    yield Case("take_along_axis", (x, places), {"axis": 0}, analytic=True)
    yield Case("take_along_axis", (x, places[:1, :3].T), {"axis": 1}, analytic=True)
    yield Case("take_along_axis", (x, np.argsort(x, axis=-1)), {"axis": -1}, analytic=True)
    zeros = np.array([[1.5, 0.0, 2.0, -1.0], [0.0, 3.0, 0.0, 1.0], [2.0, -0.5, 1.0, 0.4]])
    for name in ("cumsum", "cumprod"):
        for attrs in ({}, {"axis": 0}, {"axis": 1}, {"axis": -2}):
            yield Case(name, (x,), attrs, analytic=True)
            yield Case(name, (y,), attrs, analytic=True)
        yield Case(name, (normal(5),), {}, analytic=True)
        yield Case(name, (normal(5),), {"axis": 0}, analytic=True)
        yield Case(name, (normal(1),), {}, analytic=True)
        yield Case(name, (np.zeros(0),), {}, analytic=True)
        yield Case(name, (zeros,), {"axis": 1}, analytic=True, title=" zeros")
    for name in ("maximum", "minimum"):
        run = getattr(np, name).accumulate
        for attrs in ({}, {"axis": 1}, {"axis": -1}):
            expected = lambda v, run=run, attrs=attrs: run(v, **attrs)
            yield Case(f"{name}_accumulate", (normal(5, 4),), attrs, expected)
    for attrs in ({}, {"axis": 0}, {"axis": (0, 2)}, {"axis": -1, "keepdims": True}):
        yield Case("median", (y,), attrs)
        for q in (0.3, 0.0, 1.0):
            level = lambda v, q=q, attrs=attrs: np.quantile(v, q, **attrs)
            yield Case("quantile", (y,), {"q": q, **attrs}, level)
        percent = lambda v, attrs=attrs: np.percentile(v, 62.0, **attrs)
        yield Case("percentile", (y,), {"q": 62.0, **attrs}, percent)


def _statistics() -> Iterator[Case]:
    x = normal(3, 4, 2)
    for name in ("var", "std"):
        for attrs in ({}, {"axis": 1}, {"axis": (0, 2), "ddof": 1}, {"axis": -1, "keepdims": True}):
            yield Case(name, (x,), attrs)
        yield Case(name, (normal(4),), {"ddof": 1})
    holes = np.where(x > 1.0, np.nan, x)
    for name in ("nansum", "nanmean", "nanmax", "nanmin"):
        for attrs in ({}, {"axis": 1}, {"axis": (0, 2)}, {"axis": -1, "keepdims": True}):
            yield Case(name, (x,), attrs)
            run = getattr(np, name)
            filled = lambda v, run=run, attrs=attrs: run(v, **attrs)
            yield Case(name, (np.sort(holes, axis=1)[:, :2],), attrs, filled, title=" NaN")
    for at in (normal(4), normal(2, 3), 0.7, np.float64(0.3)):
        yield Case("polyval", (normal(3, seed=2), at))
    points, heights = np.array([-1.5, -0.2, 0.4, 1.9]), normal(4)
    for at in (sample(-1.4, 1.8, (5,)), sample(-1.4, 1.8, (2, 3)), np.float64(0.1), 0.7):
        yield Case("interp", (at, points, heights), delicate=True)
    yield Case("interp", (np.array([-3.0, 0.1, 4.0]), points, heights), title=" outside")


def move_cases() -> Iterator[Case]:
    """Cases of all ops of these kinds."""
    for group in (_moves, _repeats, _orders, _statistics):
        yield from group()
