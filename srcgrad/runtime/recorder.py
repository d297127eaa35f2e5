"""Decides which calls are recorded: those whose function the source front end refuses.

A refusal is remembered by signature, so that later calls of it are recorded at once. What is the
fault of the call itself (its arguments, a result that is no scalar) is never recorded.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from srcgrad.errors import SECOND, ArgumentError, FrontendError, SourceError, SrcgradError
from srcgrad.runtime.compiled import Compiled
from srcgrad.runtime.signature import key_of

if TYPE_CHECKING:
    from srcgrad.runtime.gradient import Gradient
    from srcgrad.runtime.recorded_call import RecordedCalls

REFUSALS_KEPT = 256
# The result is no scalar, or depends on nothing; the source is not that of the function.
_FINAL = frozenset({"SG204", "SG304", "SG309", "SG402", "SG403", "SG407"})
_OF_ARGUMENTS = frozenset({"SG305", "SG310"})  # objects, which only a recorded run can look into


class Recorder:
    """The recorded side of one gradient."""

    def __init__(self, gradient: Gradient) -> None:
        self.gradient = gradient
        self.refusals: OrderedDict[Hashable, SrcgradError] = OrderedDict()
        self.latest: Compiled | None = None  # the program of the last call, if that was recorded
        self._calls: RecordedCalls | None = None

    @property
    def calls(self) -> RecordedCalls:
        """Runs and programs; the recorder is imported when it is first needed."""
        if self._calls is None:
            from srcgrad.runtime.recorded_call import RecordedCalls

            self._calls = RecordedCalls(self.gradient)
        return self._calls

    def serves(self, bound: dict[str, Any]) -> bool:
        """Whether calls like this one are recorded, as far as is known."""
        if self.gradient.frontend == "record":
            return True
        return bool(self.refusals) and self._key(bound) in self.refusals

    def takes(self, refusal: SrcgradError) -> bool:
        """Whether a function that is refused so may still be recorded."""
        if self.gradient.frontend != "auto" or refusal.code in _FINAL:
            return False
        if isinstance(refusal, (FrontendError, SourceError)):
            return True
        return isinstance(refusal, ArgumentError) and refusal.code in _OF_ARGUMENTS

    def instead(self, bound: dict[str, Any], refusal: SrcgradError) -> Any:
        """A recorded call in place of one that was refused."""
        self.remember(bound, refusal)
        return self.call(bound)

    def remember(self, bound: dict[str, Any], refusal: SrcgradError) -> None:
        """From now on, calls like this one are recorded."""
        self.refusals[self._key(bound)] = refusal.with_traceback(None)
        if len(self.refusals) > REFUSALS_KEPT:
            self.refusals.popitem(last=False)

    def call(self, bound: dict[str, Any]) -> Any:
        """A recorded call; if recording is refused too, the first refusal tells of it."""
        try:
            result = self.calls.call(bound)
        except SrcgradError as error:
            refusal = self.refusals.get(self._key(bound))
            if refusal is None or self.gradient.frontend == "record":
                raise
            if isinstance(error, ArgumentError):  # no other way of writing the function would help
                raise
            raise _noted(refusal, error) from error
        except NameError as error:
            refusal = self.refusals.get(self._key(bound))
            if refusal is not None and refusal.code == "SG209":
                raise copy.copy(refusal) from error
            raise
        self.latest = self.calls.latest
        return result

    def once(self, bound: dict[str, Any], refusal: SrcgradError) -> Any:
        """A recorded call because of what these arguments are, not because of the function."""
        try:
            result = self.calls.call(bound)
        except SrcgradError as error:
            raise _noted(refusal, error) from error
        self.latest = self.calls.latest
        return result

    def texts(self) -> dict[Hashable, str]:
        """The text of every recorded program, numbered."""
        programs = [] if self._calls is None else list(self._calls.programs.values())
        return {("recorded", k): p.code("rolled").text for k, p in enumerate(programs)}

    def annotate(self, error: BaseException) -> None:
        """Note on an exception from emitted code which line of the user's it arose in."""
        if self._calls is not None:
            for compiled in list(self._calls.programs.values()):
                compiled.annotate(error)

    def _key(self, bound: dict[str, Any]) -> Hashable:
        return tuple([key_of(v, (("arg", n),), frozenset()) for n, v in bound.items()])


def _noted(refusal: SrcgradError, error: SrcgradError) -> SrcgradError:
    """The refusal of the source front end, which also says why recording failed too."""
    told = copy.copy(refusal)
    told.second = error
    if isinstance(told, SyntaxError) and hasattr(told, "add_note"):  # Python 3.10 has no notes
        told.add_note(f"{SECOND}: {error}")  # for tracebacks, which show no text of theirs
    return told
