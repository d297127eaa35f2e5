"""What a person sees of a differentiated function: its texts, and the paths of its calls."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from srcgrad.codegen.listing import Listing
from srcgrad.errors import ArgumentError
from srcgrad.runtime.compiled import Compiled, make_code
from srcgrad.transform.decisions import DecisionLog, PathRecord, read
from srcgrad.transform.unroll import has_decisions

if TYPE_CHECKING:
    from srcgrad.runtime.gradient import Gradient

TARGETS = ("python", "c", "cuda")


@dataclass(frozen=True)
class Shown:
    """A listing that a notebook draws by itself."""

    listing: Listing

    def _repr_html_(self) -> str:
        return self.listing.html

    def __repr__(self) -> str:
        return self.listing.plain


def show(gradient: Gradient, target: str = "python", unroll: bool | None = None) -> Shown | None:
    """Print the code of a gradient; in a notebook, give it back for the notebook to draw."""
    listing = Listing(text_for(gradient, target, unroll), target)
    if in_notebook():
        return Shown(listing)
    write(listing, sys.stdout)
    return None


def write(listing: Listing, out: TextIO) -> None:
    """Write a listing, in colour if ``out`` is a terminal."""
    out.write(listing.ansi if _wants_colour(out) else listing.plain)


def _wants_colour(out: TextIO) -> bool:
    return out.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def in_notebook() -> bool:
    """Whether output goes to a notebook, which draws results itself."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def text_for(gradient: Gradient, target: str = "python", unroll: bool | None = None) -> str:
    """The backward code of the last signature used, for a target.

    Raises:
        ArgumentError: an unknown target, or a path is wanted and none was recorded.
        CodegenError: the target cannot express the program.
    """
    if target not in TARGETS:
        raise ArgumentError("SG308", f"target={target!r}", f"use one of {', '.join(TARGETS)}")
    compiled = gradient.last
    if unroll is None:
        unroll = gradient.unroll is True or target != "python"
        unroll = unroll and bool(compiled.seen)
    decisions = last_path(compiled) if unroll else None
    if target == "python":
        if decisions is None:
            return compiled.code("rolled").text
        return make_code(compiled.emission, "path", decisions).text
    from srcgrad.codegen import c, cuda

    program = compiled.emission.derivation.adjoint(decisions)
    name = compiled.emission.gradient_name
    return c.emit(program, name).text if target == "c" else cuda.emit(program, name)


def last_path(compiled: Compiled) -> tuple[int, ...] | None:
    """The decisions of the last recorded run; ``None`` for a function without control flow."""
    if not has_decisions(compiled.emission.derivation.primal):
        return None
    if compiled.latest is None:
        raise ArgumentError(
            "SG508",
            f"no path of {compiled.title} has been recorded",
            "call it with unroll=True first, or give --args on the command line",
        )
    return compiled.latest


def decision_log(gradient: Gradient) -> DecisionLog:
    """The paths that the calls of a gradient took, over all signatures."""
    forms = [form.compiled for every in gradient.dispatch.forms.values() for form in every]
    paths: list[PathRecord] = []
    for compiled in forms:
        for decisions, count in compiled.seen.items():
            steps = read(compiled.emission.derivation.primal, decisions)
            paths.append(PathRecord(decisions, steps, count.calls, count.compiled))
    unrecorded = sum(compiled.unrecorded for compiled in forms)
    note = "" if paths else _why_empty(gradient, forms)
    return DecisionLog(gradient.__name__, tuple(paths), unrecorded, note)


def _why_empty(gradient: Gradient, forms: list[Compiled]) -> str:
    if gradient.dispatch.recorder.latest is not None:
        return "recorded: each call takes the path of its own run"
    if not forms:
        return "not called yet"
    if not any(compiled.branches for compiled in forms):
        return "no control flow: every call takes the one path there is"
    return "unroll=False: calls run with loops, and no paths are recorded"
