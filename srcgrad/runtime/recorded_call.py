"""A call whose function is recorded: run it, find the program of its trace, run that.

The key of a program is the trace itself: operations, structure, types, never values of floats or
arrays. So the second call along the same path compiles nothing.
"""

from __future__ import annotations

import inspect
import sys
import threading
import warnings
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from srcgrad.errors import KindError, Span
from srcgrad.frontend.kinds import AV, Seq
from srcgrad.frontend.lower import Lowered
from srcgrad.ir.interpret import interpret
from srcgrad.ir.nodes import Var
from srcgrad.runtime.compiled import Compiled
from srcgrad.runtime.emission import Emission
from srcgrad.runtime.intercept import intercepted
from srcgrad.runtime.locking import collection_paused, compiling
from srcgrad.runtime.packages import COMPOSITIONS
from srcgrad.runtime.record import Recording
from srcgrad.runtime.record_values import spec_of
from srcgrad.runtime.recorded import Recorded, is_recorded, plain
from srcgrad.runtime.retrace import Retrace, type_of_spec
from srcgrad.runtime.signature import Arguments, Leaf, Path
from srcgrad.runtime.structure import Structure
from srcgrad.runtime.trace import facts_of, span_of
from srcgrad.runtime.wrapping import Input, Wrapping, sweep_leaks
from srcgrad.transform.options import Options
from srcgrad.transform.pipeline import Derivation

if TYPE_CHECKING:
    from srcgrad.runtime.gradient import Gradient

_REFUSALS = (NotImplementedError, TypeError, ValueError)  # with which compositions refuse
TRACES_KEPT = 64  # compiled traces of one gradient, least recently used first out


@dataclass
class Run:
    """A recorded run that is over."""

    recording: Recording
    inputs: list[Input]
    value: Any
    aux: Any
    number: int | None
    span: Span
    structure: Structure


class RecordedCalls:
    """The recorded calls of one gradient, and the programs compiled for them."""

    def __init__(self, gradient: Gradient) -> None:
        self.gradient = gradient
        self.programs: OrderedDict[Hashable, Compiled] = OrderedDict()
        self.latest: Compiled | None = None
        self.hits = 0
        self._lock = threading.Lock()

    def call(self, bound: dict[str, Any]) -> Any:
        """The gradient (and value) at these arguments, by a recorded run."""
        run = record(self.gradient, bound)
        if run.number is None:  # on this path the result is constant
            found = [_zero(i.value) for i in run.inputs]
        else:
            entries = [i.value for i in run.inputs]
            program = self._program(run, run.number)
            function, captured = program.load("rolled").function, _captured(_lowered(program))
            with np.errstate(all="ignore"):  # the run has warned of what there is to warn of
                found = function(*entries, tuple(run.recording.constants), *captured)
        gradients = {i.path: g for i, g in zip(run.inputs, found, strict=True)}
        parts = [run.structure.filled(n, gradients) for n in self.gradient.wrt]
        result = parts[0] if self.gradient.single else tuple(parts)
        options = self.gradient.options
        if options.value:
            return ((run.value, run.aux) if options.has_aux else run.value), result
        return (result, run.aux) if options.has_aux else result

    def _program(self, run: Run, number: int) -> Compiled:
        trace = run.recording
        inputs = tuple((*_type_key(i.value), i.written) for i in run.inputs)
        key = (inputs, tuple(trace.constant_types), tuple(trace.entries), number)
        with self._lock:
            found = self.programs.get(key)
            if found is not None and not _holds(_lowered(found)):
                found = None
            if found is not None:
                self.programs.move_to_end(key)
                self.hits += 1
        if found is None:
            with compiling, collection_paused():
                found = compile_trace(self.gradient, run, number)
            with self._lock:
                self.programs[key] = found
                if len(self.programs) > TRACES_KEPT:
                    self.programs.popitem(last=False)
        self.latest = found
        return found


def _lowered(program: Compiled) -> Lowered:
    return program.emission.derivation.lowered


def _captured(lowered: Lowered) -> list[Any]:
    """Arrays of objects from outside that library functions read, as they are now."""
    return [capture.read() for capture in lowered.captures]


