"""Derivatives other than the gradient: products with Jacobians and Hessians, and these themselves.

Each is a short function that takes derivatives inside; the compiler reads it, writes them out, and runs
the text. So a mode is differentiable like any function, and ``.source`` of it shows its code.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.api import grad
from srcgrad.errors import ArgumentError, SrcgradError
from srcgrad.runtime.gradient import Gradient
from srcgrad.runtime.trees import copied, fitted
from srcgrad.transform.options import Options

Function = Callable[..., Any]
_KEPT = 256
_AT_ONCE = 2**25  # elements of the largest argument times tangents that are carried at once


def compiled(function: Function) -> Gradient:
    """A function whose text is written and run as that of a gradient is, derivatives in it written out.

    Example:
        >>> square_slope = compiled(lambda x: grad(lambda y: y * y)(x))
        >>> square_slope(3.0)
        6.0
    """
    return Gradient(function, (), Options(run=True), unroll=False, frontend="source")


@functools.lru_cache(maxsize=_KEPT)
def _pushed(function: Function) -> Gradient:
    def pushed(primals: Any, tangents: Any) -> Any:
        return jvp(function, primals, tangents)

    return compiled(pushed)


@functools.lru_cache(maxsize=_KEPT)
def _pulled(function: Function) -> Gradient:
    def pulled(primals: Any, cotangent: Any) -> Any:
        return vjp(function, *primals)[1](cotangent)

    return compiled(pulled)


def _alone(function: Function, args: Any, k: int) -> Function:
    """A function of one of the arguments alone, the others as they are."""

    def moved(z: Any) -> Any:
        return function(*args[:k], z, *args[k + 1 :])

    return moved


def _flat_alone(function: Function, args: Any, k: int) -> Function:
    """The same, with the axes of its result made flat."""
    moved = _alone(function, args, k)
    return lambda z: np.ravel(moved(z))


def jvp(function: Function, primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """Value and directional derivative, by forward mode.

    Arguments:
        function: of arrays and numbers, or containers of them; its result may be the same.
        primals: the arguments, all of them differentiated.
        tangents: one for each argument, in its structure and shape.

    Returns:
        ``(value, tangent)``, in one run.

    Raises:
        ArgumentError: if the tangents do not fit the primals.

    Example:
        >>> jvp(lambda x: np.array([x * x, x]), (3.0,), (1.0,))
        (array([9., 3.]), array([6., 1.]))
    """
    if any(not isinstance(v, (tuple, list)) for v in (primals, tangents)):
        raise ArgumentError("SG313", "primals and tangents are tuples of arguments", "write (x,)")
    return _pushed(function)(tuple(primals), fitted(tuple(tangents), tuple(primals), "tangent"))


def vjp(function: Function, *primals: Any) -> tuple[Any, Function]:
    """Value, and the function from a cotangent of the value to the cotangents of the arguments.

    Arguments:
        function: of arrays and numbers, or containers of them; its result may be the same.
        primals: the arguments, all of them differentiated; later changes of them do not matter.

    Returns:
        ``(value, pullback)``; ``pullback(cotangent)`` is a tuple, one cotangent for each argument.

    Example:
        >>> value, pullback = vjp(lambda x: x * x, np.array([1.0, 2.0]))
        >>> pullback(np.array([1.0, 10.0]))
        (array([ 2., 40.]),)
    """
    kept = copied(primals)
    value = function(*primals)
    shape = copied(value)

    def pullback(cotangent: Any) -> Any:
        return _pulled(function)(kept, fitted(cotangent, shape, "cotangent"))

    return value, pullback


def linearize(function: Function, *primals: Any) -> tuple[Any, Function]:
    """Value, and the linear function from tangents of the arguments to the tangent of the value.

    Example:
        >>> value, tangent = linearize(lambda x: x * x, 3.0)
        >>> value, tangent(1.0)
        (9.0, 6.0)
    """
    kept = copied(primals)
    value = function(*primals)

    def tangent(*tangents: Any) -> Any:
        return jvp(function, kept, tangents)[1]

    return value, tangent


def elementwise_grad(function: Function, argnums: int | str = 0) -> Gradient:
    """Slope at every element, of a function that maps elements to elements.

    It is the gradient of the sum of the result, so the result at one place must depend on the argument at
    that place alone.

    Example:
        >>> elementwise_grad(np.sin)(np.array([0.0, np.pi]))  # doctest: +SKIP
        array([ 1., -1.])
    """
    inner = Gradient(function, argnums, Options(elementwise=True), unroll=False)
    return compiled(inner)


def holomorphic_grad(function: Function, argnums: int = 0) -> Gradient:
    """Complex derivative of a holomorphic function: ``f'(z)``, for a result that is one complex number.

    Where the function is not holomorphic (``abs``, ``conj``) there is no such number: use ``grad`` of a real
    function of it.

    Example:
        >>> holomorphic_grad(lambda z: z * z * z)(1j)
        (-3+0j)
    """

    def slope(*args: Any) -> Any:
        moved = _alone(function, args, argnums)
        return np.conj(vjp(moved, args[argnums])[1](1.0 + 0.0j)[0])

    return compiled(slope)


def jacobian(function: Function, argnums: int = 0, mode: str = "auto") -> Function:
    """Jacobian matrix, as a function of the same arguments.

    Arguments:
        function: from one array (or number) to one array (or number).
        argnums: the position of the argument to differentiate.
        mode: ``"forward"`` takes a run for each element of the argument, ``"reverse"`` one for each element
            of the result; ``"auto"`` the fewer.

    Returns:
        A function whose result has the shape of the value, then that of the argument.

    Example:
        >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
        array([[2., 0.],
               [0., 4.]])
    """
    if mode not in ("auto", "forward", "reverse"):
        raise ArgumentError("SG308", f"mode={mode!r}", 'use "auto", "forward" or "reverse"')
    return _Jacobian(function, argnums, mode)


class _Jacobian:
    """A function that gives a Jacobian matrix; columns are taken many at a time where that can be."""

    def __init__(self, function: Function, argnum: int, mode: str) -> None:
        functools.update_wrapper(self, function)
        self.function, self.argnum, self.mode = function, argnum, mode
        self.rows = compiled(_rows(function, argnum))
        self.columns = compiled(_columns(function, argnum))
        self.at_once: Gradient | None = compiled(_columns_at_once(function, argnum))

    def __call__(self, *args: Any) -> Any:
        """The matrix at these arguments."""
        x = args[self.argnum]
        value: Any = self.function(*copied(args))
        wide = np.size(x) > np.size(value)
        forward = not wide if self.mode == "auto" else self.mode == "forward"
        found = self._forward(args) if forward else self.rows(*args)
        return found.reshape(np.shape(value) + np.shape(x))

    def _forward(self, args: tuple[Any, ...]) -> Any:
        x = args[self.argnum]
        size = np.size(x)
        if self.at_once is not None and size > 1:
            widest = max([np.size(a) for a in args if isinstance(a, np.ndarray)], default=1)
            width = max(1, min(size, _AT_ONCE // widest))
            units = np.eye(size).reshape(size, *np.shape(x))
            try:
                parts = [self.at_once(units[k : k + width], *args) for k in range(0, size, width)]
                return np.concatenate(parts).T
            except SrcgradError as reason:
                if reason.code != "SG234":
                    raise
                self.at_once = None
        return self.columns(*args)


def _columns_at_once(function: Function, argnum: int) -> Function:
    """Columns of the Jacobian, as rows, for directions along a first axis."""

    def columns_at_once(directions: Any, *args: Any) -> Any:
        moved = _flat_alone(function, args, argnum)
        return jvp_at_once(moved, args[argnum], directions)

    return columns_at_once


def jvp_at_once(function: Function, primal: Any, tangents: Any) -> Any:
    """Tangents of the result for many tangents of the argument, which lie along a first axis.

    Raises:
        KindError: inside a compiled function, where an operation has no form for many tangents (SG234).
    """
    return np.stack([jvp(function, (primal,), (t,))[1] for t in tangents])


def _columns(function: Function, argnum: int) -> Function:
    """The Jacobian with its axes made flat, by forward mode."""

    def columns(*args: Any) -> Any:
        x = np.asarray(args[argnum])

        moved = _flat_alone(function, args, argnum)
        found = np.zeros((len(moved(args[argnum])), x.size))
        for j in range(x.size):
            unit = np.zeros(x.size)
            unit[j] = 1.0
            found[:, j] = jvp(moved, (x,), (unit.reshape(x.shape),))[1]
        return found

    return columns


def _rows(function: Function, argnum: int) -> Function:
    """The same by reverse mode."""

    def rows(*args: Any) -> Any:
        x = np.asarray(args[argnum])

        moved = _flat_alone(function, args, argnum)
        value, pullback = vjp(moved, x)
        found = np.zeros((len(value), x.size))
        for i in range(len(value)):
            unit = np.zeros(len(value))
            unit[i] = 1.0
            found[i] = np.ravel(pullback(unit)[0])
        return found

    return rows


def hessian(function: Function, argnums: int = 0) -> Function:
    """Matrix of second derivatives of a scalar function, by forward mode over reverse mode.

    Returns:
        A function whose result has the shape of the argument twice.

    Example:
        >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
        array([[4., 2.],
               [2., 0.]])
    """
    return jacobian(grad(function, argnums), argnums, "forward")


def hvp(function: Function, argnums: int = 0) -> Gradient:
    """Product of the Hessian of a scalar function with a vector, by forward mode over reverse mode.

    Returns:
        A function of the same arguments, then the vector, in the shape of the argument. It costs a few
        times what the function does: the matrix is never made.

    Example:
        >>> hvp(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
        array([4., 2.])
    """
    gradient = grad(function, argnums)

    def product(*args: Any) -> Any:
        *point, vector = args

        moved = _alone(gradient, point, argnums)
        return jvp(moved, (point[argnums],), (vector,))[1]

    return compiled(product)


def gvp(residuals: Function, argnums: int = 0, loss: Function | None = None) -> Gradient:
    """Product of the Gauss-Newton matrix ``J.T @ H @ J`` with a vector.

    ``J`` is the Jacobian of the residuals and ``H`` the Hessian of the loss as a function of them: the
    identity without one, which stands for half the sum of squares.

    Example:
        >>> gvp(lambda x: x * x)(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
        array([ 4., 16.])
    """

    def product(*args: Any) -> Any:
        *point, vector = args

        moved = _alone(residuals, point, argnums)
        change = jvp(moved, (point[argnums],), (vector,))[1]
        value, pullback = vjp(moved, point[argnums])
        if loss is not None:
            change = jvp(grad(loss), (value,), (change,))[1]
        return pullback(change)[0]

    return compiled(product)


def _matrix(function: Function, argnums: int = 0, mode: str = "auto") -> Function:
    """What ``jacobian`` is inside a function: the sizes that would decide between the modes are not known."""

    def matrix(*args: Any) -> Any:
        value = function(*args)
        flat = (_rows if mode == "reverse" else _columns)(function, argnums)(*args)
        return flat.reshape(np.shape(value) + np.shape(args[argnums]))

    return matrix


def _linearized(function: Function, *primals: Any) -> tuple[Any, Function]:
    """What ``linearize`` is inside a function."""

    def tangent(*tangents: Any) -> Any:
        return jvp(function, primals, tangents)[1]

    return function(*primals), tangent


# What they mean inside a function that the compiler reads: one of its modes, or another function.
for _name in ("jvp", "jvp_at_once", "vjp", "compiled", "elementwise_grad"):
    globals()[_name].__srcgrad_mode__ = _name
jacobian.__srcgrad_inside__ = _matrix  # type: ignore[attr-defined]
linearize.__srcgrad_inside__ = _linearized  # type: ignore[attr-defined]
