"""The differentiated function, as its user holds it: calling, and looking at what was compiled.

Importing this module costs little: the compiler is imported at the first call, or look.
"""

from __future__ import annotations

import functools
import inspect
from collections import OrderedDict
from collections.abc import Callable, Hashable
from types import MethodType
from typing import TYPE_CHECKING, Any

from srcgrad.errors import OVERLAP, ArgumentError, SrcgradError
from srcgrad.transform.options import Options

if TYPE_CHECKING:
    from srcgrad.runtime.compiled import Compiled
    from srcgrad.runtime.dispatch import Dispatch, Found
    from srcgrad.runtime.explain import Explanation
    from srcgrad.runtime.views import Shown
    from srcgrad.transform.decisions import DecisionLog

_CATCH_ALL = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
Argnums = int | str | tuple[int | str, ...]


class Gradient:
    """A function that gives the gradient of another (and its value, if asked to).

    Made by ``grad`` and ``value_and_grad``. ``primal`` is the function as written, ``source`` the
    backward code of the last signature used.
    """

    __name__: str
    __qualname__: str

    def __init__(
        self,
        function: Callable[..., Any],
        argnums: Argnums,
        options: Options,
        unroll: bool | str,
        *,
        method: bool = False,
        frontend: str = "auto",
    ) -> None:
        functools.update_wrapper(self, function)
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.__qualname__ = getattr(function, "__qualname__", self.__name__)
        self.primal = function
        self.options = options
        self.unroll = unroll
        self.frontend = frontend
        self.names = tuple(signature_of(function).parameters)
        self.argnums = argnums
        self.wrt: tuple[str, ...] = ()
        self.single = False
        if not options.run:
            self.wrt, self.single = resolve_argnums(argnums, self.names, function, int(method))
        self.__srcgrad_primal__ = function
        self._dispatch: Dispatch | None = None
        self._fast: Callable[..., Any] = self._slow

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Gradient at these arguments."""
        try:
            if kwargs:
                return self._fast(*args, **kwargs)
            return self._fast(*args)
        except Exception as error:
            if isinstance(error, ValueError) and str(error) == OVERLAP:
                return self._overlapping(args, kwargs)
            self._explain(error, args, kwargs)
            if self._dispatch is not None:
                from srcgrad.runtime.failures import replay

                replay(self, error, args, kwargs)
            raise

    def _overlapping(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The gradient where an array that is written to overlaps another: a recorded run sees how."""
        refusal = ArgumentError("SG311", OVERLAP, "pass a copy of one of them")
        if self.frontend != "auto":
            raise refusal from None
        return self.dispatch.recorder.once(self.dispatch.bind(args, kwargs), refusal)

    def chain(self) -> list[Any]:
        """What distinguishes derivatives of one function: options of each, outermost first.

        It ends with ``None`` if the function has a derivative of its own.
        """
        own = [self.options, self.wrt, self.single]
        if isinstance(self.primal, Gradient):
            return own + self.primal.chain()
        return [*own, None] if hasattr(self.primal, "__srcgrad_primal__") else own

    def __set_name__(self, owner: type, name: str) -> None:
        """Count positions from the argument after ``self`` in a function that becomes a method."""
        self.wrt, self.single = resolve_argnums(self.argnums, self.names, self.primal, 1)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        if self.options.run:
            return f"<compiled {self.__qualname__}>"
        what = "value_and_grad" if self.options.value else "grad"
        return f"<{what} of {self.__qualname__} with respect to {', '.join(self.wrt)}>"

    def _slow(self, *args: Any, **kwargs: Any) -> Any:
        result = self.dispatch.call(args, kwargs)
        self._fast = self.dispatch.fast
        return result

    def _explain(self, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Say what is wrong with a call that does not fit, and where an error arose."""
        step = error.__traceback__
        if isinstance(error, TypeError) and step is not None and step.tb_next is None:
            self.dispatch.bind(args, kwargs)
        if self._dispatch is not None:
            self._dispatch.annotate(error)
        from srcgrad.runtime.recorded import current

        recording = current.get()
        if recording is not None and isinstance(error, SrcgradError):
            recording.failure = recording.failure or error  # user code must not hide it

    @property
    def dispatch(self) -> Dispatch:
        """What finds or compiles the program of a call."""
        if self._dispatch is None:
            from srcgrad.runtime.dispatch import Dispatch

            self._dispatch = Dispatch(self)
        return self._dispatch

    def arguments(self, bound: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and keyword arguments of the primal for arguments by name."""
        given = inspect.BoundArguments(signature_of(self.primal), OrderedDict(bound))
        return given.args, given.kwargs

    def compile(self, bound: dict[str, Any]) -> Found:
        """The compiled form for the signature of these arguments, given by name."""
        return self.dispatch.compile(bound)

    # -- looking ----------------------------------------------------------------------------------

    @property
    def last(self) -> Compiled:
        """The compiled form of the last signature; before any call that of unknown-rank arrays."""
        return self.dispatch.last() or self.dispatch.unknown()

    @property
    def source(self) -> str:
        """The backward code of the last signature used, as text."""
        return self.last.code("rolled").text

    @property
    def sources(self) -> dict[Hashable, str]:
        """The backward code of every signature used."""
        found = self.dispatch.forms.items()
        read = {key: form.compiled.code("rolled").text for key, forms in found for form in forms}
        return read | self.dispatch.recorder.texts()

    @property
    def decisions(self) -> DecisionLog:
        """The paths seen so far: decisions at each site, how often, and which were compiled."""
        from srcgrad.runtime.views import decision_log

        return decision_log(self)

    def show(self, target: str = "python", unroll: bool | None = None) -> Shown | None:
        """Print the backward code, in colour on a terminal; in a notebook, return it to be drawn.

        Arguments:
            target: ``"python"``, ``"c"`` or ``"cuda"``.
            unroll: ``True`` for the straight-line code of the last path, ``False`` for the code
                with its loops; by default what the gradient was made with (loops for ``"auto"``,
                but the last path for C and CUDA, which know no loops).

        Raises:
            CodegenError: the target cannot express the program; names the operation and the line.
            ArgumentError: another target, or no path to unroll on.
        """
        from srcgrad.runtime.views import show

        return show(self, target, unroll)

    def explain(self, *args: Any, **kwargs: Any) -> Explanation:
        """Which front end served each signature used: read from source or recorded, and why.

        With the arguments of a call, also what that call keeps for its backward sweep: bytes, line
        by line, measured by running the program on copies of the arguments.
        """
        from srcgrad.runtime.explain import explanation

        return explanation(self, args, kwargs)

    def cache_info(self) -> dict[str, int]:
        """Number of compiled signatures, and of slow look-ups that found one."""
        forms = self.dispatch.forms.values()
        return {"signatures": sum(map(len, forms)), "hits": self.dispatch.hits}


def innermost(function: Callable[..., Any]) -> Any:
    """The function behind derivatives of derivatives, and behind one with a derivative of its own."""
    while hasattr(function, "__srcgrad_primal__"):
        function = function.__srcgrad_primal__
    return function


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """The parameters of the function itself; of what it wraps if it takes whatever comes."""
    function = innermost(function)
    try:
        own = inspect.signature(function, follow_wrapped=False)
        kinds = {p.kind for p in own.parameters.values()}
        if kinds == _CATCH_ALL and hasattr(function, "__wrapped__"):
            return inspect.signature(function)
        return own
    except (TypeError, ValueError):
        name = getattr(function, "__name__", repr(function))
        remedy = "differentiate a Python function that calls it"
        raise ArgumentError("SG310", f"{name} is not a Python function", remedy) from None


def resolve_argnums(
    argnums: Argnums, names: tuple[str, ...], function: Any, skip: int = 0
) -> tuple[tuple[str, ...], bool]:
    """Parameter names for argnums, and whether a single one was asked for.

    Positions count from parameter number ``skip`` on.
    """
    single = not isinstance(argnums, tuple)
    wanted = (argnums,) if isinstance(argnums, (int, str)) else argnums
    label = getattr(function, "__name__", "function")

    def refuse(message: str, remedy: str) -> ArgumentError:
        return ArgumentError("SG303", message, remedy)

    if not names:
        raise refuse(f"{label} takes no arguments", "differentiate a function of something")
    if not isinstance(wanted, tuple):
        raise refuse(f"argnums={argnums!r}", "give a position, a name, or a tuple of them")
    counted, found = names[skip:], list[str]()
    for item in wanted:
        if isinstance(item, bool) or not isinstance(item, (int, str)):
            raise refuse(f"argnums holds {item!r}", "give positions or parameter names")
        if isinstance(item, int) and not -len(counted) <= item < len(counted):
            many = "1 parameter" if len(counted) == 1 else f"{len(counted)} parameters"
            message = f"argnums={item} but {label} has {many}"
            raise refuse(message, "use 0" if len(counted) == 1 else f"use 0 to {len(counted) - 1}")
        if isinstance(item, str) and item not in names:
            message = f"{label} has no parameter {item!r}"
            raise refuse(message, f"use one of {', '.join(names)}")
        name = item if isinstance(item, str) else counted[item]
        if name in found:
            raise refuse(f"argnums names {name!r} twice", "name each parameter once")
        found.append(name)
    if not found:
        raise refuse("argnums is empty", "name at least one parameter")
    return tuple(found), single
