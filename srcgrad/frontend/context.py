"""What lowering carries along: the builder, the heap, the frame of names, and how to refuse.

The parts of lowering (statements, loops, expressions, calls) are functions over a ``Context``; it knows
them by the three hooks ``statements``, ``expression`` and ``call``, so that no part imports all others.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from srcgrad.errors import FrontendError, KindError, Span, SrcgradError
from srcgrad.frontend.heap import Heap, View
from srcgrad.frontend.kinds import ATOMS, AV, Ref, UserFunction, describe
from srcgrad.frontend.lengths import sliced
from srcgrad.frontend.resolve import Captures
from srcgrad.frontend.source import Source
from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import Atom, Block, Const, Eqn, Slice, Slot, Var
from srcgrad.ir.ops import OPS, Storage
from srcgrad.ir.types import INT, AnyDim, Array, Dims, Type, dims_of, is_complex
from srcgrad.rules.indexing import is_basic

RETURN_VALUE = "<return>"
BUDGET = 400_000  # equations that one lowering may make, restarts of loops included
NEXT, BREAK, CONTINUE, RETURN = 0, 1, 2, 3


class Specialise(Exception):
    """Lowering needs the value of an integer leaf: start again with it baked in."""

    def __init__(self, variables: frozenset[Var]) -> None:
        super().__init__("specialise")
        self.variables = variables


class Written(Exception):
    """An array of the caller turns out to be written: start again with a copy of it made on entry."""

    def __init__(self, variables: frozenset[Var]) -> None:
        super().__init__("written")
        self.variables = variables


@dataclass
class Frame:
    """Names of one function being lowered; ``held`` are the values of the statement in progress."""

    function: UserFunction
    names: dict[str, AV] = field(default_factory=dict)
    locals: frozenset[str] = frozenset()
    parent: Frame | None = None
    depth: int = 0
    caller: Frame | None = None
    comprehension: bool = False
    size: int = 0  # how many values the arguments hold
    region: Any = None  # of a comprehension: the builder in use where it starts
    outside: frozenset[str] = frozenset()  # names declared global
    around: frozenset[str] = frozenset()  # names declared nonlocal
    cells: frozenset[str] = frozenset()  # names that functions inside declare nonlocal, in boxes
    held: list[AV] = field(default_factory=list)
    heap: Any = None  # the heap that its names point into
    trips: list[Any] = field(default_factory=list)  # loops whose body is being lowered, see early


@dataclass
class Exit:
    """How a list of statements ends: the codes that are possible, and the atom that holds the code."""

    codes: frozenset[int]
    atom: Atom

    @staticmethod
    def always(code: int) -> Exit:
        """An exit that is known."""
        return Exit(frozenset({code}), Const(code))

    @staticmethod
    def never() -> Exit:
        """The end of statements that always raise."""
        return Exit(frozenset(), Const(NEXT))

    @property
    def falls(self) -> bool:
        """Whether the next statement is surely reached."""
        return self.codes == {NEXT}

    @property
    def raises(self) -> bool:
        """Whether the end is never reached."""
        return not self.codes


class Context:
    """State of one lowering."""

    statements: Callable[..., Exit]
    expression: Callable[..., AV]
    assign: Callable[..., None]
    call: Callable[..., AV]
    call_value: Callable[..., AV]
    overloaded: Callable[..., AV | None]
    compare: Callable[..., AV]
    static_attribute: Callable[..., AV]
    captured: Callable[..., AV]
    call_function: Callable[..., AV]
    derived: Any  # how a block is differentiated: set by the layer that knows
    placed: Callable[..., tuple[Atom, ...]]

    def __init__(self, captures: Captures, inputs: list[Var]) -> None:
        self.builder = Builder(local=True)
        self.heap = Heap()
        self.captures = captures
        self.inputs = inputs
        self.frame: Frame = None  # type: ignore[assignment]
        self.functions: dict[str, Block] = {}
        self.pending: dict[Any, Any] = {}
        self.call_target: Any = None
        self.sites = 0
        self.budget = BUDGET
        self.gather = False
        self.written: frozenset[Var] = frozenset()
        self.completed = False  # whether the entry raises where it would fall through
        self.entries: dict[Var, int] = {}
        self.slices: dict[Any, AnyDim] = {}
        self.within: list[Any] = []  # functions whose given derivative is being lowered

    # -- refusing -------------------------------------------------------------------------------

    @property
    def source(self) -> Source:
        """Source of the function being lowered."""
        return self.frame.function.source

    def refuse(
        self,
        code: str,
        message: str,
        node: Any,
        remedy: str = "",
        error: type[FrontendError] = KindError,
    ) -> NoReturn:
        """Raise a located error."""
        raise self.source.refuse(error, code, message, node, remedy)

    @contextmanager
    def at(self, node: Any) -> Any:
        """Equations made inside carry the place of ``node``."""
        before = self.builder.span
        self.builder.span = self.source.span(node)
        try:
            yield
        finally:
            self.builder.span = before

    def site(self, node: Any) -> str:
        """A name for a branch or loop: its line and ordinal."""
        self.sites += 1
        return f"{node.lineno}.{self.sites}"

    def local_capture(self, var: Var) -> Var:
        """A captured input as seen here: inside a function called by name it is a parameter."""
        if self.call_target is None:
            return var
        inner: dict[Var, Var] = self.call_target.captured
        return inner.setdefault(var, Var(var.name, var.type))

    # -- values ---------------------------------------------------------------------------------

    def emit(self, name: str, *args: Atom, hint: str = "", **attrs: Any) -> Var:
        """Append an equation to the current region."""
        self.budget -= 1
        if self.budget < 0:
            raise self.source.refuse(
                KindError,
                "SG230",
                f"{self.source.tree.name} grows beyond {BUDGET} operations when helpers are inlined",
                self.source.tree,
                "split it into functions with loops, and differentiate those",
            )
        if OPS[name].real_only and any(is_complex(a.type) for a in args):
            self._refuse_here(
                "SG211",
                f"{name} of complex numbers has no derivative here",
                "apply it to real and imaginary parts, or to abs(z)",
            )
        try:
            if name == "matmul" and any(dims_of(a.type) == () for a in args):
                raise TypeError("matmul takes arrays, and one operand is a number")
            out = self.builder.emit(name, *args, hint=hint, **attrs)
            return sliced(self, out, attrs["index"], args) if name == "index" else out
        except (ValueError, IndexError, TypeError) as error:
            if isinstance(error, SrcgradError) or self.builder.span is None:
                raise
            message = f"shapes or axes do not fit: {error}"
            self._refuse_here("SG218", message, "check the shapes", error)

    def _refuse_here(
        self, code: str, message: str, remedy: str, cause: BaseException | None = None
    ) -> NoReturn:
        """Raise an error located where the builder is."""
        span = self.builder.span
        assert span is not None
        text = self.source.line(span.line) if span.file == self.source.file else None
        raise KindError(code, message, span, remedy, text) from cause

    def bind(self, var: Atom, *sources: AV, mutable: bool | None = None) -> AV:
        """Abstract value of a new result: arrays get a location; one that shows others is a view of them."""
        type_ = var.type
        if not isinstance(var, Var) or not isinstance(type_, Array):
            return var
        eqn = self.builder.defs.get(var)
        scalar = type_.dims == () and not (eqn is not None and eqn.op.name in _RANK_ZERO_ARRAYS)
        if scalar if mutable is None else not mutable:
            return var
        refs = [s for s in sources if isinstance(s, Ref)]
        if eqn is None or eqn.op.storage is Storage.FRESH or not refs:
            return Ref(self._fresh(var, eqn))
        if eqn.op.name == "index" and not is_basic(eqn.attrs["index"], eqn.args):
            if all(getattr(a.type, "dims", ()) is not None for a in eqn.args):
                return Ref(self.heap.allocate(var))
        elif self._shows(eqn, refs[0].loc) and self.heap.versions[refs[0].loc] is eqn.args[0]:
            return Ref(self.heap.view(var, View(refs[0].loc, eqn.op.name, eqn.args[1:], eqn.attrs)))
        loc = self.heap.allocate(var)
        if type_.dims is None and eqn.op.name == "index":
            self.heap.vague.add(loc)
        for source in refs:
            self.heap.alias(source.loc, loc)
        return Ref(loc)

    def _fresh(self, var: Var, eqn: Eqn | None) -> int:
        """A location of its own; NumPy's constructors give elements in C order."""
        loc = self.heap.allocate(var)
        if eqn is not None and eqn.op.name in _C_ORDER:
            self.heap.ordered.add(loc)
        return loc

    def _shows(self, eqn: Eqn, source: int) -> bool:
        """Whether a result surely shares storage with its first operand."""
        if eqn.op.storage is Storage.VIEW:
            return True
        if eqn.op.name in ("reshape", "ravel"):
            return source in self.heap.ordered
        if eqn.op.name != "index":
            return False
        sliced_ = any(isinstance(e, Slice) or e is Ellipsis for e in eqn.attrs["index"])
        return sliced_ or dims_of(eqn.args[0].type) is not None

    def atom(self, value: AV, node: Any, what: str = "this operation") -> Atom:
        """The atom behind a number or array; anything else is refused."""
        if isinstance(value, ATOMS):
            return value
        if isinstance(value, Ref):
            return self.heap.read(value.loc, self.emit)
        self.refuse(
            "SG215", f"{what} does not take {describe(value)}", node, "pass an array or a number"
        )

    def reachable(self) -> set[int]:
        """Locations of all arrays that a name, or the statement in progress, can still reach."""
        found: list[AV] = []
        todo: list[Frame | None] = [self.frame]
        seen: set[int] = set()
        while todo:
            frame = todo.pop()
            if frame is None or id(frame) in seen:
                continue
            seen.add(id(frame))
            todo += [frame.parent, frame.caller]
            found += [*frame.names.values(), *frame.held, *frame.function.defaults.values()]
        return self.heap.locations(found)

    def type_of(self, value: AV) -> Type | None:
        """Type of an array or number, else ``None``."""
        if isinstance(value, Ref):
            return self.heap.versions[value.loc].type
        return value.type if isinstance(value, ATOMS) else None

    def dims(self, value: AV) -> Dims:
        """Dimensions of an array or number, ``None`` where unknown."""
        type_ = self.type_of(value)
        return None if type_ is None else dims_of(type_)

    def integer(self, value: AV, node: Any, what: str) -> int:
        """A compile-time integer; integer arguments that it depends on are specialised."""
        if isinstance(value, Const) and isinstance(value.value, int):
            return int(value.value)
        if isinstance(value, Var) and value.type == INT:
            needed = self._integer_inputs(value)
            if needed:
                raise Specialise(frozenset(needed))
        self.refuse(
            "SG212",
            f"{what} must be an integer known before the run",
            node,
            "use a literal or an int argument",
        )

    def depends_on_inputs(self, var: Var) -> bool:
        """Whether integer inputs alone decide the value of ``var``."""
        return bool(self._integer_inputs(var))

    def decided_by_inputs(self, atom: Atom) -> bool:
        """Whether the value of an atom is known once integer inputs are."""
        return isinstance(atom, Const) or (
            isinstance(atom, Var) and atom.type == INT and self.depends_on_inputs(atom)
        )

    def _integer_inputs(self, var: Var) -> set[Var]:
        """Integer inputs that decide the value of ``var``, or none if other things decide it too."""
        if var in self.inputs or var in self.captures.inputs.values():
            return {var}
        eqn: Eqn | None = self.builder.defs.get(var)
        if eqn is None or not all(a.type == INT for a in eqn.args):
            return set()
        found: set[Var] = set()
        for arg in eqn.args:
            if isinstance(arg, Var):
                inner = self._integer_inputs(arg)
                if not inner:
                    return set()
                found |= inner
        return found

    def number(self, value: AV) -> Const | None:
        """The literal, if the value is one."""
        return value if isinstance(value, Const) else None


_RANK_ZERO_ARRAYS = frozenset(
    {"zeros", "ones", "empty", "full", "array", "copy", "asarray", "reshape", "where"}
)


_C_ORDER = frozenset(
    {"zeros", "ones", "empty", "full", "array", "arange", "arange_by", "linspace", "eye"}
)


__all__ = [
    "BREAK",
    "CONTINUE",
    "NEXT",
    "OPS",
    "RETURN",
    "Context",
    "Exit",
    "Frame",
    "Slot",
    "Span",
    "Specialise",
    "Written",
]
