"""Rules of the discrete Fourier transforms: the transpose of each is another one, scaled the other way.

With ``F`` the transform matrix without a factor, ``np.fft.fft`` is ``F`` and ``np.fft.ifft`` with
``norm="forward"`` is its adjoint; a factor on one side is a factor on the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slot
from srcgrad.ir.types import AnyDim, Dims
from srcgrad.rules.assembly import in_shape_of, length
from srcgrad.rules.broadcasting import full
from srcgrad.rules.registry import custom, linear
from srcgrad.rules.symbols import Sym, op

_SWAPPED = {None: "forward", "backward": "forward", "forward": None, "ortho": "ortho"}


def _norm(norm: Any) -> dict[str, Any]:
    swapped = _SWAPPED[norm]
    return {} if swapped is None else {"norm": swapped}


def _axes_of(x: Sym, attrs: dict[str, Any], default: Any) -> tuple[int, ...]:
    """Transformed axes of an n-dimensional transform."""
    axes = attrs.get("axes")
    if axes is not None:
        return axes  # type: ignore[no-any-return]
    if default is not None:
        return default  # type: ignore[no-any-return]
    s = attrs.get("s")
    assert x.dims is not None
    return tuple(range(-(len(s) if s is not None else len(x.dims)), 0))


def fit_shape(x: Any, g: Any) -> Any:
    """``g`` cut or padded with zeros, at the end of each axis, to the shape of ``x``."""
    g = g[tuple(map(slice, np.shape(x)))]
    return np.pad(g, [(0, n - m) for n, m in zip(np.shape(x), g.shape, strict=True)])


linear(
    "fit_shape",
    None,
    lambda u, x, g: op("fit_shape")(g, u),
    run=fit_shape,
    infer=infer.like(0, dtype=1),
    shape_only=frozenset({0}),
    spell="helper:fit_shape",
)


def half_spectrum(x: Any, g: Any, axes: tuple[int, ...], norm: Any = None) -> Any:
    """Cotangent of ``x`` in ``np.fft.irfftn``: ``x`` stands for both halves of a spectrum."""
    spectrum = np.fft.rfftn(g, axes=axes, norm=norm)
    n = g.shape[axes[-1]]
    middle = np.moveaxis(spectrum, axes[-1], -1)[..., 1 : (n + 1) // 2]
    middle *= 2
    spectrum = spectrum[tuple(map(slice, x.shape))]
    return np.pad(spectrum, [(0, n - m) for n, m in zip(x.shape, spectrum.shape, strict=True)])


def _half_spectrum_back(u: Sym, x: Sym, g: Sym, axes: tuple[int, ...], norm: Any = None) -> Sym:
    """The real transform of as many values again."""
    sizes = [length(g, a) for a in axes]
    symbols = [n for n in sizes if isinstance(n, Sym)]
    places = iter(range(1, 1 + len(symbols)))
    s = tuple(Slot(next(places)) if isinstance(n, Sym) else n for n in sizes)
    return in_shape_of(u.call("irfftn", *symbols, s=s, axes=axes, **_norm(norm)), g)


linear(
    "half_spectrum",
    None,
    _half_spectrum_back,
    run=half_spectrum,
    infer=infer.shaped(lambda x, g: np.fft.fft(g), lambda x, g, **attrs: x),
    shape_only=frozenset({0}),
    spell="helper:half_spectrum",
)


def _resized(dims: Any, axes: Any, sizes: Any) -> tuple[AnyDim, ...]:
    result = list(dims)
    for axis, size in zip(axes, sizes, strict=True):
        if size is not None and size != -1:
            result[axis] = infer.length_dim(size) if isinstance(size, int) else infer.unique_dim()
    return tuple(result)


def _half(dim: AnyDim) -> AnyDim:
    """Length of the spectrum of a real signal."""
    if isinstance(dim, int):
        return infer.length_dim(dim // 2 + 1)
    return infer.unique_dim(long=dim.long)


def _whole(dim: AnyDim) -> AnyDim:
    """Length of a real signal made from a spectrum."""
    if isinstance(dim, int):
        return infer.length_dim(2 * (dim - 1))
    return infer.unique_dim(long=dim.long)


def _out_dims(kind: str, dims: Any, axes: tuple[int, ...], sizes: Any) -> Dims:
    given = None if sizes is None else sizes[-1]
    result = list(dims if sizes is None else _resized(dims, axes, sizes))
    last = axes[-1]
    if kind == "rfft":
        result[last] = _half(result[last])
    elif kind == "irfft" and (given is None or given == -1):
        result[last] = _whole(dims[last])
    return tuple(result)


def _one_axis(kind: str) -> Any:
    def dims(x: Any, *sizes: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Dims:
        return _out_dims(kind, x, (axis,), (n,) if n is not None else None)

    return dims


def _many_axes(kind: str, default: Any) -> Any:
    def dims(x: Any, *sizes: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Dims:
        places = axes or default or tuple(range(-(len(s) if s is not None else len(x)), 0))
        return _out_dims(kind, x, places, s)

    return dims


def _backwards(kind: str, inverse: str, default: Any) -> Any:
    """The transpose of a transform over several axes."""

    def transpose(g: Sym, x: Sym, *sizes: Any, norm: Any = None, **attrs: Any) -> Sym:
        axes = _axes_of(x, attrs, default)
        if kind == "irfft":
            return op("half_spectrum")(x, g, axes=axes, **_norm(norm))
        given: dict[str, Any] = (
            {} if len(axes) == 1 or attrs.get("axes") is None else {"axes": axes}
        )
        if len(axes) == 1 and axes != (-1,):
            given["axis"] = axes[0]
        s = attrs.get("s")
        if kind == "fft":
            part = g.call(inverse, **given, **_norm(norm))
            return part if s is None else op("fit_shape")(x, part)
        lengths = _lengths(x, axes, s, sizes)
        symbols = [n for n in lengths if isinstance(n, Sym)]
        places = iter(range(1, 1 + len(symbols)))
        shape = tuple(Slot(next(places)) if isinstance(n, Sym) else n for n in lengths)
        size = {"n": shape[0]} if len(axes) == 1 else {"s": shape, "axes": axes}
        given.pop("axes", None)
        part = g.call(inverse, *symbols, **size, **given, **_norm(norm))
        return part if s is None else op("fit_shape")(x, part)

    return transpose


def _lengths(x: Sym, axes: Any, s: Any, sizes: Any) -> list[Any]:
    """Lengths that were transformed: those given, else those of the operand."""
    if s is None:
        return [length(x, a) for a in axes]
    return [sizes[n.position - 1] if isinstance(n, Slot) else n for n in s]


def _single(kind: str, inverse: str) -> Any:
    many = _backwards(kind, inverse, None)

    def transpose(
        g: Sym, x: Sym, *sizes: Any, n: Any = None, axis: int = -1, norm: Any = None
    ) -> Sym:
        attrs = {"axes": (axis,)} if n is None else {"axes": (axis,), "s": (n,)}
        return many(g, x, *sizes, norm=norm, **attrs)  # type: ignore[no-any-return]

    return transpose


def _first(function: Any) -> Any:
    """The function of its first operand; the others fill attributes."""
    return lambda x, *sizes, **attrs: function(x, **attrs)


_PAIRS = (
    ("fft", "fft", "ifft", False, None),
    ("ifft", "fft", "fft", False, None),
    ("rfft", "rfft", "ifft", False, None),
    ("irfft", "irfft", "", False, None),
    ("fft2", "fft", "ifft2", True, (-2, -1)),
    ("ifft2", "fft", "fft2", True, (-2, -1)),
    ("rfft2", "rfft", "ifftn", True, (-2, -1)),
    ("irfft2", "irfft", "", True, (-2, -1)),
    ("fftn", "fft", "ifftn", True, None),
    ("ifftn", "fft", "fftn", True, None),
    ("rfftn", "rfft", "ifftn", True, None),
    ("irfftn", "irfft", "", True, None),
)
for _name, _kind, _inverse, _many, _default in _PAIRS:
    _function = getattr(np.fft, _name)
    _rank = 2 if _many else 1
    linear(
        _name,
        _backwards(_kind, _inverse, _default) if _many else _single(_kind, _inverse),
        run=_first(_function),
        infer=infer.shaped(
            (lambda x, *sizes, f=np.fft.irfft: f(x, 1)) if _kind == "irfft" else _first(_function),
            _many_axes(_kind, _default) if _many else _one_axis(_kind),
            rank=_rank,
        ),
        spell=f"np.fft.{_name}",
    )
for _name, _inverse in (("fftshift", "ifftshift"), ("ifftshift", "fftshift")):
    linear(
        _name,
        lambda g, x, axes=None, inverse=_inverse: g.call(
            inverse, via="np", **({} if axes is None else {"axes": axes})
        ),
        np_=f"fft.{_name}",
        attrs="axes",
        infer=infer.shaped(getattr(np.fft, _name)),
        once=True,
    )


def _freq_dims(n: Any, d: Any) -> Dims:
    return (infer.unique_dim(),)


for _name in ("fftfreq", "rfftfreq"):
    _function = getattr(np.fft, _name)
    custom(
        _name,
        None,
        lambda g, n, d, out: -(full(g, out) * out).sum() / d,
        jvp=lambda tangents, n, d, out: -(out / d) * tangents[1],
        run=_function,
        infer=infer.shaped(lambda n, d: 1.0 / d, _freq_dims, rank=0),
        spell=f"np.fft.{_name}",
        real_only=True,
    )
