"""The differentiated function: signature dispatch, compilation on first use, inspection.

A call with a known signature is one generated guard and one dict look-up away from the emitted function.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

from srcgrad.errors import ArgumentError
from srcgrad.frontend.kinds import AV, leaves
from srcgrad.frontend.lower import Lowered
from srcgrad.frontend.resolve import Capture, Guard, refuse_value
from srcgrad.ir.nodes import Const, Var
from srcgrad.runtime.cache import cache_mode
from srcgrad.runtime.compiled import Code, Compiled, make_code
from srcgrad.runtime.emission import Emission
from srcgrad.runtime.fastpath import Guarded, extend
from srcgrad.runtime.persist import (
    NotPersistent,
    captured_key,
    decode,
    fetch,
    keep_path,
    named_classes,
    program_key,
    recall_path,
    store,
)
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
from srcgrad.transform.unroll import has_decisions

Argnums = int | str | tuple[int | str, ...]


@dataclass(frozen=True)
class Found:
    """A compiled form with what it captures, and the guards under which it holds."""

    compiled: Compiled
    captures: tuple[Capture, ...]
    guards: tuple[Guard, ...]
    captured: Hashable


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
        self._compiled: dict[Hashable, list[Found]] = {}
        self._guard: Guarded | None = None
        self._last: Compiled | None = None
        self._hits = 0
        self._fast: Callable[..., Any] = self._slow

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Gradient at these arguments."""
        try:
            if kwargs:
                return self._slow(*args, **kwargs)
            return self._fast(*args)
        except Exception as error:
            if self._last is not None:
                self._last.annotate(error)
            raise

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        what = "value_and_grad" if self.options.value else "grad"
        return f"<{what} of {self.__qualname__} with respect to {', '.join(self.wrt)}>"

    # -- calling ------------------------------------------------------------------------------------

    def _slow(self, *args: Any, **kwargs: Any) -> Any:
        bound = self._bind(args, kwargs)
        found = self.compile(bound)
        self._guard = extend(
            self._guard, self._slow, bound, found.compiled.entry(), found, self._baked
        )
        if self._guard is not None:
            self._fast = self._guard.call
        values = [*bound.values(), *(c.read() for c in found.captures)]
        return found.compiled.entry()(*values)

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            bound = self.parameters.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentError(
                "SG302",
                f"{self.__name__}(): {error}",
                f"call it as {self.__name__}{self.parameters}",
            ) from None
        bound.apply_defaults()
        return dict(bound.arguments)

    def compile(self, bound: dict[str, Any]) -> Found:
        """The compiled form for the signature of these arguments."""
        found = self._known(bound)
        if found is None:
            found = self._from_disk(bound) or self._derive(bound)
            self._compiled.setdefault(self._key(bound), []).append(found)
        else:
            self._hits += 1
        self._last = found.compiled
        return found

    def _key(self, bound: dict[str, Any]) -> Hashable:
        return tuple([key_of(v, (("arg", n),), self._baked) for n, v in bound.items()])

    def _known(self, bound: dict[str, Any]) -> Found | None:
        """A form in memory for these arguments and the captured values of now."""
        for found in self._compiled.get(self._key(bound), ()):
            if all(g.holds() for g in found.guards) and found.captured == captured_key(
                found.captures
            ):
                return found
        return None

    def _disk_key(self, bound: dict[str, Any]) -> str | None:
        options = [repr(self.options), repr(self.wrt), repr(self.single)]
        try:
            return program_key(self._function(), self._key(bound), options)
        except NotPersistent:
            return None

    def _from_disk(self, bound: dict[str, Any]) -> Found | None:
        if cache_mode() != "disk":
            return None
        key = self._disk_key(bound)
        stored = None if key is None else fetch(key, self._function())
        if key is None or stored is None:
            return None
        if "baked" in stored.meta:
            self._baked = self._baked | {
                tuple((k, v) for k, v in path) for path in stored.meta["baked"]
            }
            return self._known(bound) or self._from_disk(bound)
        if stored.meta["captured"] != repr(captured_key(stored.captures)):
            return None
        classes = named_classes(stored.meta["classes"], bound, stored.guards)
        if classes is None:
            return None
        codes = {k: decode(k, stored.texts[k], stored.meta) for k in stored.texts}
        compiled = self._make(key, bound, stored.meta["branches"], codes, classes)
        return Found(compiled, stored.captures, stored.guards, captured_key(stored.captures))

    def _make(
        self, key: str | None, bound: dict[str, Any], branches: bool, codes: Any, classes: Any
    ) -> Compiled:
        def recall(decisions: tuple[int, ...]) -> Any:
            return None if key is None else recall_path(key, decisions, self._function())

        def keep(decisions: tuple[int, ...], code: Code | None) -> None:
            if key is not None and compiled.persistent:
                keep_path(key, decisions, code, self.__qualname__, self._function())

        def derive_again() -> Emission:
            return self._emission(bound)[0]

        compiled = Compiled(
            self.__name__, self.unroll, branches, codes, classes, derive_again, recall, keep
        )
        return compiled

    def _derive(self, bound: dict[str, Any]) -> Found:
        before = self._disk_key(bound) if cache_mode() == "disk" else None
        baked_before = self._baked
        emission, lowered = self._emission(bound)
        branches = has_decisions(emission.derivation.primal)
        kinds = ["rolled", "scout"] if branches and self.unroll is not False else ["rolled"]
        codes = {kind: make_code(emission, kind) for kind in kinds}
        key = self._disk_key(bound) if before is not None else None
        captures = tuple(lowered.captures)
        compiled = self._make(key, bound, branches, codes, emission.classes)
        compiled.adopt(emission)
        if key is not None:
            if self._baked != baked_before and before is not None:
                store(
                    before,
                    self._function(),
                    {},
                    {"title": self.__qualname__, "baked": sorted(self._baked)},
                    (),
                    (),
                    (),
                )
            meta = {
                "title": f"{self.__module__}.{self.__qualname__}",
                "branches": branches,
                "classes": sorted(emission.classes),
                "captured": repr(captured_key(captures)),
                "places": {k: c.places for k, c in codes.items()},
                "names": {k: c.name for k, c in codes.items()},
            }
            texts = {k: c.text for k, c in codes.items()}
            compiled.persistent = store(
                key, self._function(), texts, meta, captures, lowered.guards, lowered.inlined
            )
        return Found(compiled, captures, lowered.guards, captured_key(captures))

    def _emission(self, bound: dict[str, Any]) -> tuple[Emission, Lowered]:
        """Lower the function for these arguments."""
        arguments = Arguments()

        def described(
            baked: frozenset[Any], captured: frozenset[Capture]
        ) -> tuple[dict[str, AV], list[Var]]:
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
        return Emission(derivation, arguments, self.wrt, single=self.single), lowered

    def _function(self) -> FunctionType:
        if not isinstance(self.primal, (FunctionType, MethodType)):
            raise ArgumentError(
                "SG310", f"{self.primal!r} is not a Python function", "wrap it in a def"
            )
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
                        "SG301",
                        f"argument {name!r} holds the {what} {part.value!r}",
                        "leave it out of argnums, or pass a float",
                    )
            inner = [v for v in own if isinstance(v, Var)]
            if not inner:
                raise ArgumentError(
                    "SG306",
                    f"argument {name!r} holds nothing to differentiate",
                    "pass float arrays in it",
                )
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

        def described(
            baked: frozenset[Any], captured: frozenset[Capture]
        ) -> tuple[dict[str, AV], list[Var]]:
            return arguments.values, arguments.variables()

        lowered = derive(
            self._function(),
            described,
            lambda var: None,
            _captured_type,
            lambda leaf: None,
            self.primal,
        )
        wrt = self._wrt_leaves(arguments)
        check_result(lowered, wrt, has_aux=self.options.has_aux)
        derivation = Derivation(lowered, tuple(wrt), frozenset(), self.options)
        emission = Emission(derivation, arguments, self.wrt, single=self.single)
        compiled = self._make(None, {}, has_decisions(derivation.primal), {}, {})
        compiled.adopt(emission)
        return compiled

    @property
    def source(self) -> str:
        """The backward code of the last signature used, as text."""
        return self.last.code("rolled").text

    @property
    def sources(self) -> dict[Hashable, str]:
        """The backward code of every signature used."""
        return {
            key: found.compiled.code("rolled").text
            for key, forms in self._compiled.items()
            for found in forms
        }

    def cache_info(self) -> dict[str, int]:
        """Number of compiled signatures, and of look-ups that found one."""
        return {"signatures": sum(map(len, self._compiled.values())), "hits": self._hits}


