"""Builds emitted C with the system compiler and calls it on NumPy arrays.

A library is named by the hash of its text, compiler and flags, written under another name and
renamed, so a reader never sees half of one. The flags keep IEEE arithmetic: no reassociation and no
contraction.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from srcgrad.codegen.c import CSource
from srcgrad.codegen.interface import Argument, Interface, Length
from srcgrad.errors import ArgumentError, CodegenError
from srcgrad.ir.nodes import Const
from srcgrad.ir.types import Array, Number

FLAGS: Final = (
    "-O3",
    "-std=c11",
    "-fPIC",
    "-shared",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=off",
)
_PYTHON: Final[dict[str, tuple[type, ...]]] = {
    "float": (float, int),
    "int": (int,),
    "bool": (bool,),
}


def compiler() -> list[str]:
    """The command of the C compiler: ``CC`` from the environment, else ``cc`` or ``gcc``.

    Raises:
        CodegenError: ``SG506`` if there is none.
    """
    asked = shlex.split(os.environ.get("CC", ""))
    for command in [asked] if asked else [["cc"], ["gcc"], ["clang"]]:
        path = shutil.which(command[0])
        if path is not None:
            return [path, *command[1:]]
    what = (
        f"the C compiler {asked[0]!r} (from CC) is not found" if asked else "no C compiler is found"
    )
    raise CodegenError(
        "SG506", what, "install gcc or clang, or set CC; the Python target needs no compiler"
    )


def build(source: CSource, directory: Path) -> Callable[..., tuple[Any, ...]]:
    """Compile the function, or load it if that was done before, and wrap it for NumPy.

    Arguments:
        source: What ``codegen.c.emit`` gave.
        directory: Where libraries are kept; made with mode 0700.

    Returns:
        A function of the program's parameters that returns its results as a tuple: fresh arrays in
        C order, NumPy scalars for rank zero, Python numbers for Python numbers.

    Raises:
        CodegenError: ``SG506`` without a compiler, ``SG507`` if it fails, ``SG601`` if others may
            write to the directory.
    """
    _private(directory)
    command = compiler()
    target = directory / f"{_key(source.text, command)}.so"
    if not target.exists():
        _compile(source.text, command, target)
    try:
        library = ctypes.CDLL(str(target))
    except OSError:
        _compile(source.text, command, target)
        library = ctypes.CDLL(str(target))
    return Native(source, getattr(library, source.name))


def _private(directory: Path) -> None:
    """Make the directory; refuse one that others could put a library into."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid"):
        status = directory.lstat()
        if (
            not stat.S_ISDIR(status.st_mode)
            or status.st_uid != os.getuid()
            or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        ):
            raise CodegenError(
                "SG601",
                f"{directory} can be written by others",
                "give it mode 0700 and your own user",
            )


def _key(text: str, command: list[str]) -> str:
    status = os.stat(command[0])
    parts = [
        text,
        *command,
        *FLAGS,
        platform.machine(),
        str(status.st_size),
        str(status.st_mtime_ns),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


@contextmanager
def _scratch(directory: Path) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=".build-", dir=directory))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _compile(text: str, command: list[str], target: Path) -> None:
    """Compile the text to a library, and rename it into place."""
    with _scratch(target.parent) as folder:
        source, made = folder / "source.c", folder / "made.so"
        source.write_text(text, encoding="utf-8")
        call = [*command, *FLAGS, "-o", str(made), str(source), "-lm"]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            tail = "\n".join(done.stderr.strip().splitlines()[-12:])
            raise CodegenError(
                "SG507",
                f"{command[0]} failed:\n{tail}\n",
                "check the compiler, or use the Python target",
            )
        os.replace(made, target)


class Native:
    """A compiled function: checks its arguments, allocates results, calls.

    Invariant: arguments are only read; results alias neither arguments nor each other.
    """

    def __init__(self, source: CSource, function: Any) -> None:
        self.source = source
        self._function = function
        self._function.restype = None
        self._function.argtypes = [_c_type(a) for a in source.arguments]

    def __repr__(self) -> str:
        return f"<native {self.source.name}>"

    def __call__(self, *args: Any) -> tuple[Any, ...]:
        """The results of the program."""
        face = self.source.interface
        values, lengths = checked(face, args)
        memory = [
            np.empty([n if isinstance(n, int) else lengths[n] for n in b.shape], b.dtype)
            for b in face.buffers
        ]
        self._function(*(_passed(a, values, lengths, memory) for a in self.source.arguments))
        return results(face, memory)


