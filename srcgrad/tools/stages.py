"""The text of a function at each stage of its way through the compiler, for `srcgrad show`."""

from __future__ import annotations

from types import MethodType
from typing import Any

from srcgrad.codegen.listing import Listing
from srcgrad.errors import ArgumentError
from srcgrad.ir.nodes import Program
from srcgrad.runtime.compiled import Compiled, make_code
from srcgrad.runtime.gradient import Argnums, Gradient
from srcgrad.tools.target import TargetError
from srcgrad.transform.options import Options
from srcgrad.transform.simplify import simplify
from srcgrad.transform.unroll import has_decisions, unroll

STAGES = ("source", "normalised", "ir", "primal", "adjoint")


def gradient_of(found: Any, wrt: Argnums | None, *, value: bool) -> Gradient:
    """The gradient of what was named: a decorated function keeps its options."""
    if isinstance(found, MethodType):
        found = found.__func__
    if isinstance(found, Gradient):
        old = found.options
        options = Options(value or old.value, old.has_aux, old.needed)
        argnums = found.wrt if not found.single else found.wrt[0]
        return Gradient(found.primal, argnums if wrt is None else wrt, options, found.unroll)
    if not callable(found):
        raise ArgumentError("SG310", f"{found!r} is not a function", "name a function")
    return Gradient(found, 0 if wrt is None else wrt, Options(value=value), "auto")


def listing(
    gradient: Gradient,
    call: tuple[tuple[Any, ...], dict[str, Any]] | None,
    *,
    stage: str = "adjoint",
    target: str = "python",
    path: bool = False,
) -> Listing:
    """The text of a stage, for the arguments of a call or for arrays of unknown rank.

    ``path`` asks for straight-line code of the path that the call takes; C and CUDA always need it.
    """
    if stage in ("source", "normalised"):
        return Listing(_source(gradient, stage), "python")
    compiled, decisions = _compiled(gradient, call, path or target != "python")
    derivation = compiled.emission.derivation
    primal = derivation.primal
    if stage == "ir":
        from srcgrad.ir.show import show

        return Listing(show(_unrolled(primal, decisions)), "ir")
    if target != "python":
        program = _unrolled(primal, decisions)
        if stage == "adjoint":
            program = derivation.adjoint(decisions)
        return Listing(_native(compiled, program, stage, target), target)
    if stage == "primal":
        text = compiled.emission.primal(_unrolled(primal, decisions)).emitted.text
    elif decisions is None:
        text = compiled.code("rolled").text
    else:
        text = make_code(compiled.emission, "path", decisions).text
    return Listing(text, "python")


def _source(gradient: Gradient, stage: str) -> str:
    from srcgrad.frontend.source import read_source

    source = read_source(gradient.primal)
    if stage == "source":
        return source.text
    import ast

    import gast

    from srcgrad.codegen.printer import unparse
    from srcgrad.frontend.fence import fence
    from srcgrad.frontend.normalise import normalise

    fence(source)
    return unparse(ast.Module([gast.gast_to_ast(normalise(source.tree))], []))


def _compiled(
    gradient: Gradient, call: tuple[tuple[Any, ...], dict[str, Any]] | None, path: bool
) -> tuple[Compiled, tuple[int, ...] | None]:
    """The compiled form, and the path of the call if one is wanted and there are several."""
    if call is None:
        compiled = gradient.dispatch.unknown()
    else:
        bound = gradient.dispatch.bind(*call)
        found = gradient.compile(bound)
        compiled = found.compiled
    if not path or not has_decisions(compiled.emission.derivation.primal):
        return compiled, None
    if call is None:
        message = f"the path of {gradient.__name__} depends on its arguments"
        raise ArgumentError("SG508", message, "give --args")
    try:
        values = (*bound.values(), *(c.read() for c in found.captures))
        return compiled, compiled.learn(values)
    except Exception as error:
        name = gradient.__name__
        raise TargetError(
            f"{name} fails for these --args: {type(error).__name__}: {error}"
        ) from error


def _unrolled(program: Program, decisions: tuple[int, ...] | None) -> Program:
    return program if decisions is None else simplify(unroll(program, decisions))


def _native(compiled: Compiled, program: Program, stage: str, target: str) -> str:
    from srcgrad.codegen import c, cuda

    emission = compiled.emission
    name = emission.gradient_name if stage == "adjoint" else emission.title
    return c.emit(program, name).text if target == "c" else cuda.emit(program, name)
