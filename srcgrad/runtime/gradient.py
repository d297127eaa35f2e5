"""The differentiated function: signature dispatch, compilation on first use, inspection.

A call with a known signature is one generated guard and one dict look-up away from the emitted function.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable
from types import FunctionType, MethodType
from typing import Any

from srcgrad.errors import ArgumentError
from srcgrad.frontend.kinds import AV, leaves
from srcgrad.frontend.resolve import Capture, Guard, refuse_value
from srcgrad.ir.nodes import Const, Var
from srcgrad.ir.types import is_differentiable
from srcgrad.runtime.compiled import Compiled
from srcgrad.runtime.emission import Emission
from srcgrad.runtime.fastpath import make_fast
from srcgrad.runtime.signature import (
    Arguments,
    Path,
    check_differentiable,
    describe,
    key_of,
    leaf_type,
    unknown,
)
from srcgrad.transform.pipeline import Derivation, Options, check_result, derive

Argnums = int | str | tuple[int | str, ...]


class Gradient:
    """A function that gives the gradient of another (and its value, if asked to).

    Made by ``grad`` and ``value_and_grad``. ``primal`` is the function as written, ``source`` the
    backward code of the last signature used.
    """

    def __init__(
        self, function: Callable[..., Any], argnums: Argnums, options: Options, unroll: bool | str
    ) -> None:
        self.primal = function
        self.options = options
        self.unroll = unroll
        self.parameters = inspect.signature(function)
        self.names = tuple(self.parameters.parameters)
        self.wrt, self.single = resolve_argnums(argnums, self.names, function)
        functools.update_wrapper(self, function)
        self.__srcgrad_primal__ = function
        self._baked: frozenset[Path] = frozenset()
        self._baked_captures: frozenset[Capture] = frozenset()
        self._compiled: dict[Hashable, tuple[Compiled, tuple[Capture, ...], tuple[Guard, ...]]] = {}
        self._last: Compiled | None = None
        self._hits = 0
        self._fast: Callable[..., Any] = self._slow

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Gradient at these arguments."""
        if kwargs:
            return self._slow(*args, **kwargs)
        return self._fast(*args)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        what = "value_and_grad" if self.options.value else "grad"
        return f"<{what} of {self.__qualname__} with respect to {', '.join(self.wrt)}>"

    # -- calling ------------------------------------------------------------------------------------

    def _slow(self, *args: Any, **kwargs: Any) -> Any:
        bound = self._bind(args, kwargs)
        compiled, captures, _ = self.compile(bound)
        values = [*bound.values(), *(c.read() for c in captures)]
        return compiled.entry()(*values)

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            bound = self.parameters.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentError("SG302", f"{self.__name__}(): {error}", f"call it as {self.__name__}{self.parameters}") from None
        bound.apply_defaults()
        return dict(bound.arguments)

    def compile(self, bound: dict[str, Any]) -> tuple[Compiled, tuple[Capture, ...], tuple[Guard, ...]]:
        """The compiled form for the signature of these arguments."""
        key = self._key(bound)
        found = self._compiled.get(key)
        if found is None or not all(g.holds() for g in found[2]):
            found = self._derive(bound)
            key = self._key(bound)
            self._compiled[key] = found
        else:
            self._hits += 1
        self._last = found[0]
        self._fast = make_fast(self._slow, bound, found[0].entry(), found[1], found[2], self._baked)
        return found

    def _key(self, bound: dict[str, Any]) -> Hashable:
        key = tuple([key_of(v, (("arg", n),), self._baked) for n, v in bound.items()])
        captured = [
            key_of(c.read(), (("arg", c.name),), frozenset()) for c in self._captures_known()
        ]
        return (key, tuple(captured))

    def _captures_known(self) -> tuple[Capture, ...]:
        if not self._compiled:
            return ()
        first = next(iter(self._compiled.values()))
        return first[1]

    def _derive(self, bound: dict[str, Any]) -> tuple[Compiled, tuple[Capture, ...], tuple[Guard, ...]]:
        arguments = Arguments()
        self._compiled_reset_if_new_captures()

        def described(baked: frozenset[Any], captured: frozenset[Capture]) -> tuple[dict[str, AV], list[Var]]:
            nonlocal arguments
            arguments = describe(bound, self._baked | baked)
            return arguments.values, arguments.variables()

        def locate(var: Var) -> Path:
            return next(leaf.path for leaf in arguments.leaves if leaf.var is var)

        def bake(path: Path) -> None:
            self._baked = self._baked | {path}

        lowered = derive(self._function(), described, locate, _captured_type, bake, self.primal)
        wrt = self._wrt_leaves(arguments)
        check_result(lowered, wrt, has_aux=self.options.has_aux)
        rank_zero = frozenset(leaf.var for leaf in arguments.leaves if leaf.rank_zero)
        derivation = Derivation(lowered, tuple(wrt), rank_zero, self.options)
        emission = Emission(derivation, arguments, self.wrt, single=self.single)
        return Compiled(emission, self.unroll), tuple(lowered.captures), lowered.guards

    def _compiled_reset_if_new_captures(self) -> None:
        """Forget signatures whose guards no longer hold."""
        self._compiled = {k: v for k, v in self._compiled.items() if all(g.holds() for g in v[2])}

    def _function(self) -> FunctionType:
        if not isinstance(self.primal, (FunctionType, MethodType)):
            raise ArgumentError("SG310", f"{self.primal!r} is not a Python function", "wrap it in a def")
        return self.primal  # type: ignore[return-value]

    def _wrt_leaves(self, arguments: Arguments) -> list[Var]:
        found: list[Var] = []
        by_var = {leaf.var: leaf for leaf in arguments.leaves}
        for name in self.wrt:
            own = leaves(arguments.values[name])
            for part in own:
                if isinstance(part, Const):
                    what = type(part.value).__name__
                    raise ArgumentError(
                        "SG301", f"argument {name!r} holds the {what} {part.value!r}", "leave it out of argnums, or pass a float"
                    )
            inner = [v for v in own if isinstance(v, Var)]
            if not inner:
                raise ArgumentError("SG306", f"argument {name!r} holds nothing to differentiate", "pass float arrays in it")
            for var in inner:
                check_differentiable(None, by_var[var])
            found += inner
        return found

    # -- looking ------------------------------------------------------------------------------------

    @property
    def last(self) -> Compiled:
        """The compiled form of the last signature; before any call that of unknown-rank arrays."""
        return self._last if self._last is not None else self._unknown()

    def _unknown(self) -> Compiled:
        arguments = Arguments()
        for name in self.names:
            arguments.values[name], leaf = unknown(name)
            arguments.leaves.append(leaf)

        def described(baked: frozenset[Any], captured: frozenset[Capture]) -> tuple[dict[str, AV], list[Var]]:
            return arguments.values, arguments.variables()

        lowered = derive(self._function(), described, lambda var: None, _captured_type, lambda leaf: None, self.primal)
        wrt = self._wrt_leaves(arguments)
        check_result(lowered, wrt, has_aux=self.options.has_aux)
        derivation = Derivation(lowered, tuple(wrt), frozenset(), self.options)
        return Compiled(Emission(derivation, arguments, self.wrt, single=self.single), self.unroll)

    @property
    def source(self) -> str:
        """The backward code of the last signature used, as text."""
        return self.last.rolled().text

    @property
    def sources(self) -> dict[Hashable, str]:
        """The backward code of every signature used."""
        return {key: found[0].rolled().text for key, found in self._compiled.items()}

    def cache_info(self) -> dict[str, int]:
        """Number of compiled signatures, and of look-ups that found one."""
        return {"signatures": len(self._compiled), "hits": self._hits}


