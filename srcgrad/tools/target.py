"""Finds what the command line names: `FILE.py:function`, imported under the name that it has."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any


class UsageError(Exception):
    """The command line asks for something that there is not."""


class TargetError(Exception):
    """The named file cannot be imported, or an expression of the command line fails."""


def find(spec: str) -> tuple[ModuleType, Any]:
    """The module and the object that `FILE.py:name` or `FILE.py:Class.name` means.

    Raises:
        UsageError: there is no such file, or no such name in it.
        TargetError: the file fails when it is imported.
    """
    file, colon, name = spec.rpartition(":")
    if not colon or not file or not name:
        raise UsageError(f"{spec!r} does not name a function: write FILE.py:function")
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"there is no file {file}")
    module = load(path)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise UsageError(f"{file} has no {name}{_near(found, part)}")
        found = getattr(found, part)
    return module, found


def _near(owner: Any, name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, [n for n in vars(owner) if not n.startswith("_")], 1)
    return f"; did you mean {close[0]}?" if close else ""


def load(path: Path) -> ModuleType:
    """Import a file as `import` would: in its package, if it is in one, beside its neighbours."""
    path = path.resolve()
    folder, parts = path.parent, [path.stem]
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    name = ".".join(parts)
    sys.path.insert(0, str(folder))
    try:
        if len(parts) > 1:
            return importlib.import_module(name)
        while name in sys.modules:  # a file may be called json.py: the library stays what it is
            name += "_"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise UsageError(f"{path.name} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module
    except UsageError:
        raise
    except SystemExit as error:
        raise TargetError(f"{path.name} ends Python when it is imported: {error}") from error
    except Exception as error:
        raise TargetError(f"cannot import {path.name}: {said(error)}") from error


def arguments(expression: str, module: ModuleType) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What `--args` means: the arguments of a call, by position and by name.

    Raises:
        TargetError: the expression does not parse, or fails.
    """
    import numpy

    space = {"np": numpy, **vars(module), "__call": lambda *args, **kwargs: (args, kwargs)}
    try:
        code = compile(f"__call({expression}\n)", "--args", "eval")
        found: tuple[tuple[Any, ...], dict[str, Any]] = eval(code, space)  # noqa: S307 - the caller's
    except Exception as error:
        raise TargetError(f"--args {expression!r}: {said(error)}") from error
    return found


def said(error: BaseException) -> str:
    """An exception in one line, with the place where it arose in a file."""
    text = traceback.format_exception_only(error)[-1].strip()
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename.endswith(".py") and f.filename != __file__]
    own = [f for f in own if "importlib" not in f.filename]
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: {text}"
    return f"{own[-1].filename}:{own[-1].lineno}: {text}" if own else text