def _holds(lowered: Lowered) -> bool:
    """Whether objects from outside are still of the form that a program was made for."""
    return all(guard.holds() for guard in lowered.guards) and all(
        type_of_spec(*spec_of(value)) == var.type
        for value, var in zip(_captured(lowered), lowered.captures.values(), strict=True)
    )


def _type_key(value: Any) -> tuple[Hashable, ...]:
    return (*spec_of(value), type(value) is np.ndarray)


def title_of(gradient: Gradient) -> str:
    """A name for the function that emitted code can use."""
    name = gradient.__name__
    return name if name.isidentifier() else "lambda_" if name == "<lambda>" else "function"


def record(gradient: Gradient, bound: dict[str, Any]) -> Run:
    """Run the function on recorded arguments."""
    recording = Recording(title_of(gradient))
    wrapping = Wrapping(recording)
    references = sys.getrefcount(recording)
    function = gradient.primal
    wrapped: dict[str, Any] = {}
    result: Any = None
    number: int | None = None
    span = _place_of_function(function)
    try:
        wrapped = wrapping.wrap_all(bound, gradient.wrt)
        structure = Structure(bound, gradient.wrt, [i.path for i in wrapping.inputs])
        args, kwargs = gradient.arguments(wrapped)
        wrapped = {}
        with intercepted(recording, function, bound):
            result = function(*args, **kwargs)
        args, kwargs = (), {}
        number = _result_number(gradient, recording, result, span)
    except Exception as error:
        if recording.failure is not None and error is not recording.failure:
            raise recording.failure from error
        refusal = _foreign_code(error, span)
        if refusal is not None:
            raise refusal from error
        error.args = tuple(plain(a) for a in error.args)
        raise
    finally:
        recording.closed = True
        args, kwargs = (), {}
        result = wrapping.unwrap(result, function)
        wrapping.finish()
        recording.finish()
        if sys.getrefcount(recording) > references:
            sweep_leaks(recording)
    if recording.failure is not None:
        raise recording.failure
    aux = result[1] if gradient.options.has_aux else None
    value = result[0] if gradient.options.has_aux else result
    return Run(recording, wrapping.inputs, value, aux, number, span, structure)


def _foreign_code(error: Exception, span: Span) -> KindError | None:
    """The refusal for an exception that code which is not the user's raises of recorded values.

    That is compiled code which takes no other arrays than NumPy's own, and compositions, which do
    less than the functions that they stand for.
    """
    step, place, module = error.__traceback__, span, ""
    while step is not None:
        module = step.tb_frame.f_globals.get("__name__") or ""
        if not facts_of(step.tb_frame).internal:
            place = span_of(step.tb_frame.f_code.co_filename, step.tb_lineno)
        step = step.tb_next
    if type(error) is TypeError and "Recorded" in str(error):
        message = "compiled code does not take a recorded value"
        return KindError("SG232", message, place, "use functions of NumPy, math or operators on it")
    remedy = "use what the docs list for it"
    if isinstance(error, AttributeError) and type(error.obj).__module__.startswith(COMPOSITIONS):
        message = f"{error.name!r} of an object of SciPy is not written out"
        return KindError("SG203", message, place, remedy)
    refused = module.startswith(COMPOSITIONS) and isinstance(error, _REFUSALS)
    return KindError("SG202", str(error), place, remedy) if refused else None


def _place_of_function(function: Any) -> Span:
    """The line of the definition of a function, or of what a callable calls."""
    inner = inspect.unwrap(getattr(function, "func", function))
    inner = inner if isinstance(inner, FunctionType) else getattr(inner, "__call__", None)  # noqa: B004
    code = getattr(inner, "__code__", None)
    return (
        span_of("<unknown>", 1) if code is None else span_of(code.co_filename, code.co_firstlineno)
    )


