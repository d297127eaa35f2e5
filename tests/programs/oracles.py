"""Runs one program in every form that srcgrad has for it and compares.

Value: plain Python, the IR interpreter and the emitted primal agree to the bit. Gradient: rolled and
unrolled, ``needed`` on and off, poisoned, and the interpreted adjoint agree with the tangent program
(forward mode, interpreted), which agrees with central differences of plain Python.
"""

from __future__ import annotations

import contextlib
import linecache
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import numpy as np

from srcgrad import value_and_grad
from srcgrad.errors import MissingRuleError, SrcgradError
from srcgrad.ir import nodes
from srcgrad.ir.interpret import Interpreter, interpret
from srcgrad.ir.verify import verify
from srcgrad.runtime.emission import Text
from srcgrad.runtime.gradient import Gradient
from srcgrad.runtime.load import filename_for, load
from srcgrad.transform.forward import forward
from srcgrad.transform.nested import one_sweep
from srcgrad.transform.pipeline import Options
from srcgrad.transform.reverse import pullback, reverse
from srcgrad.transform.simplify import simplify

from .generator import Program

HUGE = 1e7
CLOSE = 1e-10
DIFFERENCE = 1e-6
Point = tuple[Any, ...]


class Wrong(Exception):
    """Two forms of a program disagree, or one of them fails."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(f"{what}: {detail}")
        self.what = what


@dataclass
class Outcome:
    """What became of a program: how many points were compared, and why some were not."""

    compared: int = 0
    skipped: list[str] = field(default_factory=list)
    refused: str = ""
    message: str = ""
    recorded: str = ""  # the refusal of the source front end, where a recorded run served instead


def points(
    arguments: Sequence[tuple[str, tuple[int, ...]]], seed: int, count: int = 3
) -> list[Point]:
    """Arguments to call a program with."""
    rng = np.random.default_rng(seed)
    result = []
    for _ in range(count):
        values = (rng.uniform(-1.3, 1.3, shape) for _, shape in arguments)
        result.append(tuple(v if v.shape else float(v) for v in map(np.asarray, values)))
    return result


def load_program(text: str, title: str) -> FunctionType:
    """The function ``f`` of a program text, its source visible to ``inspect``."""
    filename = f"<program {title}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    space: dict[str, Any] = {"__name__": "fuzzed"}
    exec(compile(text, filename, "exec"), space)
    function: FunctionType = space["f"]
    return function


def check(program: Program, count: int = 3) -> Outcome:
    """Compare all forms of a generated program at some points."""
    return check_text(
        program.text, points(program.arguments, program.seed, count), str(program.seed)
    )


def check_text(text: str, at: Sequence[Point], title: str) -> Outcome:
    """Compare all forms of a program text at the points.

    Raises:
        Wrong: Two of them disagree.
    """
    function = load_program(text, title)
    outcome = Outcome()
    with np.errstate(all="ignore"):
        values = [_plain(function, point) for point in at]
        usable = [p for p, v in zip(at, values, strict=True) if v is not None]
        if not usable:
            outcome.skipped = ["not finite"] * len(at)
            return outcome
        try:
            forms = Forms(function, usable[0])
        except SrcgradError as error:
            return _served(function, usable, outcome, error)
        for point, value in zip(at, values, strict=True):
            if value is not None:
                why = forms.compare(point, value)
                outcome.skipped += [why] if why else []
                outcome.compared += not why
    return outcome


def _served(
    function: FunctionType, at: Sequence[Point], outcome: Outcome, refusal: SrcgradError
) -> Outcome:
    """What the source front end refuses may be recorded: then it is right, like anything else."""
    code = getattr(refusal, "code", type(refusal).__name__)
    for point in at:
        try:
            why = recorded_slope(function, point)
        except SrcgradError as error:
            outcome.refused, outcome.message = code, f"{refusal}\n{error}"
            return outcome
        outcome.skipped += [why] if why else []
        outcome.compared += not why
    outcome.recorded = code
    return outcome


def recorded_slope(function: FunctionType, point: Point) -> str:
    """Compare value, arguments and slope of a recorded call with plain Python; gives why not."""
    names = tuple(range(len(point)))
    args, left = _copies(point), _copies(point)
    with _world_restored(function):
        value = function(*left)
    with blaming("recording a call"), _world_restored(function):
        mine, gradient = value_and_grad(function, names)(*args)
    if not float(mine) == float(value):
        raise Wrong("recorded value", f"{mine!r}, plain Python {value!r}")
    if any(not np.array_equal(a, b) for a, b in zip(args, left, strict=True)):
        raise Wrong("a recorded call leaves other arguments", "")
    rng = np.random.default_rng(7)
    directions = [np.asarray(rng.uniform(-1, 1, np.shape(v))) for v in point]
    pairs = list(zip(gradient, directions, strict=True))
    slope = sum(float(np.sum(np.asarray(g) * d)) for g, d in pairs)
    if not math.isfinite(slope) or abs(slope) > HUGE:
        return "steep"

    def at(h: float) -> float:
        moved = [p + h * d for p, d in zip(point, directions, strict=True)]
        with _world_restored(function):
            return float(
                function(*(m if isinstance(m, np.ndarray) and m.shape else float(m) for m in moved))
            )

    found = []
    for h in (1e-5, 1e-4, 1e-6, 1e-7):
        ends = [at(k * h) for k in (1, -1, 2, -2)]
        found.append((8 * (ends[0] - ends[1]) - (ends[2] - ends[3])) / (12 * h))
        if abs(found[-1] - slope) <= DIFFERENCE * (1 + abs(slope)):
            return ""
    spread = max(found) - min(found)
    if not math.isfinite(spread) or spread > 1e-4 * (1 + abs(slope)):
        return "kink"
    raise Wrong("recorded gradient against differences", f"slope {slope!r}, differences {found}")


@contextlib.contextmanager
def _world_restored(function: FunctionType) -> Iterator[None]:
    """Undo what a run writes to the arrays that the function captures."""
    cells = [c.cell_contents for c in function.__closure__ or ()]
    arrays = [v for v in (*function.__globals__.values(), *cells) if isinstance(v, np.ndarray)]
    before = [v.copy() for v in arrays]
    try:
        yield
    finally:
        for array, old in zip(arrays, before, strict=True):
            array[...] = old


def _plain(function: FunctionType, point: Point) -> Any:
    """The value in plain Python, ``None`` where it is not finite."""
    try:
        with _world_restored(function):
            value = function(*_copies(point))
    except (ArithmeticError, ValueError, UnboundLocalError):
        return None
    return value if np.shape(value) == () and math.isfinite(value) and abs(value) < HUGE else None


def _copies(point: Point) -> Point:
    return tuple(np.copy(v) if isinstance(v, np.ndarray) else v for v in point)


@contextlib.contextmanager
def blaming(what: str) -> Iterator[None]:
    """Any exception inside is a failure of this form."""
    try:
        yield
    except (Wrong, SrcgradError):
        raise
    except Exception as error:
        raise Wrong(f"{what} raises {type(error).__name__}", str(error)) from error


def _loaded(text: Text) -> Callable[..., Any]:
    emitted = text.emitted
    return load(
        emitted.text, emitted.name, dict(text.classes), filename_for(emitted.name, emitted.text)
    )


class Forms:
    """Every form of one function, compiled for the signature of a point."""

    def __init__(self, function: FunctionType, point: Point) -> None:
        self.function = function
        self.twice: Any = None
        self.names = tuple(function.__code__.co_varnames[: function.__code__.co_argcount])
        bound = dict(zip(self.names, point, strict=True))
        # "auto" takes one of the other two: one program in three tests the choice
        modes = (False, True, "auto") if function.__code__.co_nlocals % 3 == 0 else (False, True)
        with blaming("compiling"):
            self.api = {u: Gradient(function, self.names, Options(), u) for u in modes}
            found = self.api[False].compile(bound)
            off = Gradient(function, self.names, Options(needed=False), False).compile(bound)
        self.captured = [c.read() for c in found.captures]
        self.on, self.off = found.compiled, off.compiled
        self.leaves = self.on.emission.arguments.leaves
        self.build()

    def build(self) -> None:
        """Derive and verify each program, and load each text."""
        derivation = self.on.emission.derivation
        with blaming("lowering"):
            self.lowered = verify(derivation.lowered.program)
            self.primal = verify(derivation.primal)
        with blaming("forward mode"):
            self.tangent = verify(forward(self.primal, derivation.wrt))
        with blaming("reverse mode"):
            self.adjoint = verify(derivation.adjoint())
        with blaming("reverse mode, needed off"):
            self.adjoint_off = verify(self.off.emission.derivation.adjoint())
        with blaming("emitting"):
            self.emitted_primal = _loaded(self.on.emission.primal(self.primal))
            self.texts = {
                "rolled": _loaded(self.on.emission.gradient()),
                "needed off": _loaded(self.off.emission.gradient()),
                "poisoned": _loaded(self.on.emission.gradient(poison=True)),
            }

    def inputs(self, point: Point) -> list[Any]:
        """Values of the parameters of the IR programs."""
        by_name = dict(zip(self.names, _copies(point), strict=True))
        return [by_name[leaf.path[0][1]] for leaf in self.leaves] + self.captured

    def compare(self, point: Point, value: Any) -> str:
        """Raise if two forms disagree; gives the reason why a point cannot be judged."""
        interpreter = Interpreter(self.primal)
        with blaming("interpreting the primal"):
            mine = interpreter.run(self.inputs(point))[0]
        self.same_value("interpreted primal", mine, value)
        with blaming("interpreting the lowered program"):
            self.same_value(
                "interpreted lowering", interpret(self.lowered, self.inputs(point))[0], value
            )
        with blaming("emitted primal"):
            self.same_value(
                "emitted primal", self.emitted_primal(*_copies(point), *self.captured), value
            )
        rng = np.random.default_rng(7)
        directions = [np.asarray(rng.uniform(-1, 1, np.shape(v))) for v in point]
        tangents = [
            d if isinstance(v, np.ndarray) else float(d)
            for v, d in zip(point, directions, strict=True)
        ]
        with blaming("interpreting forward mode"):
            slope = float(interpret(self.tangent, [*self.inputs(point), *tangents])[1])
        if not math.isfinite(slope) or abs(slope) > HUGE:
            return "steep"
        self.gradients(point, directions, slope, tuple(d for _, d in interpreter.decisions))
        self.second_order(point, directions)
        return self.differences(point, directions, slope, interpreter.decisions)

    def same_value(self, what: str, mine: Any, value: Any) -> None:
        if not (float(mine) == float(value) and np.shape(mine) == np.shape(value)):
            raise Wrong(what, f"{mine!r}, plain Python {value!r}")

    def gradients(
        self, point: Point, directions: list[Any], slope: float, decisions: tuple[int, ...]
    ) -> None:
        """Compare every reverse form with the slope, and with the interpreted adjoint without ``needed``."""
        with blaming("interpreting the adjoint, needed off"):
            reference = interpret(self.adjoint_off, self.inputs(point))
        self.judge(
            "interpreted adjoint, needed off", reference, point, directions, slope, reference
        )
        with blaming("interpreting the adjoint"):
            found = interpret(self.adjoint, self.inputs(point))
        self.judge("interpreted adjoint", found, point, directions, slope, reference)
        for what, function in self.texts.items():
            found = self.called(what, function, point, self.captured)
            self.judge(what, found, point, directions, slope, reference)
        with blaming("unrolling"):
            path = verify(self.on.emission.derivation.adjoint(decisions))
            found = interpret(path, self.inputs(point))
        self.judge("interpreted path", found, point, directions, slope, reference)
        for unroll_, gradient in self.api.items():
            found = self.called(f"unroll={unroll_}", gradient, point, [])
            self.judge(f"unroll={unroll_}", found, point, directions, slope, reference)
        with blaming("recording"):
            recorded = self.on.learn((*_copies(point), *self.captured))
        if recorded != decisions:
            raise Wrong("recorded decisions", f"{recorded}, interpreted {decisions}")

    def second_order(self, point: Point, directions: list[Any]) -> None:
        """Compare reverse over reverse with forward over reverse, by dot product: one program in four."""
        if self.function.__code__.co_nlocals % 4:
            return
        if self.twice is None:
            wrt = self.on.emission.derivation.wrt
            with blaming("second order"):
                once = reverse(self.primal, wrt)
                once = nodes.Program(one_sweep(simplify(once, final=False).entry), once.functions)
                try:
                    self.twice = (
                        verify(pullback(once, wrt)),
                        verify(forward(once, wrt)),
                    )
                except MissingRuleError:
                    return
        back, ahead = self.twice
        moves = [
            d if isinstance(v, np.ndarray) else float(d)
            for v, d in zip(point, directions, strict=True)
        ]
        rng = np.random.default_rng(9)
        other = [
            np.asarray(rng.uniform(-1, 1, np.shape(v))) if isinstance(v, np.ndarray) else 0.5
            for v in point
        ]
        with blaming("interpreting second order"), np.errstate(all="ignore"):
            rows = interpret(back, [*self.inputs(point), *moves])
            columns = interpret(ahead, [*self.inputs(point), *other])[len(point) :]
        first = sum(float(np.sum(np.asarray(r) * o)) for r, o in zip(rows, other, strict=True))
        second = sum(float(np.sum(np.asarray(c) * m)) for c, m in zip(columns, moves, strict=True))
        sizes = [float(np.sum(np.abs(np.asarray(r) * o))) for r, o in zip(rows, other, strict=True)]
        if not math.isfinite(first) or not math.isfinite(second) or sum(sizes) > HUGE:
            return
        if abs(first - second) > 1e-8 * (1 + sum(sizes)):
            raise Wrong("second order", f"reverse over reverse {first!r}, forward {second!r}")

    def called(
        self, what: str, function: Callable[..., Any], point: Point, captured: list[Any]
    ) -> Any:
        """The gradient; it leaves the arguments as the function does, and owns its storage."""
        args, before = _copies(point), _copies(tuple(self.captured))
        left = _copies(point)
        self.function(*left)
        with blaming(what):
            found = function(*args, *captured)
        theirs = [*args, *self.captured]
        if any(not np.array_equal(a, b) for a, b in zip(theirs, (*left, *before), strict=True)):
            raise Wrong(f"{what} leaves other arguments", "")
        arrays = [a for a in (*found, *theirs) if isinstance(a, np.ndarray)]
        mine = sum(isinstance(a, np.ndarray) for a in found)
        shared = [
            (j, k)
            for j in range(mine)
            for k in range(j + 1, len(arrays))
            if np.shares_memory(arrays[j], arrays[k])
        ]
        if shared:
            raise Wrong(f"{what} returns shared storage", str(shared))
        return found

    def judge(
        self,
        what: str,
        found: Any,
        point: Point,
        directions: list[Any],
        slope: float,
        reference: Any,
    ) -> None:
        """A gradient has the arguments' shapes, forward mode's slope and the reference's values."""
        total, size = 0.0, 1.0
        for k, (g, d) in enumerate(zip(found, directions, strict=True)):
            if np.shape(g) != np.shape(point[k]) or isinstance(g, np.ndarray) != isinstance(
                point[k], np.ndarray
            ):
                raise Wrong(f"{what} has another shape", f"{np.shape(g)} for {self.names[k]}")
            total += float(np.sum(np.asarray(g) * d))
            size += float(np.sum(np.abs(np.asarray(reference[k]) * d)))
        if not abs(total - slope) <= CLOSE * size:
            raise Wrong(what, f"slope {total!r}, forward mode {slope!r}")
        for k, (g, r) in enumerate(zip(found, reference, strict=True)):
            if not np.allclose(g, r, rtol=1e-9, atol=CLOSE * size):
                raise Wrong(f"{what} against the reference", f"{self.names[k]}: {g!r} and {r!r}")

    def differences(self, point: Point, directions: list[Any], slope: float, decisions: Any) -> str:
        """Compare the slope with central differences of plain Python on the same path."""

        def moved(h: float) -> Point:
            return tuple(
                p + h * d if isinstance(p, np.ndarray) else float(p + h * d)
                for p, d in zip(point, directions, strict=True)
            )

        def at(h: float) -> float | None:
            interpreter = Interpreter(self.primal)
            interpreter.run(self.inputs(moved(h)))
            return float(self.function(*moved(h))) if interpreter.decisions == decisions else None

        middle = float(self.function(*_copies(point)))
        errors = []
        for h in (1e-5, 1e-4, 1e-6, 1e-3, 3e-7, 1e-7):
            values = [at(k * h) for k in (1, -1, 2, -2)]
            if any(v is None or not math.isfinite(v) for v in values):
                continue
            a, b, c, d = (v for v in values if v is not None)
            found = (8 * (a - b) - (c - d)) / (12 * h)
            noise = 1e-14 * max(map(abs, (a, b, c, d, 1.0))) / h
            errors.append(abs(found - slope) / (1 + abs(slope)))
            if abs(found - slope) <= DIFFERENCE * (1 + abs(slope)) + noise:
                return ""
            left, right = (middle - b) / h, (a - middle) / h
            if abs(left - right) > 1e-3 * (1 + abs(slope)) and h <= 1e-6:
                return "kink"
        if not errors:
            return "decision nearby"
        if min(errors) < 1e-4:
            return "ill conditioned"
        raise Wrong(
            "forward mode against differences", f"slope {slope!r}, relative errors {errors}"
        )


__all__ = ["Forms", "Outcome", "Wrong", "check", "check_text", "points"]
