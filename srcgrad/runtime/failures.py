"""What a call leaves behind that fails in its forward sweep: what the function itself would have left.

Emitted code works on copies of the arrays that a function writes to, and puts the results back at the end of
the forward sweep. Where it fails before, the function is run in its place: it fails too, having written what
it writes until then.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from srcgrad.errors import SrcgradError
from srcgrad.runtime.load import failing_line

if TYPE_CHECKING:
    from srcgrad.runtime.compiled import Compiled, Loaded
    from srcgrad.runtime.gradient import Gradient


def replay(
    gradient: Gradient, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Raise what the function itself raises, if it is another error or leaves arguments changed."""
    if isinstance(error, SrcgradError):
        return
    compiled = gradient.dispatch.last()
    if compiled is None or not _failed_forward(compiled, error):
        return
    told = _by_guard(compiled, error) or "NoneType" in str(error)  # an unbound name is None there
    if not (told or compiled.emission.derivation.lowered.written):
        return
    try:
        gradient.primal(*args, **kwargs)
    except Exception as own:
        raise own from None


def _failing(compiled: Compiled, error: Exception) -> tuple[Loaded, int] | None:
    """The emitted code that an error arose in, and the number of its line."""
    for loaded in (*compiled.loaded.values(), *compiled.paths.values()):
        number = failing_line(error, loaded.filename)
        if number is not None:
            return loaded, number
    return None


def _failed_forward(compiled: Compiled, error: Exception) -> bool:
    """Whether an error arose in emitted code before that wrote to any array of its caller."""
    found = _failing(compiled, error)
    if found is None:
        return False
    first = _first_write(found[0])
    return first is None or found[1] < first


def _by_guard(compiled: Compiled, error: Exception) -> bool:
    """Whether a line found shapes that do not fit, in other words than the function's own."""
    found = _failing(compiled, error)
    if found is None:
        return False
    line = found[0].code.text.splitlines()[found[1] - 1]
    return line.strip().startswith("np.broadcast_shapes(")


def _first_write(loaded: Loaded) -> int | None:
    """The line of the first ``x[...] = value`` to a parameter."""
    tree = ast.parse(loaded.code.text)
    main = next(
        n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == loaded.code.name
    )
    parameters = {a.arg for a in main.args.args}
    lines = [
        node.lineno
        for node in main.body
        if isinstance(node, ast.Assign)
        and isinstance(target := node.targets[0], ast.Subscript)
        and isinstance(target.slice, ast.Constant)
        and target.slice.value is Ellipsis
        and any(isinstance(n, ast.Name) and n.id in parameters for n in ast.walk(target))
    ]
    return min(lines, default=None)


__all__ = ["replay"]
