"""Derivatives of solutions: of equations, and of iterations that have converged.

By the implicit function theorem: where ``F(x, p) = 0``, ``dx/dp = -(dF/dx)^-1 dF/dp``, whatever found ``x``.
(Griewank and Walther, Evaluating Derivatives, chapter 15.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.compositions.stopping import stop_gradient
from srcgrad.custom import custom_vjp
from srcgrad.modes import vjp

Function = Callable[..., Any]


def implicit_diff(residual: Function, solve: Function) -> Function:
    """A solver whose derivative is that of the solution, not of the steps that found it.

    Arguments:
        residual: ``F(x, *parameters)``, zero at the solution, as an array of the shape of ``x``.
        solve: ``solve(*parameters)`` gives ``x``, a vector or number. It is read like any function, but not
            differentiated.

    Returns:
        A function of the parameters. Its pullback solves one linear system with the Jacobian of the residual,
        which is made row by row.

    Example:
        >>> from srcgrad import grad
        >>> def halley(a):
        ...     x = np.ones(1)
        ...     for _ in range(50):
        ...         x = 0.5 * (x + a / x)
        ...     return x
        >>> root = implicit_diff(lambda x, a: x * x - a, halley)
        >>> round(float(grad(lambda a: np.sum(root(a)))(4.0)), 9)
        0.25
    """

    def forward(*parameters: Any) -> Any:
        x = solve(*parameters)
        return x, (x, parameters)

    def backward(saved: Any, g: Any) -> Any:
        x, parameters = saved
        at = stop_gradient(np.atleast_1d(x))
        flat = np.ravel(g)
        rows = np.zeros((at.size, at.size))
        pull = vjp(lambda z: residual(z, *parameters), at)[1]
        for k in range(at.size):
            unit = np.zeros(at.size)
            unit[k] = 1.0
            rows[k] = np.ravel(pull(unit.reshape(at.shape))[0])
        weights = np.linalg.solve(rows.T, flat).reshape(at.shape)
        return vjp(lambda *p: residual(at, *p), *parameters)[1](-weights)

    solution = custom_vjp(solve)
    solution.defvjp(forward, backward)
    return solution


def fixed_point(step: Function, iterate: Function) -> Function:
    """The same for ``x = step(x, *parameters)``: ``iterate(*parameters)`` repeats the step to convergence.

    Example:
        >>> from srcgrad import grad
        >>> def iterate(c):
        ...     x = np.zeros(1)
        ...     for _ in range(60):
        ...         x = 0.5 * np.cos(x) + c
        ...     return x
        >>> found = fixed_point(lambda x, c: 0.5 * np.cos(x) + c, iterate)
        >>> slope = grad(lambda c: np.sum(found(c)))(0.1)
        >>> bool(abs(slope - 1 / (1 + 0.5 * np.sin(iterate(0.1)[0]))) < 1e-12)
        True
    """
    return implicit_diff(lambda x, *parameters: step(x, *parameters) - x, iterate)


__all__ = ["fixed_point", "implicit_diff"]