def _result_number(gradient: Gradient, recording: Recording, result: Any, span: Span) -> int | None:
    """The number of the scalar to differentiate; ``None`` if this path does not reach an input."""
    title, first = recording.title, result
    if recording.failure is not None:
        raise recording.failure

    def refuse(code: str, message: str, remedy: str) -> KindError:
        return KindError(code, message, span, remedy)

    if gradient.options.has_aux:
        if not (isinstance(result, (tuple, list)) and len(result) == 2):
            raise refuse("SG204", f"{title} must return a pair (value, aux)", "return loss, aux")
        first = result[0]
    if isinstance(first, np.ndarray) and first.size != 1:
        axes = "1 axis" if first.ndim == 1 else f"{first.ndim} axes"
        message = f"{title} returns an array of {axes}, not a scalar"
        raise refuse("SG204", message, "sum it, or differentiate one element of it")
    if not isinstance(first, (float, np.floating, np.ndarray)):
        kind = type(first).__name__
        raise refuse("SG204", f"{title} must return one scalar, not {kind}", "return the loss")
    number = recording.number(cast(Recorded, first)) if is_recorded(first) else None
    if number is None and not recording.decided:
        raise refuse(
            "SG304", "no active input reaches the result", "check argnums, and casts to int"
        )
    return number


def compile_trace(gradient: Gradient, run: Run, number: int) -> Compiled:
    """The gradient program of a trace."""
    trace = run.recording
    arguments = Arguments()
    inputs: list[Var] = []
    for item in run.inputs:
        name = _fresh(_leaf_name(item.path), arguments.values)
        dtype, shape = spec_of(item.value)
        var = Var(name, type_of_spec(dtype, shape))
        arguments.values[name] = var
        flat = isinstance(item.value, np.ndarray) and item.value.ndim == 0
        arguments.leaves.append(Leaf(var, (("arg", name),), flat))
        inputs.append(var)
    names = tuple(arguments.values)
    constants: list[Var] = []
    title = _fresh("constants", arguments.values)
    for k, value in enumerate(trace.constants):
        dtype, shape = spec_of(value)
        var = Var(f"c{k}", type_of_spec(dtype, shape))
        constants.append(var)
        arguments.leaves.append(Leaf(var, (("arg", title), ("item", k)), False))
    whole: AV = Seq(tuple(constants))
    arguments.values[title] = whole
    retrace = Retrace(trace, inputs, constants, gradient.primal)
    for item, var in zip(run.inputs, inputs, strict=True):
        array = isinstance(item.value, np.ndarray)
        retrace.values[item.number] = retrace.place(var, array=array, written=item.written)
    lowered = retrace.lower(number, run.span, [*inputs, *constants])
    _check_reproduced(lowered, run)
    rank_zero = frozenset(leaf.var for leaf in arguments.leaves if leaf.rank_zero)
    derivation = Derivation(
        lowered, tuple(inputs), rank_zero, Options(needed=gradient.options.needed)
    )
    emission = Emission(derivation, arguments, names, single=False)
    compiled = Compiled(
        gradient.__name__, False, False, {}, {}, lambda: emission, lambda d: None, lambda d, c: None
    )
    compiled.adopt(emission)
    compiled.load("rolled")
    return compiled


def _check_reproduced(lowered: Lowered, run: Run) -> None:
    """Refuse a trace that does not give the value of the run: something was not seen."""
    values = [*(i.value for i in run.inputs), *run.recording.constants, *_captured(lowered)]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copies = [v.copy() if type(v) is np.ndarray else v for v in values]
        again = interpret(lowered.program, copies)[0]
    if not np.allclose(again, run.value, rtol=1e-6, atol=0.0, equal_nan=True):
        raise KindError(
            "SG233",
            f"the recorded operations give {again}, but the run gave {run.value}",
            run.span,
            "look for memory that is shared with an argument or changed by compiled code",
        )


def _zero(value: Any) -> Any:
    return np.zeros_like(value) if type(value) is np.ndarray else type(value)(0.0)


def _leaf_name(path: Path) -> str:
    words = [str(k) for _, k in path if isinstance(k, str) and k.isidentifier()]
    numbers = "".join(str(k) for _, k in path[1:] if isinstance(k, int))
    return words[-1] + numbers


def _fresh(name: str, taken: Any) -> str:
    while name in taken:
        name += "_"
    return name
