"""Slices, meshes, grids and truths as indices; orders and copies: bit-equal in both front ends."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from language_cases import noting, refusal

from srcgrad import check_grads, value_and_grad

X = np.array([0.7, -1.3, 2.1])
M = np.arange(12.0).reshape(3, 4) * 0.3 + 0.1
W = np.cos(np.arange(12.0))
F = np.asfortranarray(np.random.default_rng(0).normal(size=(37, 53)))
CASES: list[Any] = []
case = noting(CASES)


# -- objects as indices ----------------------------------------------------------------------------------


@case(M)
def slice_objects(x):
    rows, every = slice(1, 3), slice(None)
    pair = (slice(None), slice(0, 4, 2))
    y = np.sum(x[rows] ** 2) + np.sum(x[pair] ** 3) + np.sum(x[every, slice(2)])
    return y + np.sum(np.delete(x[0], slice(0, 1)) ** 2) + np.sum(np.delete(x, [0, 2], axis=1))


@case(M)
def slices_by_axis(x):
    after, before = [slice(None)] * x.ndim, [slice(None)] * x.ndim
    after[1], before[-1] = slice(1, None), slice(None, -1)
    return np.sum((x[tuple(after)] - x[tuple(before)]) ** 2 * W[:9].reshape(3, 3))


@case(M)
def blocks(x):
    total = 0.0
    for k in range(3):
        block = slice(k, k + 2)
        total = total + np.sum(x[:, block] ** 2) * (k + 1)
    return total


@case(M)
def index_expressions(x):
    mesh = np.ix_([True, False, True], np.array([0, 2]))
    y = np.sum(x[np.s_[1:, ::2]] ** 2) + np.sum(x[np.index_exp[0]]) + np.sum(x[mesh] ** 3)
    return y + np.sum(np.log(x[range(3), np.array([0, 2, 1])]) * X)


@case(M)
def written_by_objects(x):
    y = x.copy()
    y[slice(0, 2), slice(None, None, 2)] = 0.0
    y[np.ix_([0, 1], [1, 3])] *= 2
    y[np.s_[2:]] += x[0]
    return np.sum(y**2)


@case(M)
def grids(x):
    i, j = np.mgrid[0:3, : x.shape[1]]
    a, b = np.mgrid[-1:1:3j, 0:2:4j], np.ogrid[0:1.5:0.5, 1:5]
    y = np.sum(x * i + x**2 * j) + np.sum(a[0] * x + a[1] * x**2) + np.sum(b[0] * x * b[1])
    return y + np.sum((np.mgrid[1:0:-0.25] + np.ogrid[0:4] + np.mgrid[0:1:4j]) * x)


@case(X)
def truths_as_indices(x):
    y, mask, positive = x**2, np.array(True), np.sum(x) > 0
    return np.sum(y[mask]) + np.sum(y[~mask]) + np.sum(y[positive] * x) + np.sum(y[~positive])


@case(M)
def flat_elements(x):
    a, b, c = x[0, :3].flat
    total = a * b + c * x.flat[5]
    for k, v in enumerate(x.flat):
        total += v * v * k
    return total + np.sum(x.flat)


# -- arrays of ranges, of nothing, of rows; sorted in place -----------------------------------------------


@case(X)
def arrays_of_ranges(x):
    y = np.array(range(3)) * x + np.asarray(range(1, 4)) * x**2
    return np.sum(y * np.array(range(len(x)), dtype=float)) / np.size(M, 0) * np.size(M, axis=1)


@case(X)
def arrays_of_nothing(x):
    v, w = np.array([], dtype=float), np.array([])
    for i in range(3):
        v = np.append(v, x[i] ** 2)
    w = np.concatenate([w, x])
    y = np.concatenate([np.outer(v, w), x[np.newaxis]], axis=None)
    return np.sum(y * np.cos(np.arange(12.0))) + np.sum(np.append(w, []) ** 3)


@case(X)
def rows_beside_an_array(x):
    total = 0.0
    for a, (b, c) in zip(x, [(1, 2.5), (3, 4.5), (5, 6.5)], strict=False):
        total += a * b + a * a * c
    return total


@case(M)
def sorted_in_place(x):
    a, b, c = np.array([3.0, 1.0, 2.0]), -x, np.sin(x * 7)
    a.sort()
    b.sort(axis=0)
    c[1].sort()
    row = b[2]
    c[2:].sort(kind="stable")
    return np.sum(a @ b) + np.sum(row * W[:4]) + np.sum(c * W.reshape(3, 4))


# -- orders and copies -------------------------------------------------------------------------------------


@case(M)
def columns_first(x):
    y = np.sum(x.reshape(4, 3, order="F") * W.reshape(4, 3)) + np.sum(x.ravel(order="F") * W)
    y += np.sum(np.reshape(x, (2, -1), "F") ** 2 * W.reshape(2, 6)) + np.sum(
        x.flatten("F") ** 3 * W
    )
    z = x[0].reshape(2, 2, order="F") * [[1.0, 2.0], [3.0, 4.0]]
    return y + np.sum(z) + np.sum(np.ravel(x, "F")[1:4] * X) + np.sum(x.flatten("C")[2:4])


@case(F)
def orders_of_copies(x):
    total = np.sum(x.copy()) + 3 * np.sum(x.copy("K")) + 5 * np.sum(np.copy(x))
    return total + 7 * np.sum(x.copy(order="F")) + 11 * np.sum(np.copy(x, order="C"))


@case(F)
def copies_keep_the_order(x):
    held = copy.deepcopy({"a": x})
    return np.sum(copy.copy(x)) + 3 * np.sum(copy.deepcopy(x) * x) + 5 * np.sum(held["a"])


class Node:
    def __init__(self, x):
        self.x = x
        self.kids = []

    def total(self):
        return np.sum(self.x**2) + sum(k.total() for k in self.kids)


@case(X)
def copies_of_containers(x):
    a = [x * 2, [x[0], 3.0], x]
    a[2] = a[0]
    deep, flat = copy.deepcopy(a), copy.copy(a)
    a[0][0] = 5.0
    deep[0][1] = 7.0
    a[1].append(1.0)
    return np.sum(deep[2] * x) + len(deep[1]) + np.sum(flat[0] ** 2) + len(flat[1]) * x[0]


@case(X)
def copies_of_objects(x):
    node = Node(x)
    node.kids.append(Node(x * 2))
    deep, flat = copy.deepcopy(node), copy.copy(node)
    deep.kids[0].x = deep.kids[0].x * 3
    deep.x[0] = 4.0
    flat.x = x * 5
    flat.kids.append(Node(x))
    return node.total() + deep.total() + flat.total()


@pytest.mark.parametrize("frontend", ["source", "record"])
@pytest.mark.parametrize(("function", "args"), CASES)
def test_value_and_gradient(function: Any, args: Any, frontend: str) -> None:
    value, _ = value_and_grad(function, frontend=frontend)(*args)
    assert value == function(*args)
    if frontend == "source":
        check_grads(function, args, rtol=1e-6)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("it = x.flat\n    return sum(v for v in it)", "SG104"),
        ("return np.sum(x.ravel(order='K'))", "SG202"),
        ("return np.sum(np.mgrid[0:] * x[0])", "SG214"),
        ("for k in range(2):\n        s = slice(k, k + 1)\n    return np.sum(x[s])", "SG225"),
        ("return np.sum(x[np.ix_([[0, 1]])])", "SG218"),
    ],
)
def test_refused_with_place_and_remedy(body: str, code: str, tmp_path: Any) -> None:
    error = refusal(tmp_path, f"import numpy as np\ndef f(x):\n    {body}\n", M)
    assert error.code == code
    assert error.remedy