def _captured_type(value: Any, name: str) -> Any:
    refuse_value(value, name)
    return leaf_type(value, name)


def resolve_argnums(argnums: Argnums, names: tuple[str, ...], function: Any) -> tuple[tuple[str, ...], bool]:
    """Parameter names for argnums, and whether a single one was asked for."""
    single = not isinstance(argnums, tuple)
    wanted = (argnums,) if isinstance(argnums, (int, str)) else argnums
    label = getattr(function, "__name__", "function")
    if not names:
        raise ArgumentError("SG303", f"{label} takes no arguments", "differentiate a function of something")
    found: list[str] = []
    for item in wanted:
        if isinstance(item, bool) or not isinstance(item, (int, str)):
            raise ArgumentError("SG303", f"argnums holds {item!r}", "give positions or parameter names")
        if isinstance(item, int) and not -len(names) <= item < len(names):
            raise ArgumentError("SG303", f"argnums={item} but {label} has {len(names)} parameters", f"use 0 to {len(names) - 1}")
        if isinstance(item, str) and item not in names:
            raise ArgumentError("SG303", f"{label} has no parameter {item!r}", f"use one of {', '.join(names)}")
        name = item if isinstance(item, str) else names[item]
        if name in found:
            raise ArgumentError("SG303", f"argnums names {name!r} twice", "name each parameter once")
        found.append(name)
    if not found:
        raise ArgumentError("SG303", "argnums is empty", "name at least one parameter")
    return tuple(found), single


__all__ = ["Gradient", "is_differentiable"]
