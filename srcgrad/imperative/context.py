"""Devices: where an array's memory is, and which library computes on it."""

from __future__ import annotations

import importlib
import threading
from types import TracebackType
from typing import Any

import numpy

from srcgrad.errors import DeviceError


class Context:
    """A device: ``cpu()`` or ``gpu(i)``; ``with`` makes it the default of this thread."""

    def __init__(self, device_type: str | Context, device_id: int = 0) -> None:
        given = device_type if isinstance(device_type, Context) else None
        self.device_type: str = str(device_type) if given is None else given.device_type
        self.device_id: int = int(device_id) if given is None else given.device_id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Context) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.device_type, self.device_id))

    def __repr__(self) -> str:
        return f"{self.device_type}({self.device_id})"

    __str__ = __repr__

    def __enter__(self) -> Context:
        _local.contexts.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _local.contexts.pop()

    @property
    def library(self) -> Any:
        """The array library of the device: NumPy, or CuPy.

        Raises:
            DeviceError: there is no such device, or CuPy is not installed.
        """
        if self.device_type != "gpu":
            return numpy
        cupy = _cupy()
        if cupy is None:
            message = f"{self} needs CuPy, which is not installed"
            raise DeviceError(
                "SG707", message, "install it (pip install cupy-cuda12x), or use cpu()"
            )
        if self.device_id >= num_gpus():
            message = f"{self} is not there: {num_gpus()} GPUs are found"
            raise DeviceError("SG707", message, "use cpu()")
        return cupy

    def asarray(self, data: Any) -> Any:
        """Data on this device."""
        if self.device_type != "gpu":
            return data.get() if hasattr(data, "get") else data
        library = self.library
        with library.cuda.Device(self.device_id):
            return library.asarray(data)


class _Local(threading.local):
    def __init__(self) -> None:
        self.contexts = [CPU]


def placed(cls: type[Any], context: Context) -> Any:
    """The class of arrays on a device: results of an operation are of the class of an operand."""
    base = getattr(cls, "_home", cls)
    if context == base._context:
        return base
    found = _placed.get((base, context))
    if found is None:
        names = {"__slots__": (), "_context": context, "_home": base}
        found = _placed[base, context] = type(base.__name__, (base,), names)
        found.__module__, found.__qualname__ = base.__module__, base.__qualname__
    return found


_placed: dict[tuple[type[Any], Context], type[Any]] = {}
CPU = Context("cpu", 0)
_local = _Local()


def cpu(device_id: int = 0) -> Context:
    """The processor."""
    return Context("cpu", device_id) if device_id else CPU


def cpu_pinned(device_id: int = 0) -> Context:
    """The processor, memory that a GPU reads fast; here the same as `cpu`."""
    return Context("cpu_pinned", device_id)


def gpu(device_id: int = 0) -> Context:
    """A GPU; using it needs CuPy."""
    return Context("gpu", device_id)


def current_context() -> Context:
    """The device on which this thread makes arrays."""
    return _local.contexts[-1]


def num_gpus() -> int:
    """How many GPUs can be used."""
    cupy = _cupy()
    if cupy is None:
        return 0
    try:
        return int(cupy.cuda.runtime.getDeviceCount())
    except Exception:
        return 0


def _cupy() -> Any:
    try:
        return importlib.import_module("cupy")
    except ImportError:
        return None


__all__ = ["Context", "cpu", "cpu_pinned", "current_context", "gpu", "num_gpus", "placed"]