def _c_type(argument: Argument) -> Any:
    if argument.role in ("length", "stride"):
        return ctypes.c_longlong
    if argument.role in ("array", "buffer"):
        return ctypes.c_void_p
    return {"const I ": ctypes.c_longlong, "const int ": ctypes.c_int}.get(
        argument.declared, ctypes.c_double
    )


def _passed(
    argument: Argument, values: list[Any], lengths: dict[str, int], memory: list[Any]
) -> Any:
    if argument.role == "length":
        return lengths[argument.name]
    if argument.role == "number":
        return values[argument.of]
    if argument.role == "buffer":
        return memory[argument.of].ctypes.data
    array = values[argument.of]
    return (
        array.ctypes.data
        if argument.role == "array"
        else array.strides[argument.axis] // array.itemsize
    )


def checked(face: Interface, args: tuple[Any, ...]) -> tuple[list[Any], dict[str, int]]:
    """The arguments ready to be passed, and the lengths that they give to symbols.

    Raises:
        ArgumentError: Number, type, dtype, rank or lengths are not what was compiled for.
    """
    if len(args) != len(face.params):
        code = "SG302" if len(args) < len(face.params) else "SG307"
        raise ArgumentError(code, f"{len(args)} arguments for {len(face.params)} parameters")
    values, lengths = [], dict[str, int]()
    for value, param, name, shape in zip(args, face.params, face.names, face.shapes, strict=True):
        if isinstance(param.type, Number):
            values.append(_number(value, param.type.kind, name))
        elif isinstance(param.type, Array):
            array = _array(value, param.type, name)
            _lengths(array.shape, shape, lengths, name)
            values.append(array)
    return values, lengths


def _number(value: Any, kind: str, name: str) -> Any:
    if not isinstance(value, _PYTHON[kind]) or (kind != "bool" and isinstance(value, bool)):
        raise ArgumentError("SG305", f"{name} is {type(value).__name__}, compiled for {kind}")
    if kind == "int" and isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ArgumentError("SG305", f"{name} does not fit into 64 bits", "use the Python target")
    return value


def _array(value: Any, type_: Array, name: str) -> Any:
    if not isinstance(value, (np.ndarray, np.generic)):
        raise ArgumentError("SG305", f"{name} is {type(value).__name__}, compiled for an array")
    array = np.asarray(value)
    if array.dtype != type_.dtype or array.ndim != len(type_.dims or ()):
        have = f"{array.dtype} of rank {array.ndim}"
        raise ArgumentError("SG305", f"{name} is {have}, compiled for {type_}")
    if not array.flags.aligned or any(s % array.itemsize for s in array.strides):
        array = array.copy()
    return array


def _lengths(
    have: tuple[int, ...], want: tuple[Length, ...], known: dict[str, int], name: str
) -> None:
    for axis, (length, expected) in enumerate(zip(have, want, strict=True)):
        should = expected if isinstance(expected, int) else known.setdefault(expected, length)
        if length != should:
            raise ArgumentError(
                "SG218", f"{name} has length {length} along axis {axis}, where {should} is needed"
            )


def results(face: Interface, memory: list[Any]) -> tuple[Any, ...]:
    """The results as the program types them; a buffer that is asked for twice is copied."""
    found: list[Any] = []
    seen: set[int] = set()
    for place, type_, boxed in zip(face.results, face.types, face.boxed, strict=True):
        if isinstance(place, Const):
            found.append(place.value)
            continue
        array = memory[place]
        if isinstance(type_, Number):
            found.append(array.item())
        elif array.ndim == 0 and not boxed:
            found.append(array[()])
        else:
            found.append(array.copy() if place in seen else array)
        seen.add(place)
    return tuple(found)
