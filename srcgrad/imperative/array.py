"""The array that both dialects share: memory, a place in a trace, and what every dialect offers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from srcgrad.errors import CutGradientWarning, GradReqError, ShapeError, WriteError
from srcgrad.imperative.backward import backward, depth_of
from srcgrad.imperative.calls import arrays_in, invoke, plain
from srcgrad.imperative.context import CPU, Context, placed
from srcgrad.imperative.family import (
    DETACH,
    IDENTITY,
    INDEX,
    SETITEM,
    Family,
    Held,
    Via,
    add_copy,
    add_view,
    is_alone,
    overwrite,
    own,
    prepare,
    shown_with,
)
from srcgrad.imperative.operators import install
from srcgrad.imperative.steps import op_of
from srcgrad.imperative.trace import Leaf, local
from srcgrad.imperative.views import write_through
from srcgrad.runtime.trace import user_frame

REQS = ("write", "add", "null")


class Array:
    """An array whose operations are recorded inside `autograd.record`.

    ``_data`` is its memory; ``_node`` what it is to a recording: ``None`` a constant, a `Leaf` a
    variable, a `Trace` the result of a step of it, numbered ``_index``.
    """

    __slots__ = ("__weakref__", "_data", "_family", "_index", "_node", "_via")
    __hash__ = object.__hash__
    title: ClassVar[str] = "Array"  # what messages call it
    _data: Any
    _node: Any
    _index: int
    _family: Family | None
    _via: Via | None
    _context: ClassVar[Context] = CPU  # a class for each device: see `context.placed`

    @classmethod
    def _of(cls, data: Any) -> Any:
        """An array of this class over some memory."""
        out = cls.__new__(cls)
        out._data = data
        out._node = None
        return out

    @classmethod
    def _on(cls, context: Context, data: Any) -> Any:
        """An array on a device, of data from anywhere."""
        return placed(cls, context)._of(context.asarray(data))

    # -- what it is -------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self._data.shape  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(self._data.size)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return int(self._data.ndim)

    @property
    def context(self) -> Context:
        """The device that holds it."""
        return self._context

    ctx = context

    @property
    def stype(self) -> str:
        """How it is stored; always densely, and a gradient as `attach_grad` was asked to say."""
        family = getattr(self, "_family", None)
        return family.stype if isinstance(family, Held) else "default"

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self._data)))

    # -- gradients --------------------------------------------------------------------------------

    def attach_grad(self, grad_req: str = "write", stype: str | None = None) -> None:
        """Make this array a variable: `backward` puts its gradient into ``.grad``.

        A result of recorded operations is cut off from them.

        Arguments:
            grad_req: ``"write"`` replaces the gradient at each pass, ``"add"`` sums over passes,
                ``"null"`` computes none.
            stype: how MXNet would store the gradient; noted only.
        """
        if grad_req not in REQS:
            message = f"grad_req is {grad_req!r}"
            raise GradReqError("SG706", message, "use 'write', 'add' or 'null'")
        self._node = Leaf(np.zeros_like(self._data), grad_req, stype or "default")

    @property
    def grad(self) -> Any:
        """The gradient, the memory that `backward` writes to; ``None`` without `attach_grad`."""
        leaf = self._node
        if type(leaf) is not Leaf:
            return None
        out = self._of(leaf.grad)
        out._family = Held(leaf.stype)
        return out

    def backward(
        self, out_grad: Any = None, retain_graph: bool = False, train_mode: bool = True
    ) -> None:
        """Compute the gradients of the sum of the elements; see `autograd.backward`."""
        backward(self, out_grad, retain_graph, train_mode)

    def detach(self) -> Any:
        """The same memory as a constant."""
        own(self)
        out = self._of(self._data)
        add_view(self, out, DETACH)
        return out

    # -- values -----------------------------------------------------------------------------------

    def asnumpy(self) -> np.ndarray[Any, Any]:
        """A copy as an array of NumPy."""
        return np.array(CPU.asarray(self._data))

    def asscalar(self) -> Any:
        """The only element, as a NumPy scalar.

        Raises:
            ValueError: there are more elements, or none.
        """
        if self._data.size != 1:
            raise ValueError("The current array is not a scalar")
        return self.asnumpy().reshape(())[()]

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers."""
        return self.asnumpy().tolist()

    def __bool__(self) -> bool:
        if self._data.size > 1:
            what = f"The truth value of an {self.title} with multiple elements is ambiguous."
            raise ValueError(what)
        return bool(self._data.size and self._data.reshape(())[()])

    def __int__(self) -> int:
        return int(self.asscalar())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        if local.trace is not None and self._node is not None:
            message = (
                "a recorded array is converted to one of NumPy: what is computed from that is constant; "
                "make it with functions of this library, or say asnumpy()"
            )
            warnings.warn(message, CutGradientWarning, stacklevel=depth_of(user_frame()[0]))
        found = self.asnumpy()
        return found if dtype is None else found.astype(dtype)

    def __dlpack__(self, **options: Any) -> Any:
        """Its memory for another library, as the DLPack protocol has it; not recorded."""
        prepare(self)
        return self._data.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._data.__dlpack_device__()

    def __reduce__(self) -> Any:
        return _rebuilt, (placed(type(self), CPU), self.context, self.asnumpy())

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    # -- other arrays -----------------------------------------------------------------------------

    def copy(self) -> Any:
        """A copy; recorded."""
        return invoke(type(self), np.copy, (self,), {})

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """The elements in another dtype; the gradient passes, through integers too."""
        dtype = np.dtype(dtype)
        if not copy and dtype == self._data.dtype:
            return self
        out = self._of(self._data.astype(dtype))
        if local.trace is not None and self._node is not None:
            if dtype.kind in "fc" and self._data.dtype.kind in "fc":
                local.trace.call(_ASTYPE, (self, dtype), {}, [out])
            else:
                local.trace.unary(IDENTITY, self, out)
        return out

    def as_in_context(self, context: Context) -> Any:
        """This array if it is on that device, else a copy there; recorded."""
        if context == self.context:
            return self
        out = self._on(context, self._data.copy())
        if local.trace is not None and self._node is not None:
            local.trace.unary(IDENTITY, self, out)
        return out

    as_in_ctx = as_in_context

    def copyto(self, other: Any) -> Any:
        """Write the elements into another array, or make a copy on a device."""
        if isinstance(other, Context):
            return self.as_in_context(other) if other != self.context else self.copy()
        other[...] = self
        return other

    def wait_to_read(self) -> None:
        """Nothing: results are there when an operation returns."""

    # -- reading and writing ----------------------------------------------------------------------

    def __getitem__(self, index: Any) -> Any:
        index = self._index_of(index)
        place = plain(index)
        data = self._data[place]
        shared = data.base is not None and np.may_share_memory(data, self._data)
        if shared:
            before = self._data
            own(self)
            if self._data is not before:
                data = self._data[place]
        out = self._of(data if type(data) is np.ndarray else np.asarray(data))
        trace = local.trace
        if trace is not None and self._node is not None:
            trace.call(INDEX, (self, index), {}, [out])
        if shared:
            if self._shows(data):
                add_view(self, out, INDEX, index)
            else:
                add_copy(self, out)
        return out

    def _index_of(self, index: Any) -> Any:
        """The index as NumPy takes it."""
        return index

    def _shows(self, data: np.ndarray[Any, Any]) -> bool:
        """Whether what a basic index gave is a view, and not a copy."""
        return True

    def __setitem__(self, index: Any, value: Any) -> None:
        index = self._index_of(index)
        if not self._recorded(value):
            overwrite(self, lambda: self._data.__setitem__(plain(index), plain(value)))
            return
        assert local.trace is not None
        if not is_alone(self):
            write_through(local.trace, self, index, value)
            return
        data = self._data.copy()
        data[plain(index)] = plain(value)
        out = self._of(data)
        local.trace.call(SETITEM, (self, index, value), {}, [out])
        self._become(out)

    def _recorded(self, value: Any) -> bool:
        """Whether a write of a value in place is recorded.

        Raises:
            WriteError: it is one to a variable.
        """
        if local.trace is None:
            return False
        nodes = [a._node for a in shown_with(self)]
        if any(type(node) is Leaf for node in nodes):
            raise WriteError(
                "SG705",
                "a variable is written inside autograd.record()",
                "write it outside, or under autograd.pause(), or compute a new array",
            )
        return any(nodes) or any(a._node for a in arrays_in(value))

    def _become(self, out: Array) -> None:
        """Take over the contents of an array that nobody else has."""
        self._data, self._node, self._index = out._data, out._node, out._index
        self._family = self._via = None

    def _receive(self, result: Array) -> Array:
        """Write a result over all elements, as ``out=`` asks for.

        Raises:
            ShapeError: it has another shape.
        """
        if self._data.shape != result._data.shape:
            message = f"out has shape {self._data.shape}, the result {result._data.shape}"
            raise ShapeError("SG708", message, "pass an array of the shape of the result")
        self._replace(result)
        return self

    def _replace(self, value: Array) -> None:
        """Write other contents over all elements."""
        if not self._recorded(value):
            overwrite(self, lambda: np.copyto(self._data, value._data, casting="unsafe"))
        elif value._node is local.trace and _alike(self._data, value._data) and is_alone(self):
            self._become(value)
        else:
            self[...] = value

    def _arithmetic(self, other: Any, op: Any, function: Any, reflected: bool) -> Any:
        raise NotImplementedError


def _alike(a: Any, b: Any) -> bool:
    return bool(a.shape == b.shape and a.dtype == b.dtype)


def _astype(x: Any, dtype: Any) -> Any:
    return x.astype(dtype)


def _rebuilt(cls: type[Array], context: Context, data: np.ndarray[Any, Any]) -> Any:
    return cls._on(context, data)


_ASTYPE = op_of("call", _astype)
install(Array)
__all__ = ["Array"]
