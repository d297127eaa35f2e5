"""Compiles CUDA text to machine code without a GPU or a driver: by NVRTC, or by nvcc.

NVRTC is a shared library that comes as a wheel (``nvidia-cuda-nvrtc-cu12``), with the CUDA toolkit,
or not at all; it is looked for and loaded on first use.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from srcgrad.errors import CodegenError

ARCHS: Final = ("sm_80", "sm_90")
_REMEDY: Final = "pip install 'srcgrad[cuda]', or put nvcc on PATH"


@dataclass(frozen=True, slots=True)
class Cubin:
    """Machine code for one architecture: an ELF image, and what the compiler said about it."""

    arch: str
    image: bytes
    log: str
    compiler: str


def compile_cubin(
    text: str, arch: str = "sm_80", *, options: Sequence[str] = (), compiler: str | None = None
) -> Cubin:
    """Compile CUDA C++ to a cubin.

    Arguments:
        text: What ``codegen.cuda.emit`` gave.
        arch: ``sm_80``, ``sm_90`` ...
        options: Further options, such as ``--fmad=false`` or, for NVRTC, ``--ptxas-options=-v``.
        compiler: ``"nvrtc"`` or ``"nvcc"``; without it NVRTC, and nvcc where there is no NVRTC.

    Raises:
        CodegenError: ``SG506`` if the compiler is missing, ``SG507`` if it fails.
    """
    if compiler not in (None, "nvrtc", "nvcc"):
        raise ValueError(f"compiler is {compiler!r}, not 'nvrtc' or 'nvcc'")
    if compiler == "nvcc" or (compiler is None and library_path() is None and nvcc_path()):
        return _by_nvcc(text, arch, options)
    return _by_nvrtc(text, arch, options)


def library_path() -> str | None:
    """Where libnvrtc is: in the wheel, else where the system's loader looks."""
    try:
        spec = importlib.util.find_spec("nvidia.cuda_nvrtc")
    except ModuleNotFoundError:
        spec = None
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        found = sorted(Path(place).glob("lib/libnvrtc.so*"))
        if found:
            return str(found[0])
    return ctypes.util.find_library("nvrtc")


def nvcc_path() -> str | None:
    """Where nvcc is, if it is on ``PATH``."""
    return shutil.which("nvcc")


@cache
def _library() -> Any:
    path = library_path()
    if path is None:
        raise CodegenError("SG506", "NVRTC, the CUDA run-time compiler, is not found", _REMEDY)
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise CodegenError("SG506", f"NVRTC cannot be loaded: {error}", _REMEDY) from error
    library.nvrtcGetErrorString.restype = ctypes.c_char_p
    return library


def nvrtc_version() -> tuple[int, int]:
    """Major and minor version of NVRTC."""
    major, minor = ctypes.c_int(), ctypes.c_int()
    _check(_library().nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)))
    return major.value, minor.value


def _check(status: int, log: str = "") -> None:
    if status:
        name = _library().nvrtcGetErrorString(status).decode()
        raise CodegenError("SG507", f"{name}\n{log}".strip() + "\n", "this is a fault of srcgrad")


def _by_nvrtc(text: str, arch: str, options: Sequence[str]) -> Cubin:
    library, program = _library(), ctypes.c_void_p()
    source = text.encode()
    _check(library.nvrtcCreateProgram(ctypes.byref(program), source, b"srcgrad.cu", 0, None, None))
    try:
        chosen = [f"--gpu-architecture={arch}", "--std=c++17", *options]
        passed = (ctypes.c_char_p * len(chosen))(*(o.encode() for o in chosen))
        status = library.nvrtcCompileProgram(program, len(chosen), passed)
        log = _read(program, "ProgramLog").rstrip(b"\0").decode(errors="replace")
        _check(status, log)
        major, minor = nvrtc_version()
        return Cubin(arch, _read(program, "CUBIN"), log, f"nvrtc {major}.{minor}")
    finally:
        library.nvrtcDestroyProgram(ctypes.byref(program))


def _read(program: ctypes.c_void_p, what: str) -> bytes:
    """A text or an image that NVRTC holds for the program."""
    library, size = _library(), ctypes.c_size_t()
    _check(getattr(library, f"nvrtcGet{what}Size")(program, ctypes.byref(size)))
    image = ctypes.create_string_buffer(max(size.value, 1))
    _check(getattr(library, f"nvrtcGet{what}")(program, image))
    return image.raw[: size.value]


def _by_nvcc(text: str, arch: str, options: Sequence[str]) -> Cubin:
    command = nvcc_path()
    if command is None:
        raise CodegenError("SG506", "nvcc is not on PATH", _REMEDY)
    with tempfile.TemporaryDirectory(prefix="srcgrad-") as folder:
        source, made = Path(folder, "srcgrad.cu"), Path(folder, "srcgrad.cubin")
        source.write_text(text, encoding="utf-8")
        call = [
            command,
            "-cubin",
            f"-arch={arch}",
            "-std=c++17",
            *options,
            "-o",
            str(made),
            str(source),
        ]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            log = f"{done.stdout}{done.stderr}".strip()
            raise CodegenError("SG507", f"nvcc failed:\n{log}\n", "this is a fault of srcgrad")
        return Cubin(arch, made.read_bytes(), done.stdout + done.stderr, "nvcc")
