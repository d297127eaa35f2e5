"""Gradients by central differences, of functions of arrays, numbers, containers and objects.

A step is tried at several sizes, each extrapolated once; the size whose neighbour agrees best
counts. The arguments are copied before each evaluation, so a function may write into them.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

STEPS = (1e-1, 2e-2, 4e-3, 8e-4, 1.6e-4, 3.2e-5)
Path = tuple[Any, ...]


def children(tree: Any) -> list[tuple[Any, Any]]:
    """The (key, part) pairs of a container or object; none for anything else."""
    if isinstance(tree, dict):
        return list(tree.items())
    if isinstance(tree, (list, tuple)):
        return list(enumerate(tree))
    if dataclasses.is_dataclass(tree):
        return [(f.name, getattr(tree, f.name)) for f in dataclasses.fields(tree)]
    if hasattr(tree, "__dict__") and not isinstance(tree, type) and not callable(tree):
        return list(vars(tree).items())
    return []


def leaves(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each differentiable leaf (floating arrays and numbers) with the path that leads to it."""
    if isinstance(tree, (np.ndarray, float, complex, np.inexact)):
        if np.issubdtype(np.asarray(tree).dtype, np.inexact):
            yield path, tree
        return
    for key, part in children(tree):
        yield from leaves(part, (*path, key))


def part(tree: Any, path: Path) -> Any:
    """The part of a tree at a path; a gradient may hold an object's parts in a dictionary."""
    for key in path:
        if isinstance(tree, (list, tuple)) and isinstance(key, int):
            tree = tree[key]
        else:
            tree = tree[key] if isinstance(tree, dict) else getattr(tree, key)
    return tree


def moved(tree: Any, path: Path, step: Any) -> Any:
    """The tree with ``step`` added to its leaf at ``path``; arrays are moved in place."""
    if not path:
        if isinstance(tree, np.ndarray):
            tree += step
            return tree
        return type(tree)(tree + np.asarray(step)[()])
    key, rest = path[0], path[1:]
    if isinstance(tree, tuple):
        items = list(tree)
        items[key] = moved(items[key], rest, step)
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    if isinstance(tree, (list, dict)):
        tree[key] = moved(tree[key], rest, step)
    else:
        object.__setattr__(tree, key, moved(getattr(tree, key), rest, step))
    return tree


def slope(function: Callable[..., Any], args: Any, path: Path, direction: Any) -> float:
    """The derivative of a function along a direction of one leaf of its arguments."""

    def at(h: float) -> float:
        return float(np.real(function(*moved(copy.deepcopy(args), path, h * direction))))

    def central(h: float) -> float:
        coarse, fine = (at(h) - at(-h)) / (2 * h), (at(h / 2) - at(-h / 2)) / h
        return fine + (fine - coarse) / 3

    with np.errstate(all="ignore"):
        found = [central(h) for h in STEPS]
    gaps = [abs(a - b) for a, b in itertools.pairwise(found)]
    best = min(range(len(gaps)), key=lambda k: gaps[k] if np.isfinite(gaps[k]) else np.inf)
    return found[best + 1]


def directions(leaf: Any, rng: np.random.Generator) -> list[Any]:
    """Directions in which a leaf is tested: each coordinate of a small one, some of a large one."""
    shape = np.shape(leaf)
    size = int(np.prod(shape))
    which = range(size) if size <= 4 else rng.choice(size, 2, replace=False)
    found: list[Any] = []
    for k in which:
        unit = np.zeros(size)
        unit[k] = 1.0
        found.append(unit.reshape(shape))
    if size > 4:
        found.append(rng.normal(size=shape) / size**0.5)
    return found


def assert_gradient(
    function: Callable[..., Any], args: Any, wrt: Path, gradient: Any, rtol: float = 1e-6
) -> None:
    """Check a gradient against differences, leaf by leaf, to ``rtol`` of the leaf's scale.

    Arguments:
        function: the plain function.
        args: its arguments; they are left as they are.
        wrt: positions of the arguments that ``gradient`` has one part for, in this order.
        gradient: what is to be checked.
        rtol: tolerance relative to the largest entry of the leaf's gradient; single precision gets
            more.
    """
    rng = np.random.default_rng(7)
    if any(np.asarray(leaf).dtype in (np.float32, np.complex64) for _, leaf in leaves(list(args))):
        rtol = max(rtol, 1e-4)
    value = abs(float(np.real(function(*copy.deepcopy(args)))))
    for position, found in zip(wrt, gradient, strict=True):
        for path, leaf in leaves(args[position]):
            of_leaf = part(found, path)
            assert np.shape(of_leaf) == np.shape(leaf), f"shape of {position, path}"
            assert np.asarray(of_leaf).dtype == np.asarray(leaf).dtype, f"dtype of {position, path}"
            assert isinstance(of_leaf, np.ndarray) == isinstance(leaf, np.ndarray)
            scale = float(np.max(np.abs(of_leaf), initial=0.0))
            for direction in directions(leaf, rng):
                true = slope(function, args, (position, *path), direction)
                mine = float(np.sum(np.real(of_leaf) * direction))
                bound = rtol * max(scale, abs(true)) + 1e-9 * max(1e-2, value)
                assert abs(mine - true) <= bound, (
                    f"argument {position} at {path}: {mine!r} instead of {true!r} along {direction}"
                )
