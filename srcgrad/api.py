"""The public functions: ``grad`` and ``value_and_grad``."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any, Literal, overload

from srcgrad.errors import ArgumentError
from srcgrad.runtime.gradient import Argnums, Gradient
from srcgrad.transform.options import Options

Unroll = bool | Literal["auto"]
Frontend = Literal["auto", "source", "record"]


def _make(
    function: Callable[..., Any] | None,
    argnums: Argnums,
    options: Options,
    unroll: Unroll,
    *,
    frontend: Frontend = "auto",
    method: bool = False,
) -> Any:
    if unroll not in (True, False, "auto"):
        raise ArgumentError("SG308", f"unroll={unroll!r}", 'use True, False or "auto"')
    if frontend not in ("auto", "source", "record"):
        raise ArgumentError("SG308", f"frontend={frontend!r}", 'use "auto", "source" or "record"')
    if function is None:
        return lambda f: _make(f, argnums, options, unroll, frontend=frontend)
    if isinstance(function, MethodType):  # a method of what it is bound to, as before
        made = _make(function.__func__, argnums, options, unroll, frontend=frontend, method=True)
        return MethodType(made, function.__self__)
    if not callable(function):
        raise ArgumentError("SG310", f"{function!r} is not a function", "pass a function")
    return Gradient(function, argnums, options, unroll, method=method, frontend=frontend)


@overload
def grad(
    function: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    unroll: Unroll = "auto",
    frontend: Frontend = "auto",
) -> Gradient: ...
@overload
def grad(
    function: None = None,
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    unroll: Unroll = "auto",
    frontend: Frontend = "auto",
) -> Callable[[Callable[..., Any]], Gradient]: ...
def grad(
    function: Callable[..., Any] | None = None,
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    unroll: Unroll = "auto",
    frontend: Frontend = "auto",
) -> Any:
    """Gradient of a scalar function, as a function; also a decorator, with or without arguments.

    Arguments:
        function: an ordinary function of arrays and numbers that returns a scalar.
        argnums: which parameters: a position, a name, or a tuple of them; positions of a method
            count from the argument after ``self``. Arrays inside tuples, lists, dicts, named tuples
            and dataclasses are differentiated too.
        has_aux: the function returns ``(value, aux)``; the result is then ``(gradient, aux)``.
        unroll: ``True`` runs straight-line code for the path of each call, ``False`` keeps loops,
            ``"auto"`` takes what is likely faster.
        frontend: ``"source"`` reads the source of the function and refuses what it cannot read;
            ``"record"`` runs the function on recording values at each call and differentiates that
            run; ``"auto"`` records only what cannot be read. ``explain()`` says which it was.

    Returns:
        A function of the same arguments. Its result has the structure, shapes and dtypes of the
        arguments: a tuple if ``argnums`` is one.

    Raises:
        FrontendError: at the first call, for code that cannot be differentiated, located.
        ArgumentError: for arguments that cannot be differentiated.

    Example:
        >>> import numpy as np
        >>> def f(x):
        ...     return 2 * np.dot(x, x)
        >>> grad(f)(np.arange(4.0))
        array([ 0.,  4.,  8., 12.])
    """
    return _make(function, argnums, Options(has_aux=has_aux), unroll, frontend=frontend)


def value_and_grad(
    function: Callable[..., Any] | None = None,
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    unroll: Unroll = "auto",
    frontend: Frontend = "auto",
) -> Any:
    """Value and gradient of a scalar function in one run; arguments as for ``grad``.

    Returns:
        A function that returns ``(value, gradient)``, or ``((value, aux), gradient)`` with
        ``has_aux``.

    Example:
        >>> import numpy as np
        >>> value_and_grad(lambda x: np.sum(x * x))(np.array([3.0]))
        (np.float64(9.0), array([6.]))
    """
    return _make(function, argnums, Options(value=True, has_aux=has_aux), unroll, frontend=frontend)


grad.__srcgrad_mode__ = "grad"  # type: ignore[attr-defined]  # what it means inside a function
value_and_grad.__srcgrad_mode__ = "value_and_grad"  # type: ignore[attr-defined]  # the same
