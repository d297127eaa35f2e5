"""A call whose function is recorded: run it, find the program of its trace, run that.

The key of a program is the trace itself: operations, structure, types, never values of floats or
arrays. So the second call along the same path compiles nothing.
"""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.errors import ArgumentError, KindError, Span
from srcgrad.frontend.kinds import AV, Seq, is_namedtuple_type
from srcgrad.ir.nodes import Var
from srcgrad.runtime.compiled import Compiled
from srcgrad.runtime.emission import Emission
from srcgrad.runtime.intercept import intercepted
from srcgrad.runtime.locking import collection_paused, compiling
from srcgrad.runtime.record import Recording
from srcgrad.runtime.recorded import is_recorded
from srcgrad.runtime.retrace import Retrace, type_of_spec
from srcgrad.runtime.signature import Arguments, Leaf, Path, children
from srcgrad.runtime.trace import span_of
from srcgrad.runtime.wrapping import Input, Wrapping, attributes_of
from srcgrad.transform.options import Options
from srcgrad.transform.pipeline import Derivation

if TYPE_CHECKING:
    from srcgrad.runtime.gradient import Gradient

TRACES_KEPT = 64  # compiled traces of one gradient, least recently used first out


@dataclass
class Run:
    """A recorded run that is over."""

    recording: Recording
    inputs: list[Input]
    value: Any
    aux: Any
    number: int
    span: Span
    structures: dict[str, Any]


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
        compiled = self._program(run)
        entries = [i.entry for i in run.inputs]
        found = compiled.load("rolled").function(*entries, tuple(run.recording.constants))
        gradients = {i.path: g for i, g in zip(run.inputs, found, strict=True)}
        names = self.gradient.wrt
        parts = [filled(run.structures[n], gradients) for n in names]
        result = parts[0] if self.gradient.single else tuple(parts)
        options = self.gradient.options
        if options.value:
            return ((run.value, run.aux) if options.has_aux else run.value), result
        return (result, run.aux) if options.has_aux else result

    def _program(self, run: Run) -> Compiled:
        trace = run.recording
        inputs = tuple((*_type_key(i.value), i.written) for i in run.inputs)
        key = (inputs, tuple(trace.constant_types), tuple(trace.entries), run.number)
        with self._lock:
            found = self.programs.get(key)
            if found is not None:
                self.programs.move_to_end(key)
                self.hits += 1
        if found is None:
            with compiling, collection_paused():
                found = compile_trace(self.gradient, run)
            with self._lock:
                self.programs[key] = found
                if len(self.programs) > TRACES_KEPT:
                    self.programs.popitem(last=False)
        self.latest = found
        return found


def _type_key(value: Any) -> tuple[Hashable, ...]:
    return (*_spec(value), type(value) is np.ndarray)


def title_of(gradient: Gradient) -> str:
    """A name for the function that emitted code can use."""
    name = gradient.__name__
    return name if name.isidentifier() else "lambda_" if name == "<lambda>" else "function"


def record(gradient: Gradient, bound: dict[str, Any]) -> Run:
    """Run the function on recorded arguments."""
    recording = Recording(title_of(gradient))
    wrapping = Wrapping(recording)
    result: Any = None
    try:
        wrapped = {
            name: wrapping.wrap(value, (("arg", name),), active=name in gradient.wrt)
            for name, value in bound.items()
        }
        for name in gradient.wrt:
            if not any(i.path[0][1] == name for i in wrapping.inputs):
                message = f"argument {name!r} holds nothing to differentiate"
                raise ArgumentError("SG306", message, "pass float arrays in it")
        places = {i.path: Gap(i.path) for i in wrapping.inputs}
        structures = {n: structured(bound[n], (("arg", n),), places) for n in gradient.wrt}
        args, kwargs = gradient.arguments(wrapped)
        with intercepted(recording, gradient.primal, bound):
            result = gradient.primal(*args, **kwargs)
        value, number, span = _checked(gradient, recording, result)
    finally:
        recording.closed = True
        result = wrapping.unwrap(result, gradient.primal)
    if recording.failure is not None:
        raise recording.failure
    del value
    aux = result[1] if gradient.options.has_aux else None
    value = result[0] if gradient.options.has_aux else result
    return Run(recording, wrapping.inputs, value, aux, number, span, structures)


