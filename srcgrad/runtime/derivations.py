"""Derives a differentiated function for one signature: describes the arguments, lowers, checks.

Invariant: an `Emission` is made only if every argument to differentiate holds real numbers, and the
result is one scalar that depends on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any

from srcgrad.errors import ArgumentError
from srcgrad.frontend.kinds import (
    AV,
    Instance,
    Mapping,
    Seq,
    children,
    is_namedtuple_type,
    leaves,
)
from srcgrad.frontend.lower import Lowered
from srcgrad.frontend.resolve import Capture, refuse_value
from srcgrad.ir.nodes import Const, Var
from srcgrad.ir.types import is_differentiable
from srcgrad.runtime.emission import Emission
from srcgrad.runtime.signature import (
    Arguments,
    Leaf,
    Path,
    check_differentiable,
    describe,
    leaf_type,
    unknown,
)
from srcgrad.transform.pipeline import Derivation, check_result, derive

if TYPE_CHECKING:
    from srcgrad.runtime.gradient import Gradient


def emission_for(
    gradient: Gradient, function: FunctionType, bound: dict[str, Any], baked: frozenset[Path]
) -> tuple[Emission, Lowered, frozenset[Path]]:
    """Lower for these arguments; also gives the paths of integers that the program is made for."""
    arguments = Arguments()
    more: set[Path] = set()

    def described(
        found: frozenset[Any], captured: frozenset[Capture]
    ) -> tuple[dict[str, AV], list[Var]]:
        nonlocal arguments
        arguments = describe(bound, baked | found)
        return arguments.values, arguments.variables()

    def locate(var: Var) -> Path:
        return next(leaf.path for leaf in arguments.leaves if leaf.var is var)

    lowered = derive(
        function,
        described,
        locate,
        _captured_type,
        more.add,
        gradient.primal,
        must_give=not gradient.options.run,
    )
    return _checked(gradient, lowered, arguments), lowered, frozenset(more)


def emission_unknown(gradient: Gradient, function: FunctionType) -> Emission:
    """Lower for float64 arrays of unknown rank."""
    arguments = Arguments()
    for name in gradient.names:
        arguments.values[name], leaf = unknown(name)
        arguments.leaves.append(leaf)
    lowered = derive(
        function,
        lambda baked, captured: (arguments.values, arguments.variables()),
        lambda var: None,
        _captured_type,
        lambda leaf: None,
        gradient.primal,
    )
    return _checked(gradient, lowered, arguments)


def _checked(gradient: Gradient, lowered: Lowered, arguments: Arguments) -> Emission:
    """The derivation, once its inputs and its result are known to be differentiable."""
    options = gradient.options
    wrt = differentiated(gradient.wrt, arguments)
    if not options.run:
        check_result(lowered, wrt, has_aux=options.has_aux)
    rank_zero = frozenset(leaf.var for leaf in arguments.leaves if leaf.rank_zero)
    derivation = Derivation(lowered, tuple(wrt), rank_zero, options)
    return Emission(derivation, arguments, gradient.wrt, single=gradient.single)


def _captured_type(value: Any, name: str, place: str) -> Any:
    refuse_value(value, name)
    return leaf_type(value, place)


def differentiated(names: Sequence[str], arguments: Arguments) -> list[Var]:
    """The leaves of the arguments of these names; each must be one that has a derivative."""
    found: list[Var] = []
    by_var = {leaf.var: leaf for leaf in arguments.leaves}
    for name in names:
        value = arguments.values[name]
        inner = [v for v in _differentiable(value, name, by_var) if isinstance(v, Var)]
        if not inner:
            message = f"argument {name!r} holds nothing to differentiate"
            raise ArgumentError("SG306", message, "pass float arrays in it")
        found += inner
    return found


def _differentiable(value: AV, name: str, by_var: dict[Var, Leaf]) -> list[AV]:
    """Leaves that get a gradient: all of a tuple, list or dict, the floating ones of an object."""
    if isinstance(value, Instance) or (isinstance(value, Seq) and is_namedtuple_type(value.make)):
        own = [v for part in children(value) for v in leaves(part)]
        return [v for v in own if isinstance(v, Var) and is_differentiable(v.type)]
    if isinstance(value, (Seq, Mapping)):
        return [v for part in children(value) for v in _differentiable(part, name, by_var)]
    if isinstance(value, Const):
        message = f"argument {name!r} holds the {type(value.value).__name__} {value.value!r}"
        raise ArgumentError("SG301", message, "leave it out of argnums, or pass a float")
    if isinstance(value, Var):
        check_differentiable(None, by_var[value])
    return [value]
