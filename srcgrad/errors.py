"""States every refusal of srcgrad: the table of codes, the place of an error, the exceptions.

Invariant: each exception carries a code that `CODES` knows, says what is wrong, and, where one is
known, what to do about it. An error of the front end is a `SyntaxError`, so Python draws the caret
itself.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SECOND = "the run could not be recorded either"
OVERLAP = "arguments overlap in memory, and one of them is written to"
CODES: dict[str, str] = {
    # SG1xx: the language
    "SG101": "statement outside the supported language",
    "SG102": "expression outside the supported language",
    "SG103": "comprehension",
    "SG104": "generator",
    "SG105": "asynchronous code",
    "SG106": "try statement",
    "SG107": "with statement",
    "SG108": "match statement",
    "SG109": "class definition inside a function",
    "SG110": "import inside a function",
    "SG111": "global or nonlocal declaration",
    "SG112": "del statement",
    "SG113": "assignment expression",
    "SG114": "star in an assignment, a call or a display",
    "SG115": "write to an attribute",
    "SG116": "set display or dictionary unpacking",
    "SG117": "variable arguments in a signature",
    "SG118": "type alias or type parameters",
    "SG119": "decorator on a nested function",
    "SG120": "nesting too deep",
    "SG121": "syntax this version of srcgrad does not know",
    "SG122": "template string",
    # SG2xx: kinds and calls
    "SG201": "function without a derivative rule",
    "SG202": "keyword argument that the rule does not cover",
    "SG203": "unsupported method or attribute",
    "SG204": "result that is not a scalar",
    "SG205": "cast to an integer cuts the gradient",
    "SG206": "write to something that cannot be written in place",
    "SG207": "write that another name may or may not see",
    "SG208": "kinds differ between branches",
    "SG209": "undefined name",
    "SG210": "call that cannot be resolved",
    "SG211": "function without a derivative for complex values",
    "SG212": "static value needed",
    "SG213": "kinds of a recursive function do not settle",
    "SG214": "unsupported index",
    "SG215": "operand of an unsupported kind",
    "SG216": "wrong number of values to unpack",
    "SG217": "arguments do not fit the called function",
    "SG218": "shapes or axes do not fit",
    "SG219": "unsupported dtype",
    "SG220": "loop over something that is not iterable here",
    "SG221": "kinds change from one trip of a loop to the next",
    "SG222": "truth value of an array",
    "SG223": "object captured by the function cannot be traced",
    "SG224": "function without a return value",
    "SG225": "name that may be unbound",
    "SG226": "operator that cannot be differentiated",
    "SG227": "function with side effects",
    "SG228": "operation on strings or bytes",
    "SG229": "random numbers without a fixed key",
    "SG230": "size or depth limit of the compiler",
    "SG232": "conversion that would cut the gradient",
    "SG233": "recorded operations do not give the value of the run",
    "SG234": "operation without a form for many tangents at once",
    # SG3xx: arguments
    "SG301": "integer or boolean argument cannot be differentiated",
    "SG302": "missing argument",
    "SG303": "wrong argnums",
    "SG304": "no active input reaches the result",
    "SG305": "unsupported type of argument",
    "SG306": "nothing to differentiate in a container",
    "SG307": "unexpected argument",
    "SG308": "wrong option",
    "SG309": "result does not have the form that has_aux asks for",
    "SG310": "not a function",
    "SG311": "overlapping arguments",
    "SG312": "value changed since the function was compiled",
    "SG313": "cotangent or tangent does not fit",
    "SG314": "gradient check failed",
    # SG4xx: source retrieval
    "SG401": "no source",
    "SG402": "source changed since it was loaded",
    "SG403": "asynchronous function",
    "SG404": "decorator hides the source",
    "SG405": "ambiguous lambda",
    "SG406": "source does not parse",
    "SG407": "builtin or compiled function",
    # SG5xx: registration, code generation, running
    "SG501": "rule refused on registration",
    "SG502": "rule registered twice",
    "SG503": "emitted code does not parse back",
    "SG504": "ill-formed intermediate code",
    "SG505": "emitted code exceeds the size limit",
    "SG506": "target not available",
    "SG507": "native compiler failed",
    "SG508": "path of a decision is not compiled",
    "SG509": "run left the recorded path",
    "SG510": "operation not available on this target",
    # SG6xx: the cache
    "SG601": "cache directory is not used",
    "SG602": "cache entry is damaged",
    "SG603": "cache cannot be written",
    "SG604": "wrong cache setting",
    # SG7xx: the imperative API
    "SG701": "nothing was recorded",
    "SG702": "what was recorded is used up",
    "SG703": "no variable is reached",
    "SG704": "head gradient does not fit",
    "SG705": "write that cannot be recorded",
    "SG706": "unknown grad_req",
    "SG707": "device is not available",
    "SG708": "operands do not fit",
    "SG709": "custom function misused",
    "SG710": "unknown option",
    "SG711": "index out of bounds",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Names a stretch of source: lines count from 1, columns from 0 in characters.

    Invariant: (line, col) is not after (end_line, end_col); the end is exclusive.
    """

    file: str
    line: int
    col: int
    end_line: int
    end_col: int

    def __str__(self) -> str:
        """Give `file:line:column`, the column counted from 1 as editors do."""
        return f"{self.file}:{self.line}:{self.col + 1}"


