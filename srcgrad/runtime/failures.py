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
    if not (compiled.emission.derivation.lowered.written or _by_guard(compiled, error)):
        return
    try:
        gradient.primal(*args, **kwargs)
    except Exception as own:
        raise own from None


def _failed_forward(compiled: Compiled, error: Exception) -> bool:
    """Whether an error arose in emitted code before that wrote to any array of its caller."""
    for loaded in (*compiled.loaded.values(), *compiled.paths.values()):
        number = failing_line(error, loaded.filename)
        if number is not None:
            first = _first_write(loaded)
            return first is None or number < first
    return False


def _by_guard(compiled: Compiled, error: Exception) -> bool:
    """Whether a line found shapes that do not fit, in other words than the function's own."""
    for loaded in (*compiled.loaded.values(), *compiled.paths.values()):
        number = failing_line(error, loaded.filename)
        if number is not None:
            line = loaded.code.text.splitlines()[number - 1]
            return line.strip().startswith("np.broadcast_shapes(")
    return False


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
