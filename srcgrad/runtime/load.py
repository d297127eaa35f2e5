"""Makes functions of emitted texts, and tells where in the user's file an error in one arose.

Invariant: a text stands in `linecache` exactly as long as a function that was loaded from it
lives, so tracebacks, pdb and `inspect` show it, and a long run does not collect texts.
"""

from __future__ import annotations

import hashlib
import itertools
import linecache
import os
import threading
import types
import weakref
from collections.abc import Mapping

from srcgrad.errors import CodegenError

SourceLine = tuple[str, int, str]
_TITLE = 80  # characters of a title that a file name keeps
_lock = threading.RLock()  # a finalizer may run inside `_keep`, in the same thread
_owners: dict[str, set[int]] = {}
_tokens = itertools.count()


def _renew_lock() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):  # another thread may hold the lock at a fork
    os.register_at_fork(after_in_child=_renew_lock)


def filename_for(title: str, text: str) -> str:
    """Return the name under which a text is shown: the same for the same title and text.

    >>> filename_for("loss", "def loss(): ...")
    '<srcgrad loss 5395d2ef2b>'
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    shown = "".join(c if c.isprintable() else "?" for c in title[:_TITLE])
    return f"<srcgrad {shown} {digest[:10]}>"


def load(text: str, name: str, namespace: dict[str, object], filename: str) -> types.FunctionType:
    """Run the text in the namespace and return the function that it defines under `name`.

    Arguments:
        text: the emitted program: definitions only.
        name: the function to return.
        namespace: the globals of the program; definitions are added to it.
        filename: what `filename_for` gave for this text.

    Raises:
        CodegenError: the text does not compile, or defines no such function.
    """
    try:
        code = compile(text, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise CodegenError("SG503", f"{filename} does not compile: {error}") from error
    exec(code, namespace)
    function = namespace.get(name)
    if not isinstance(function, types.FunctionType) or function.__code__.co_filename != filename:
        raise CodegenError("SG503", f"{filename} does not define a function {name}")
    _keep(text, filename, function)
    return function


def _keep(text: str, filename: str, function: types.FunctionType) -> None:
    token = next(_tokens)
    lines = [row + "\n" for row in text.split("\n")]  # splitlines also splits at form feeds
    with _lock:
        owners = _owners.get(filename, set())
        owners.add(token)  # from here on, no finalizer finds it empty
        _owners[filename] = owners
        linecache.cache[filename] = (len(text), None, lines, filename)  # None: not of a file
    weakref.finalize(function, _release, filename, token).atexit = False


def _release(filename: str, token: int) -> None:
    with _lock:
        owners = _owners.get(filename, set())
        owners.discard(token)
        if not owners:
            _owners.pop(filename, None)
            linecache.cache.pop(filename, None)


def annotate(
    exception: BaseException, text: str, filename: str, lines: Mapping[int, SourceLine]
) -> None:
    """Add a note to the exception: the user's line whose adjoint was running when it arose.

    Arguments:
        exception: one whose traceback passes through the emitted file; else nothing happens.
        text: the emitted program.
        filename: the name it was loaded under.
        lines: maps a line of the text, of a statement or of the comment above it, to the user's
            file, line and source. The nearest at or above the failing line counts, inside its
            function.
    """
    number = failing_line(exception, filename)
    if number is None or not hasattr(exception, "add_note"):  # Python 3.10 has no notes
        return
    rows = text.split("\n")
    for above in range(min(number, len(rows)), 0, -1):
        if above in lines:
            file, line, source = lines[above]
            first = source.strip().split("\n", 1)[0]
            note = f"in the adjoint of {file}:{line}" + (f": {first}" if first else "")
            if note not in getattr(exception, "__notes__", ()):
                exception.add_note(note)
            return
        if rows[above - 1].lstrip().startswith("def "):
            return


def failing_line(exception: BaseException, filename: str) -> int | None:
    """Return the line of the innermost frame of this file in the traceback."""
    number, step = None, exception.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == filename:
            number = step.tb_lineno
        step = step.tb_next
    return number