def known_code(code: str) -> str:
    """Return `code` if the table has it; a code without a title is a fault of srcgrad itself."""
    if code not in CODES:
        raise ValueError(f"{code!r} is not in srcgrad.errors.CODES")
    return code


def _joined(code: str, message: str, remedy: str) -> str:
    return f"{message} [{code}]; {remedy}" if remedy else f"{message} [{code}]"


class SrcgradError(Exception):
    """Is the base of every error that srcgrad raises on purpose.

    Invariant: `code` is a key of `CODES`; `message` says what is wrong, `remedy` what to do, or "".
    `second` says why another way failed too: that of a recorded run, where the source is refused.
    """

    code: str
    message: str
    remedy: str
    second: SrcgradError | None = None

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        """Keep the code, what is wrong and what to do about it."""
        self.code, self.message, self.remedy = known_code(code), message, remedy
        super().__init__(_joined(code, message, remedy))

    def __str__(self) -> str:
        """Give what is wrong and what to do, of both ways where both failed."""
        return self._with_second(Exception.__str__(self))

    def _with_second(self, text: str) -> str:
        return text if self.second is None else f"{text}\n{SECOND}: {self.second}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the arguments of the constructor."""
        return type(self), (self.code, self.message, self.remedy), self.__dict__


class FrontendError(SrcgradError, SyntaxError):
    """Refuses a piece of the user's source, and points at it.

    Invariant: the fields of `SyntaxError` are set wherever `span` is known, so a traceback shows
    the user's line with a caret under the refused piece.
    """

    span: Span | None

    def __init__(
        self,
        code: str,
        message: str,
        span: Span | None,
        remedy: str = "",
        text: str | None = None,
    ) -> None:
        """Keep what is wrong, where, what to do; `text` is the line, if `linecache` lacks it."""
        self.code, self.message, self.remedy = known_code(code), message, remedy
        self.span = span
        joined = _joined(code, message, remedy)
        if span is None:
            SyntaxError.__init__(self, joined)
            return
        if text is None:
            text = linecache.getline(span.file, span.line) or None
        SyntaxError.__init__(
            self,
            joined,
            (span.file, span.line, span.col + 1, text, span.end_line, span.end_col + 1),
        )

    def __str__(self) -> str:
        """Give place, cause, the line with carets, and the remedy."""
        head = f"{self.message} [{self.code}]"
        lines = [head if self.span is None else f"{self.span}: {head}"]
        if self.span is not None and self.text:
            lines += ["    " + row for row in caret_lines(self.text, self.span)]
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        return self._with_second("\n".join(lines))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the arguments of the constructor."""
        arguments = (self.code, self.message, self.span, self.remedy, self.text)
        return type(self), arguments, self.__dict__


def caret_lines(text: str, span: Span) -> list[str]:
    """Give the first line of `text` without its indentation, and the carets that mark `span` in it.

    >>> caret_lines("    y = z", Span("f.py", 1, 8, 1, 9))
    ['y = z', '    ^']
    """
    line = text.split("\n", 1)[0].rstrip()
    indent = len(line) - len(line.lstrip())
    end = span.end_col if span.end_line == span.line else len(line)
    pad = "".join("\t" if c == "\t" else " " for c in line[indent : span.col])
    return [line[indent:], pad + "^" * max(1, min(end, len(line)) - max(span.col, indent))]


class UnsupportedSyntaxError(FrontendError):
    """Refuses syntax outside the supported language."""


class UnsupportedError(FrontendError):
    """Refuses a call or a feature that the language has, but srcgrad does not treat."""


class MissingRuleError(FrontendError):
    """Refuses a function for which no derivative is registered."""

    @classmethod
    def of(
        cls, function: str, span: Span | None, text: str | None = None, remedy: str = ""
    ) -> MissingRuleError:
        """Name the function, and say what to do: if nothing else, how to give it a rule."""
        remedy = remedy or (
            "register one with srcgrad.rules, write it with functions that have a rule, "
            "or decorate your own with custom_vjp"
        )
        return cls("SG201", f"{function} has no derivative rule", span, remedy, text)


class KindError(FrontendError):
    """Refuses values whose types do not fit the place where they are used."""


class ArgumentError(SrcgradError, TypeError):
    """Refuses a call: its arguments or the options do not fit."""


class SourceError(SrcgradError, OSError):
    """Says that the source of a function cannot be had, or is not the source that was loaded."""


class CodegenError(SrcgradError, RuntimeError):
    """Says that emitted code is not what was meant: a fault of srcgrad, never of the user."""


class RegistrationError(SrcgradError, ValueError):
    """Refuses a rule whose form does not fit its function."""


class PathError(SrcgradError, RuntimeError):
    """Says that a run took another path than the code that was compiled for it."""


class ImperativeError(SrcgradError, RuntimeError):
    """Refuses a step of the imperative API."""


class BackwardError(ImperativeError):
    """Says why there is nothing to differentiate."""


class HeadGradientError(BackwardError, ValueError):
    """Refuses a head gradient that does not fit its head."""


class GradReqError(SrcgradError, ValueError, KeyError):
    """Refuses a way of keeping gradients that there is not."""

    __str__ = Exception.__str__  # a KeyError would show the message in quotes


class WriteError(ImperativeError):
    """Refuses a write in place that could not be differentiated."""


class DeviceError(ImperativeError):
    """Says that a device, or the library for it, is not there."""


class OperandError(ImperativeError, TypeError):
    """Refuses operands that do not go together."""


class NotAnArrayError(OperandError, AssertionError):
    """Refuses an operand that is no array where one must be."""


class ShapeError(OperandError, ValueError):
    """Refuses operands whose shapes do not fit."""


class ChoiceError(ImperativeError, ValueError):
    """Refuses an option that is none of those that there are."""


class BoundsError(ImperativeError, IndexError):
    """Refuses an index outside of an axis."""


class CacheWarning(UserWarning):
    """Says that the disk cache was not used as asked; results are not affected.

    Invariant: `code` is a key of `CODES`.
    """

    code: str

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        """Keep the code, what is wrong and what to do about it."""
        self.code, self.message, self.remedy = known_code(code), message, remedy
        super().__init__(_joined(code, message, remedy))

    def __reduce__(self) -> tuple[Callable[..., CacheWarning], tuple[str, str, str]]:
        """Pickle by the arguments of the constructor."""
        return type(self), (self.code, self.message, self.remedy)


class CutGradientWarning(UserWarning):
    """Says that a recorded value left a recording unasked, so that it is a constant from there on."""


class StaleGradientWarning(UserWarning):
    """Says that a backward pass did not reach a variable that was recorded with."""
