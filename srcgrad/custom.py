"""Functions whose derivative is treated in a way of its own: given, left out, or bought with time.

They are ordinary functions where no derivative is taken.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from srcgrad.compositions.stopping import current_recording
from srcgrad.errors import ArgumentError, RegistrationError

Function = Callable[..., Any]
T = TypeVar("T")


def checkpoint(target: T, keep: int | None = None) -> T:
    """Keep less for the backward sweep, and run forward code once more instead.

    Arguments:
        target: a function: nothing that it computes is kept, it is run again in the backward sweep; or what a
            ``for`` goes over: of ``n`` trips the states of about ``2 * sqrt(n)`` are kept, not all.
        keep: how many states of such a loop are kept at a time, by the binomial schedule: with ``r`` more
            forward runs it reaches over ``(keep + r)! / (keep! r!)`` trips.

    Returns:
        The same function or iterable: it matters only where a derivative is taken.

    Example:
        >>> from srcgrad import grad
        >>> def decay(x, steps):
        ...     for _ in checkpoint(range(steps)):
        ...         x = x - 0.1 * x * x
        ...     return x
        >>> round(grad(decay)(1.0, 1000), 9)
        8.6938e-05
    """
    if not (callable(target) or isinstance(target, Iterable)):
        message = f"checkpoint takes a function or an iterable, not {type(target).__name__}"
        raise ArgumentError("SG310", message, "checkpoint(f)(x), or for k in checkpoint(range(n))")
    if keep is not None and (callable(target) or keep < 1):
        message = f"checkpoint keeps {keep} states of a {type(target).__name__}"
        raise ArgumentError("SG310", message, "give a loop, and keep at least one")
    return target


class Custom:
    """A function with a derivative of its own; made by ``custom_vjp`` and ``custom_jvp``."""

    __name__: str

    def __init__(self, function: Function, kind: str) -> None:
        functools.update_wrapper(self, function)
        self.function = self.__srcgrad_primal__ = function
        self.kind = kind
        self.forward: Function | None = None
        self.backward: Function | None = None
        self.tangent: Function | None = None

    def __call__(self, *args: Any) -> Any:
        """The function itself."""
        recording = current_recording()
        if recording is not None:
            recording.refuse(
                "SG226",
                f"{self.__name__} has a derivative of its own, which a recorded run does not see",
                "write the function around it so that it can be read from source",
            )
        return self.function(*args)

    def defvjp(self, forward: Function, backward: Function) -> None:
        """Give the pullback in two halves.

        Arguments:
            forward: takes the arguments, returns ``(value, saved)``.
            backward: takes ``saved`` and the cotangent of the value, returns a tuple with the cotangent
                of each argument; ``None`` for one that has none.
        """
        if self.kind != "vjp":
            raise RegistrationError("SG501", "defvjp is for custom_vjp", "use defjvp here")
        self.forward, self.backward = _function(forward), _function(backward)

    def defjvp(self, tangent: Function) -> Function:
        """Give the tangent; also a decorator. The pullback is its transpose.

        Arguments:
            tangent: takes the arguments as a tuple and their tangents as a tuple, returns
                ``(value, tangent)``, linear in the tangents.
        """
        if self.kind != "jvp":
            raise RegistrationError("SG501", "defjvp is for custom_jvp", "use defvjp here")
        self.tangent = _function(tangent)
        return tangent

    def __repr__(self) -> str:
        return f"<{self.__name__} with a {self.kind} of its own>"


def _function(value: Any) -> Function:
    if not callable(value):
        raise RegistrationError("SG501", f"{value!r} is not a function", "pass a function")
    return value  # type: ignore[no-any-return]


def custom_vjp(function: Function) -> Custom:
    """Decorate a function whose pullback is given by ``defvjp``.

    Derivatives in forward mode through it are refused: give those with ``custom_jvp``.

    Example:
        >>> from srcgrad import grad
        >>> @custom_vjp
        ... def clipped(x):
        ...     return x
        >>> clipped.defvjp(lambda x: (x, ()), lambda saved, g: (min(g, 1.0),))
        >>> grad(lambda x: clipped(x) * 5.0)(2.0)
        1.0
    """
    return Custom(function, "vjp")


def custom_jvp(function: Function) -> Custom:
    """Decorate a function whose tangent is given by ``defjvp``, for both modes.

    Example:
        >>> import math
        >>> from srcgrad import grad
        >>> @custom_jvp
        ... def log1pexp(x):
        ...     return math.log1p(math.exp(x))
        >>> @log1pexp.defjvp
        ... def tangent(primals, tangents):
        ...     (x,), (t,) = primals, tangents
        ...     return log1pexp(x), t / (1.0 + math.exp(-x))
        >>> grad(log1pexp)(0.0)
        0.5
    """
    return Custom(function, "jvp")


checkpoint.__srcgrad_mode__ = "checkpoint"  # type: ignore[attr-defined]
