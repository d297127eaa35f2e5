"""Says what srcgrad finds on this machine, and what the absence of a part means."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import TextIO

from srcgrad import __version__
from srcgrad.errors import SrcgradError

_NEEDED = ("numpy", "gast", "astunparse", "platformdirs")
_OPTIONAL = {
    "scipy": "functions of SciPy cannot be differentiated",
    "pygments": "listings are shown without colour",
}


def report(out: TextIO) -> int:
    """Print the state of this installation; return the exit status: 1 if it is not complete."""
    rows = [
        ("srcgrad", __version__),
        ("Python", f"{platform.python_version()} {platform.system()}"),
    ]
    found = {name: package_version(name) for name in _NEEDED}
    rows += [(name, shown or "MISSING: pip install srcgrad") for name, shown in found.items()]
    for name, meaning in _OPTIONAL.items():
        rows.append((name, package_version(name) or f"absent: {meaning}"))
    rows += [("C compiler", _c_compiler()), ("CUDA compiler", _cuda_compiler())]
    rows += [("CuPy", _cupy()), ("cache", _cache())]
    width = max(len(name) for name, _ in rows)
    for name, state in rows:
        print(f"{name:{width}}  {state}", file=out)
    return 0 if all(found.values()) else 1


def package_version(name: str) -> str:
    """The version of an installed package, or ""."""
    if importlib.util.find_spec(name) is None:
        return ""
    try:
        return version(name)
    except PackageNotFoundError:
        return "present, version not known"


def _c_compiler() -> str:
    from srcgrad.runtime.native import compiler

    try:
        command = compiler()
    except SrcgradError:
        command = []
    if not command or shutil.which(command[0]) is None:
        return "absent: the C target cannot be built; Python code is not affected"
    try:
        done = subprocess.run([command[0], "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{command[0]} does not run: {error}"
    return (done.stdout or done.stderr).split("\n", 1)[0] or command[0]


def _cuda_compiler() -> str:
    from srcgrad.runtime.nvrtc import library_path

    if path := library_path():
        return f"NVRTC, {path}"
    if path := shutil.which("nvcc"):
        return path
    return "absent: CUDA text is printed, but cannot be compiled; pip install 'srcgrad[cuda]'"


def _cupy() -> str:
    try:
        import cupy
    except Exception as error:  # a broken installation fails in many ways
        if isinstance(error, ModuleNotFoundError) and error.name == "cupy":
            return "absent: nothing runs on a GPU; pip install 'srcgrad[cuda]'"
        return f"present, but cannot be imported: {error}"
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except Exception:
        count = 0
    return f"{cupy.__version__}, {count or 'no'} GPU{'' if count == 1 else 's'}"


def _cache() -> str:
    from srcgrad.runtime.cache import cache_mode, open_cache

    try:
        cache = open_cache()
        mode = cache_mode()
    except SrcgradError as error:
        return str(error)
    if cache is None:
        return "has no place on disk" if mode == "disk" else f"SRCGRAD_CACHE={mode}: not on disk"
    if not os.path.exists(cache.directory):
        return f"{cache.directory}, made when first needed"
    entries = cache.ls()
    size = sum(entry.size for entry in entries)
    return f"{cache.directory}, {len(entries)} entries, {size:,} bytes"
