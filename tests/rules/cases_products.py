"""Sample cases of products over axes and of linear algebra."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from case_values import Shape, normal, positive, regular
from rule_programs import Case


def _einsum(subscripts: str, *operands: Any, reads: Any = None) -> Case:
    return Case(
        "einsum",
        operands,
        {"subscripts": subscripts},
        lambda *xs: np.einsum(subscripts, *xs),
        analytic=True,
        ranked=True,
        reads=reads,
    )


def _einsums() -> Iterator[Case]:
    a, b, c = normal(2, 3), normal(3, 4, seed=1), normal(4, 2, seed=2)
    yield _einsum("ij,jk->ik", a, b)
    yield _einsum("ij,jk,kl->il", a, b, c)
    yield _einsum("ij,jk,ki->", a, b, c)
    yield _einsum("ij->ji", a)
    yield _einsum("ij->", a)
    yield _einsum("ij->j", a)
    yield _einsum("ij,kl->ik", a, b)
    yield _einsum("i,j->ij", normal(3), normal(4, seed=1))
    yield _einsum("bij,bjk->bik", normal(5, 2, 3), normal(5, 3, 4, seed=1))
    yield _einsum("ij,ij->i", a, normal(2, 3, seed=4))
    yield _einsum("ij,ij->ij", normal(2, 1), normal(2, 3, seed=4))
    yield _einsum("i,i->", normal(3), reads=(0, 0))


PAIRS: dict[str, tuple[tuple[Shape, Shape], ...]] = {
    "inner": (
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (4, 3)),
        ((2, 3), (4, 3)),
        ((2, 5, 3), (4, 3)),
    ),
    "vdot": (((3,), (3,)), ((2, 3), (3, 2)), ((2, 3), (2, 3))),
    "kron": (((3,), (4,)), ((2, 3), (4, 2)), ((1, 3), (2, 2))),
    "cross": (((3,), (3,)), ((4, 3), (4, 3)), ((4, 3), (3,)), ((2, 1, 3), (4, 3))),
}
CONTRACTED: tuple[tuple[Shape, Shape, Any], ...] = (
    ((2, 3), (3, 4), ((1,), (0,))),
    ((2, 3, 4), (4, 3, 5), ((1, 2), (1, 0))),
    ((2, 3), (2, 3), ((0, 1), (0, 1))),
    ((2, 3), (4,), ((), ())),
    ((3, 2, 4), (5, 4, 3), ((2, 0), (1, 2))),
)


def _products() -> Iterator[Case]:
    for left, right, axes in CONTRACTED:
        operands = (normal(*left), normal(*right, seed=1))
        yield Case("tensordot", operands, {"axes": axes}, analytic=True, ranked=True)
    for n, m in ((5, 3), (3, 5), (4, 4)):
        for attrs in ({}, {"mode": "full"}):
            yield Case("correlate", (normal(n), normal(m, seed=1)), attrs, ranked=True)
    stacked = (normal(2, 3), normal(4, 3, 5, seed=1))
    yield Case("dot_stack", stacked, {}, np.dot, analytic=True, ranked=True)
    yield Case("dot_stack", (normal(3), stacked[1]), {}, np.dot, analytic=True, ranked=True)
    counted = (np.array([0, 2, 0, 1]), normal(4))
    yield Case("bincount_weights", counted, {}, np.bincount)
    for name, shapes in PAIRS.items():
        for left, right in shapes:
            operands = (normal(*left), normal(*right, seed=1))
            yield Case(name, operands, analytic=name != "vdot", ranked=True)
    for n, m in ((5, 3), (3, 5), (4, 4), (1, 3), (6, 2)):
        for attrs in ({}, {"mode": "same"}, {"mode": "valid"}):
            yield Case(
                "convolve", (normal(n), normal(m, seed=1)), attrs, analytic=True, ranked=True
            )
    factors = (normal(2, 3), normal(3, 4, seed=1), normal(4, 2, seed=2))
    chained = lambda *xs: np.linalg.multi_dot(xs)
    yield Case("multi_dot", factors, {}, chained, analytic=True, ranked=True)
    factors = (*factors, normal(2, 5, seed=9))
    yield Case("multi_dot", factors, {}, chained, analytic=True, ranked=True)


def _linalg(name: str, *operands: Any) -> Case:
    run = getattr(np.linalg, name)
    return Case(name, operands, {}, lambda *xs: run(*xs), ranked=name == "solve", delicate=True)


def _matrices() -> Iterator[Case]:
    a, stack = regular(3, 3), regular(2, 3, 3)
    for b in (normal(3), normal(3, 2), normal(2, 3, 2)):
        yield _linalg("solve", a, b)
    for b in (normal(2, 3, 2), normal(3, 2), normal(3)):
        yield _linalg("solve", stack, b)
    for x in (a, stack, regular(1, 1)):
        yield _linalg("inv", x)
        yield _linalg("det", x)
    yield _linalg("det", np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.5, -1.0, 2.0]]))
    for x in (positive(3, 3), positive(2, 4, 4), np.array([[2.0]])):
        yield _linalg("cholesky", x)
        yield _linalg("eigvalsh", x)
    singular = lambda v: np.linalg.svd(v, compute_uv=False)
    for x in (normal(4, 3), normal(3, 4), normal(2, 4, 3), regular(3, 3)):
        yield _linalg("pinv", x)
        yield Case("singular_values", (x,), {}, singular, delicate=True)
    least = lambda a, b: np.linalg.lstsq(a, b)[0]
    for rows, columns in ((4, 3), (3, 4)):
        for b in (normal(rows), normal(rows, 2)):
            yield Case("lstsq", (normal(rows, columns), b), {}, least, ranked=True, delicate=True)
    for p in (3, 1.5, 4):
        for attrs in ({}, {"axis": 0}, {"axis": -1, "keepdims": True}):
            value = normal(3, 4) if attrs else normal(5)
            expected = lambda v, p=p, attrs=attrs: np.linalg.norm(v, p, **attrs)
            yield Case("p_norm", (value,), {"ord": p, **attrs}, expected, delicate=True)


def product_cases() -> Iterator[Case]:
    """Cases of all ops of these kinds."""
    for group in (_einsums, _products, _matrices):
        yield from group()
