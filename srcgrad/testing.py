"""Checks gradients against finite differences and directional derivatives: for users' own test suites."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from srcgrad.api import grad, value_and_grad
from srcgrad.errors import SrcgradError
from srcgrad.runtime.gradient import Argnums, Gradient
from srcgrad.runtime.signature import children, rebuilt


class GradientMismatch(SrcgradError, AssertionError):
    """A gradient disagrees with central differences."""


def check_grads(
    function: Callable[..., Any],
    args: Sequence[Any],
    argnums: Argnums = 0,
    *,
    order: int = 1,
    directions: int = 3,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    seed: int = 0,
) -> None:
    """Compare the gradient of ``function`` at ``args`` with central differences along random directions.

    Rolled and path code are both checked. The step is chosen for the dtype of each array; near a kink,
    where one-sided differences disagree, the comparison is meaningless: choose another point.

    Arguments:
        function: a scalar function; a function made by ``grad`` stands for its primal.
        args: positional arguments.
        argnums: which of them to differentiate, as for ``grad``.
        order: of the highest derivative to check; from 2 on arguments are arrays and numbers.
        directions: number of random directions.
        rtol: allowed difference relative to the size of the derivative.
        atol: allowed absolute difference.
        seed: of the random directions.

    Raises:
        GradientMismatch: if a directional derivative differs, naming the direction and both numbers.
        ArgumentError: if an argument cannot be differentiated.

    Example:
        >>> check_grads(lambda x: np.sum(np.sin(x)), [np.array([0.3, 0.7])])
    """
    primal = function.primal if isinstance(function, Gradient) else function
    rng = np.random.default_rng(seed)
    wanted = argnums if isinstance(argnums, tuple) else (argnums,)
    for unroll in (False, True):
        both: Gradient = value_and_grad(primal, wanted, unroll=unroll)
        gradients = both(*args)[1]
        places = [both.names.index(n) for n in both.wrt]
        for k in range(directions):
            moves = tuple(_random_like(args[p], rng) for p in places)
            expected = sum(_dot(g, m) for g, m in zip(gradients, moves, strict=True))
            measured = _difference(primal, args, places, moves)
            if not np.isclose(expected, measured, rtol=rtol, atol=atol):
                raise GradientMismatch(
                    "SG314",
                    f"direction {k}: gradient gives {expected!r}, differences give {measured!r}",
                    "compare at a point away from kinks; if it persists, report it",
                )
    if order > 1:
        places.sort()
        moves = tuple(_random_like(args[p], rng) for p in places)
        fixed = tuple(None if k in places else a for k, a in enumerate(args))
        check_grads(
            _slope_along(primal, fixed, moves),
            (tuple(args[p] for p in places),),
            order=order - 1,
            directions=1,
            rtol=rtol,
            atol=atol,
            seed=seed + 1,
        )


def _slope_along(primal: Any, fixed: tuple[Any, ...], moves: tuple[Any, ...]) -> Callable[..., Any]:
    """The directional derivative of a function, as one of a tuple: what ``fixed`` has ``None`` for."""

    def at(point: Any) -> Any:
        rest, whole = list(point), []
        for value in fixed:
            whole.append(rest.pop(0) if value is None else value)
        return primal(*whole)

    gradient = grad(at)

    def along(point: Any) -> Any:
        total = 0.0
        for g, move in zip(gradient(point), moves):  # noqa: B905  read by the compiler
            total = total + _product(g, move)
        return total

    return along


def _product(g: Any, move: Any) -> Any:
    """The inner product of two values of the same structure, read by the compiler."""
    if isinstance(g, tuple):
        total = 0.0
        for a, b in zip(g, move):  # noqa: B905
            total = total + _product(a, b)
        return total
    return np.sum(g * move)


_NUMERIC = (float, complex, np.ndarray, np.inexact)


def _map(value: Any, change: Callable[[Any], Any]) -> Any:
    """A container rebuilt with its numeric leaves changed."""
    parts = children(value)
    if parts is None:
        return change(value) if _has_derivative(value) else value
    return rebuilt(value, [_map(part, change) for _, part in parts])


def _has_derivative(value: Any) -> bool:
    """Whether a leaf is of floating point."""
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    return isinstance(value, _NUMERIC) and kind in "fc"


def _leaves(value: Any) -> list[Any]:
    found: list[Any] = []
    _map(value, lambda leaf: found.append(leaf))
    return found


def _random_like(value: Any, rng: np.random.Generator) -> Any:
    def draw(leaf: Any) -> Any:
        move = rng.standard_normal(np.shape(leaf))
        return move + 1j * rng.standard_normal(np.shape(leaf)) if np.iscomplexobj(leaf) else move

    return _map(value, draw)


def _dot(gradient: Any, move: Any) -> float:
    pairs = zip(_leaves(gradient), _leaves(move), strict=True)
    return float(sum(np.sum((np.conj(g) * m).real) for g, m in pairs))


def _moved(value: Any, move: Any, step: float) -> Any:
    moves = iter(_leaves(move))

    def shift(leaf: Any) -> Any:
        moved = leaf + step * next(moves)
        array = isinstance(leaf, (np.ndarray, np.generic))
        return moved.astype(leaf.dtype) if array else type(leaf)(moved)

    return _map(value, shift)


def _difference(
    primal: Callable[..., Any], args: Sequence[Any], places: Sequence[int], moves: Sequence[Any]
) -> float:
    """Central difference along the moves, by Richardson extrapolation of two steps."""
    single = any(
        getattr(leaf, "dtype", None) in (np.float32, np.complex64)
        for p in places
        for leaf in _leaves(args[p])
    )
    step = 1e-2 if single else 1e-4

    def slope(h: float) -> float:
        ends = []
        for sign in (h, -h):
            new = list(args)
            for place, move in zip(places, moves, strict=True):
                new[place] = _moved(args[place], move, sign)
            result = primal(*new)
            ends.append(float(np.asarray(result).reshape(())))
        return (ends[0] - ends[1]) / (2 * h)

    return (4 * slope(step / 2) - slope(step)) / 3


__all__ = ["GradientMismatch", "check_grads"]
