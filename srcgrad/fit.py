"""Hands a loss to an optimiser of SciPy: parameters as one vector, gradient, Hessian product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from srcgrad.api import value_and_grad
from srcgrad.errors import ArgumentError
from srcgrad.modes import hvp
from srcgrad.runtime.signature import children, path_text, rebuilt


class Problem(dict[str, Any]):
    """Keyword arguments for ``scipy.optimize.minimize``, and the way back from its vector."""

    def __init__(
        self, loss: Callable[..., Any], start: Any, args: Sequence[Any], *, second: bool
    ) -> None:
        self._start = start
        both = value_and_grad(loss)
        x0 = flattened(start)

        def fun(x: Any) -> tuple[float, Any]:
            value, gradient = both(self.parameters(x), *args)
            return float(value), flattened(gradient)

        super().__init__(fun=fun, x0=x0, jac=True)
        if second:
            product = hvp(loss)

            def hessp(x: Any, vector: Any) -> Any:
                return flattened(product(self.parameters(x), *args, self.parameters(vector)))

            self["hessp"] = hessp

    def parameters(self, x: Any) -> Any:
        """The parameters that a vector stands for, in the structure, shapes and dtypes of the start."""
        found, rest = _unflattened(self._start, np.asarray(x, float))
        assert not rest.size
        return found


def problem(
    loss: Callable[..., Any], start: Any, args: Sequence[Any] = (), *, second: bool = False
) -> Problem:
    """State the minimisation of a loss for ``scipy.optimize.minimize``.

    Arguments:
        loss: a scalar function of the parameters, then of ``args``.
        start: the parameters to start from: a number, an array, or containers of them.
        args: further arguments, which stay as they are.
        second: whether to give products with the Hessian too, for ``"trust-ncg"``, ``"Newton-CG"`` ...

    Returns:
        A dict to be passed as ``minimize(**problem(...))``; its ``parameters(result.x)`` are the
        parameters found, in the structure of ``start``.

    Raises:
        ArgumentError: if ``start`` holds something else than floating-point arrays and numbers.

    Example:
        >>> from scipy.optimize import minimize
        >>> task = problem(lambda p: (p["a"] - 3.0) ** 2 + p["b"] ** 2, {"a": 0.0, "b": 1.0})
        >>> found = task.parameters(minimize(**task).x)
        >>> round(found["a"], 3)
        3.0
    """
    return Problem(loss, start, args, second=second)


def flattened(value: Any) -> Any:
    """All numbers of a value as one vector of float64."""
    return np.concatenate(
        [np.zeros(0), *(np.ravel(v) for v in _numbers(value, (("arg", "start"),)))]
    )


def _numbers(value: Any, path: Any) -> list[Any]:
    parts = children(value)
    if parts is not None:
        return [v for step, part in parts for v in _numbers(part, (*path, step))]
    if isinstance(value, float) or np.asarray(value).dtype.kind == "f":
        return [np.asarray(value, float)]
    message = f"{path_text(path)} is no floating-point number or array"
    raise ArgumentError("SG301", message, "pass it in args, or as float")


def _unflattened(like: Any, x: Any) -> tuple[Any, Any]:
    parts = children(like)
    if parts is None:
        size = np.size(like)
        own = x[:size].reshape(np.shape(like))
        if isinstance(like, np.ndarray):
            return own.astype(like.dtype), x[size:]
        return type(like)(own), x[size:]
    found = []
    for _, part in parts:
        new, x = _unflattened(part, x)
        found.append(new)
    return rebuilt(like, found), x


__all__ = ["Problem", "flattened", "problem"]
