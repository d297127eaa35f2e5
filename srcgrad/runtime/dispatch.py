"""From the arguments of a call to the program that serves them: in memory, on disk, or derived now.

Invariant: a program is used only while everything that it was derived from is the same: the guards
of what it bakes in hold, what it captures has the signature of then, and the code of every function
in it is that which was read.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from srcgrad.errors import ArgumentError, SrcgradError
from srcgrad.frontend.lower import Lowered
from srcgrad.frontend.resolve import Capture, Guard
from srcgrad.runtime.cache import cache_mode
from srcgrad.runtime.compiled import Code, Compiled, make_code
from srcgrad.runtime.derivations import emission_for, emission_unknown
from srcgrad.runtime.emission import Emission
from srcgrad.runtime.fastpath import Guarded, extend, guard_for
from srcgrad.runtime.gradient import innermost, signature_of
from srcgrad.runtime.keys import NotPersistent, program_key
from srcgrad.runtime.locking import collection_paused, compiling
from srcgrad.runtime.persist import (
    Stored,
    captured_key,
    class_texts,
    decode,
    entries_of,
    fetch,
    keep_path,
    named_classes,
    recall_path,
    store,
)
from srcgrad.runtime.recorder import Recorder
from srcgrad.runtime.signature import Path, key_of, skeleton
from srcgrad.transform.unroll import has_decisions

if TYPE_CHECKING:
    from srcgrad.runtime.gradient import Gradient

FORMS_KEPT = 64  # programs kept for one signature: one for each state of what they bake in
SIGNATURES_KEPT = 4096


@dataclass(frozen=True)
class Found:
    """A compiled form with what it captures, and the conditions under which it holds."""

    compiled: Compiled
    captures: tuple[Capture, ...]
    guards: tuple[Guard, ...]
    codes: tuple[tuple[FunctionType, CodeType], ...]
    captured: Hashable

    def holds(self) -> bool:
        """Whether the program is still that of the function."""
        return (
            all(function.__code__ is code for function, code in self.codes)
            and all(guard.holds() for guard in self.guards)
            and captured_key(self.captures) == self.captured
        )


class Dispatch:
    """Finds the program for a call of one differentiated function."""

    def __init__(self, gradient: Gradient) -> None:
        self.gradient = gradient
        self.forms: dict[Hashable, list[Found]] = {}
        self.hits = 0
        self.fast: Callable[..., Any] = gradient._slow
        self.recorder = Recorder(gradient)
        self._baked: frozenset[Path] = frozenset()
        self._guards: list[Guarded] = []
        self._used: list[Any] = [None]  # the entry of the last call, set by the guards too

    # -- calling ----------------------------------------------------------------------------------

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The gradient at these arguments; calls like it are fast from now on."""
        bound = self.bind(args, kwargs)
        if self.recorder.serves(bound):
            return self.recorder.call(bound)
        try:
            with compiling:
                found = self.compile(bound)
                entry = found.compiled.entry()
                self._extend(bound, found, entry)
        except SrcgradError as refusal:
            if not self.recorder.takes(refusal):
                raise
            return self.recorder.instead(bound, refusal)
        self.recorder.latest = None
        return entry(*bound.values(), *[c.read() for c in found.captures])

    def _extend(self, bound: dict[str, Any], found: Found, entry: Callable[..., Any]) -> None:
        """Let calls like this one find their program through a guard."""
        guard = guard_for(self._function(), bound, found, self._baked, self._used)
        self._guards = extend(self._guards, guard, self.gradient._slow, entry)
        self.fast = self._guards[-1].call if self._guards else self.gradient._slow

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name, with the defaults of now."""
        gradient = self.gradient
        parameters = signature_of(gradient.primal)
        try:
            bound = parameters.bind(*args, **kwargs)
        except TypeError as error:
            remedy = f"call it as {gradient.__name__}{parameters}"
            raise ArgumentError("SG302", f"{gradient.__name__}(): {error}", remedy) from None
        bound.apply_defaults()
        return dict(bound.arguments)

    def compile(self, bound: dict[str, Any]) -> Found:
        """The compiled form for the signature of these arguments."""
        with compiling:
            found = self._known(bound)
            if found is None:
                with collection_paused():
                    found = self._from_disk(bound) or self._derive(bound)
                self._keep(self._key(bound), found)
            else:
                self.hits += 1
            self._used[0] = found.compiled.entry()
            return found

    def last(self) -> Compiled | None:
        """The compiled form of the last call."""
        if self.recorder.latest is not None:
            return self.recorder.latest
        used = self._used[0]
        every = [form.compiled for forms in self.forms.values() for form in forms]
        return next((c for c in reversed(every) if c.entry() == used), None)

    def annotate(self, error: BaseException) -> None:
        """Note on an exception from emitted code which line of the user's it arose in."""
        self.recorder.annotate(error)
        for forms in list(self.forms.values()):
            for form in forms:
                form.compiled.annotate(error)

    def _keep(self, key: Hashable, found: Found) -> None:
        """Keep a program in memory; the oldest leave, and with them the guards that lead there."""
        forms = self.forms.setdefault(key, [])
        forms.append(found)
        if len(forms) > FORMS_KEPT:
            del forms[0]
            self._guards = []
        if len(self.forms) > SIGNATURES_KEPT:
            del self.forms[next(iter(self.forms))]
            self._guards = []

    def _key(self, bound: dict[str, Any]) -> Hashable:
        return tuple([key_of(v, (("arg", n),), self._baked) for n, v in bound.items()])

    def _known(self, bound: dict[str, Any]) -> Found | None:
        """A form in memory for these arguments and the captured values of now."""
        forms = self.forms.get(self._key(bound), ())
        return next((found for found in forms if found.holds()), None)

    def _function(self) -> FunctionType:
        function = innermost(self.gradient.primal)
        plain = function.__func__ if isinstance(function, MethodType) else function
        if not isinstance(plain, FunctionType):
            raise ArgumentError("SG310", f"{plain!r} is not a Python function", "wrap it in a def")
        return plain

    # -- the disk ---------------------------------------------------------------------------------

    def _disk_key(self, bound: dict[str, Any]) -> str | None:
        gradient = self.gradient
        options = [repr(o) for o in gradient.chain()]
        if gradient.chain()[-1] is None:
            return None
        try:
            return program_key(self._function(), self._key(bound), options)
        except NotPersistent:
            return None

    def _from_disk(self, bound: dict[str, Any]) -> Found | None:
        if cache_mode() != "disk":
            return None
        key = self._disk_key(bound)
        stored = None if key is None else fetch(key, entries_of(self._function(), bound))
        if key is None or stored is None:
            return None
        if "baked" in stored.meta:
            more = {tuple((k, v) for k, v in path) for path in stored.meta["baked"]}
            if more <= self._baked:
                return None
            self._baked |= more
            return self._known(bound) or self._from_disk(bound)
        return self._revived(key, stored, bound)

    def _revived(self, key: str, stored: Stored, bound: dict[str, Any]) -> Found | None:
        """The program of an entry, if it holds for what is captured now."""
        captured = captured_key(stored.captures)
        if stored.meta["captured"] != repr(captured):
            return None
        try:
            classes = named_classes(stored.meta["classes"], bound, stored.guards)
        except NotPersistent:
            return None
        if classes is None:
            return None
        codes = {k: decode(k, stored.texts[k], stored.meta) for k in stored.texts}
        compiled = self._make(key, bound, stored.meta["branches"], codes, classes)
        compiled.persistent = True
        return Found(compiled, stored.captures, stored.guards, _codes(stored.functions), captured)

    def _make(
        self, key: str | None, bound: dict[str, Any], branches: bool, codes: Any, classes: Any
    ) -> Compiled:
        gradient = self.gradient
        shapes = {name: skeleton(value) for name, value in bound.items()}

        def exact() -> list[str]:  # the key alone does not know helpers: the program itself does
            return [str(key), compiled.code("rolled").text, compiled.code("scout").text]

        def recall(decisions: tuple[int, ...]) -> Any:
            stored = key is not None and compiled.persistent
            return recall_path(exact(), decisions) if stored else None

        def keep(decisions: tuple[int, ...], code: Code | None) -> None:
            if key is not None and compiled.persistent:
                keep_path(exact(), decisions, code, gradient.__qualname__)

        def derive_again() -> Emission:
            return self._emission(shapes)[0]

        compiled = Compiled(
            gradient.__name__, gradient.unroll, branches, codes, classes, derive_again, recall, keep
        )
        return compiled

    # -- deriving ---------------------------------------------------------------------------------

    def _derive(self, bound: dict[str, Any]) -> Found:
        before = self._disk_key(bound) if cache_mode() == "disk" else None
        baked_before = self._baked
        emission, lowered = self._emission(bound)
        program = emission.derivation.primal
        branches = has_decisions(program)
        kinds = (
            ["rolled", "scout"] if branches and self.gradient.unroll is not False else ["rolled"]
        )
        codes = {kind: make_code(emission, kind) for kind in kinds}
        key = self._disk_key(bound) if before is not None else None
        captures = tuple(lowered.captures)
        compiled = self._make(key, bound, branches, codes, emission.classes)
        compiled.adopt(emission)
        if key is not None and before is not None:
            if self._baked != baked_before:
                self._store_baked(before)
            self._store(key, entries_of(self._function(), bound), compiled, lowered)
        inlined = _codes(lowered.inlined)
        return Found(compiled, captures, lowered.guards, inlined, captured_key(captures))

    def _store_baked(self, key: str) -> None:
        """Note on disk that the values of some integers decide the program."""
        meta = {"title": self.gradient.__qualname__, "baked": sorted(self._baked, key=repr)}
        store(key, (), {}, meta, (), (), ())

    def _store(
        self, key: str, entries: Sequence[Any], compiled: Compiled, lowered: Lowered
    ) -> None:
        codes, captures = compiled.codes, tuple(lowered.captures)
        try:
            classes = class_texts(compiled.classes)
        except NotPersistent:
            return
        meta = {
            "title": f"{self.gradient.__module__}.{self.gradient.__qualname__}",
            "branches": compiled.branches,
            "classes": classes,
            "captured": repr(captured_key(captures)),
            "places": {k: c.places for k, c in codes.items()},
            "names": {k: c.name for k, c in codes.items()},
        }
        texts = {k: c.text for k, c in codes.items()}
        compiled.persistent = store(
            key, entries, texts, meta, captures, lowered.guards, lowered.inlined
        )

    def _emission(self, bound: dict[str, Any]) -> tuple[Emission, Lowered]:
        """Lower the function for these arguments."""
        emission, lowered, more = emission_for(self.gradient, self._function(), bound, self._baked)
        self._baked |= more
        return emission, lowered

    def unknown(self) -> Compiled:
        """The form for arrays of unknown rank."""
        emission = emission_unknown(self.gradient, self._function())
        compiled = self._make(None, {}, has_decisions(emission.derivation.primal), {}, {})
        compiled.adopt(emission)
        return compiled


def _codes(functions: Sequence[Any]) -> tuple[tuple[FunctionType, CodeType], ...]:
    return tuple((f, f.__code__) for f in functions)