def _checked(gradient: Gradient, recording: Recording, result: Any) -> tuple[Any, int, Span]:
    """The recorded scalar to differentiate."""
    code = getattr(gradient.primal, "__code__", None)
    span = span_of("<unknown>", 1)
    if code is not None:
        span = span_of(code.co_filename, code.co_firstlineno)
    title, first = gradient.__name__, result
    if recording.failure is not None:
        raise recording.failure

    def refuse(code: str, message: str, remedy: str) -> KindError:
        return KindError(code, message, span, remedy)

    if gradient.options.has_aux:
        if not (isinstance(result, (tuple, list)) and len(result) == 2):
            raise refuse("SG204", f"{title} must return a pair (value, aux)", "return loss, aux")
        first = result[0]
    if isinstance(first, (tuple, list, dict, str)) or first is None:
        raise refuse("SG204", f"{title} must return one scalar", "return the loss")
    if isinstance(first, np.ndarray) and first.size != 1:
        axes = "1 axis" if first.ndim == 1 else f"{first.ndim} axes"
        message = f"{title} returns an array of {axes}, not a scalar"
        raise refuse("SG204", message, "sum it, or differentiate one element of it")
    number = recording.number(first) if is_recorded(first) else None
    if number is None:
        raise refuse(
            "SG304", "no active input reaches the result", "check argnums, and casts to int"
        )
    return first, number, span


def compile_trace(gradient: Gradient, run: Run) -> Compiled:
    """The gradient program of a trace."""
    trace = run.recording
    arguments = Arguments()
    inputs: list[Var] = []
    for item in run.inputs:
        name = _fresh(_leaf_name(item.path), arguments.values)
        dtype, shape = _spec(item.value)
        var = Var(name, type_of_spec(dtype, shape))
        arguments.values[name] = var
        flat = isinstance(item.value, np.ndarray) and item.value.ndim == 0
        arguments.leaves.append(Leaf(var, (("arg", name),), flat))
        inputs.append(var)
    names = tuple(arguments.values)
    constants: list[Var] = []
    title = _fresh("constants", arguments.values)
    for k, value in enumerate(trace.constants):
        dtype, shape = _spec(value)
        var = Var(f"c{k}", type_of_spec(dtype, shape))
        constants.append(var)
        arguments.leaves.append(Leaf(var, (("arg", title), ("item", k)), False))
    whole: AV = Seq(tuple(constants))
    arguments.values[title] = whole
    retrace = Retrace(trace, inputs, constants, gradient.primal)
    for item, var in zip(run.inputs, inputs, strict=True):
        array = isinstance(item.value, np.ndarray)
        retrace.values[item.number] = retrace.place(var, array=array, written=item.written)
    lowered = retrace.lower(run.number, run.span, [*inputs, *constants])
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


def _spec(value: Any) -> tuple[Any, tuple[int, ...]]:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype, value.shape
    return type(value), ()


def _leaf_name(path: Path) -> str:
    words = [str(k) for _, k in path if isinstance(k, str) and k.isidentifier()]
    numbers = "".join(str(k) for _, k in path[1:] if isinstance(k, int))
    return words[-1] + numbers


def _fresh(name: str, taken: Any) -> str:
    while name in taken:
        name += "_"
    return name


@dataclass(frozen=True)
class Gap:
    """A place in the structure of a result that a gradient fills."""

    path: Path


def structured(value: Any, path: Path, places: dict[Path, Gap]) -> Any:
    """The structure of an argument, with gaps for its leaves."""
    if path in places:
        return places[path]
    if isinstance(value, dict):
        return {k: structured(v, (*path, ("item", k)), places) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        steps = [s for s, _ in children(value) or ()]
        inner = [structured(v, (*path, s), places) for s, v in zip(steps, value, strict=True)]
        return type(value)(*inner) if is_namedtuple_type(type(value)) else type(value)(inner)
    if value is None or isinstance(value, (str, bytes, bool, int, np.generic, np.ndarray)):
        return value
    new = copy.copy(value)
    for name, part in attributes_of(value):
        inner = structured(part, (*path, ("attr", name)), places)
        object.__setattr__(new, name, None if inner is part else inner)
    return new


def filled(value: Any, gradients: dict[Path, Any]) -> Any:
    """A structure with its gaps filled."""
    if isinstance(value, Gap):
        return gradients[value.path]
    if isinstance(value, dict):
        return {k: filled(v, gradients) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        inner = [filled(v, gradients) for v in value]
        return type(value)(*inner) if is_namedtuple_type(type(value)) else type(value)(inner)
    if value is not None and not isinstance(value, (str, bytes)):
        for name, part in attributes_of(value):
            object.__setattr__(value, name, filled(part, gradients))
    return value