def _captured_type(value: Any, name: str) -> Any:
    refuse_value(value, name)
    return leaf_type(value, name)


def resolve_argnums(
    argnums: Argnums, names: tuple[str, ...], function: Any
) -> tuple[tuple[str, ...], bool]:
    """Parameter names for argnums, and whether a single one was asked for."""
    single = not isinstance(argnums, tuple)
    wanted = (argnums,) if isinstance(argnums, (int, str)) else argnums
    label = getattr(function, "__name__", "function")
    if not names:
        raise ArgumentError(
            "SG303", f"{label} takes no arguments", "differentiate a function of something"
        )
    found: list[str] = []
    for item in wanted:
        if isinstance(item, bool) or not isinstance(item, (int, str)):
            raise ArgumentError(
                "SG303", f"argnums holds {item!r}", "give positions or parameter names"
            )
        if isinstance(item, int) and not -len(names) <= item < len(names):
            raise ArgumentError(
                "SG303",
                f"argnums={item} but {label} has {len(names)} parameters",
                f"use 0 to {len(names) - 1}",
            )
        if isinstance(item, str) and item not in names:
            raise ArgumentError(
                "SG303", f"{label} has no parameter {item!r}", f"use one of {', '.join(names)}"
            )
        name = item if isinstance(item, str) else names[item]
        if name in found:
            raise ArgumentError(
                "SG303", f"argnums names {name!r} twice", "name each parameter once"
            )
        found.append(name)
    if not found:
        raise ArgumentError("SG303", "argnums is empty", "name at least one parameter")
    return tuple(found), single
