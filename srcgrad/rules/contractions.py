"""Rules of products over named axes: einsum, tensordot, inner, vdot, kron, cross, convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slice
from srcgrad.ir.ops import Storage
from srcgrad.ir.types import AnyDim, Dims, broadcast_dim, broadcast_dims
from srcgrad.rules.assembly import length
from srcgrad.rules.broadcasting import full, unbroadcast
from srcgrad.rules.linalg import matmul_dims
from srcgrad.rules.rearrangement import reshaped
from srcgrad.rules.registry import Linear, bilinear, custom, register, total
from srcgrad.rules.shapes import inverse_axes
from srcgrad.rules.symbols import Sym, conj, matmul, op, reshape_like

# -- einsum -------------------------------------------------------------------------------------


def _labels(subscripts: str) -> tuple[list[str], str]:
    operands, out = subscripts.split("->")
    return operands.split(","), out


def _einsum_dims(*dims: Any, subscripts: str, **optimize: Any) -> Dims:
    operands, out = _labels(subscripts)
    lengths: dict[str, AnyDim] = {}
    for labels, own in zip(operands, dims, strict=True):
        if len(labels) != len(own):
            raise ValueError(f"{len(own)} axes for the subscripts {labels!r}")
        for label, dim in zip(labels, own, strict=True):
            lengths[label] = broadcast_dim(lengths.get(label, 1), dim)
    return tuple(lengths[label] for label in out)


def _einsum_back(g: Sym, k: int, *xs: Sym, subscripts: str, **optimize: Any) -> Sym:
    """The contraction of ``g`` with all other operands; axes that they lack are spread."""
    operands, out = _labels(subscripts)
    own, x = operands[k], xs[k]
    others = [(labels, conj(xs[j])) for j, labels in enumerate(operands) if j != k]
    there = set(out).union(*(labels for labels, _ in others))
    found = "".join(label for label in own if label in there)
    part = g
    if others or found != out:
        inputs = ",".join([out, *(labels for labels, _ in others)])
        part = op("einsum")(g, *(v for _, v in others), subscripts=f"{inputs}->{found}", **optimize)
    missing = tuple(axis for axis, label in enumerate(own) if label not in there)
    if missing:
        part = part.call("expand_dims", axis=missing[0] if len(missing) == 1 else missing)
        return full(part, x) if found == "" else part.call("spread", x)
    return unbroadcast(part, part, x)


class Multilinear(Linear):
    """An op linear in each of its operands: forward mode is the product rule."""

    def jvp(self, tangents: Any, args: Any, out: Sym, op: Any, attrs: Any) -> Sym:
        """Tangent of the result."""
        total: Any = None
        for k, tangent in enumerate(tangents):
            if tangent is not None:
                moved = [a.atom for a in args]
                moved[k] = full(tangent, args[k]).atom
                term = Sym(out.builder, out.builder.emit(op.name, *moved, **attrs))
                total = term if total is None else total + term
        return total  # type: ignore[no-any-return]


register(
    "einsum",
    Multilinear((_einsum_back,), variadic=True),
    run=lambda *xs, subscripts, **optimize: np.einsum(subscripts, *xs, **optimize),
    infer=infer.shaped(lambda *xs: sum(x * 1 for x in xs), _einsum_dims),
    storage=Storage.MAYBE,
    spell="np.einsum",
)

# -- products -----------------------------------------------------------------------------------


def _free(rank: int, taken: Any) -> tuple[int, ...]:
    return tuple(k for k in range(rank) if k not in taken)


def _tensordot_dims(x: Any, y: Any, axes: Any) -> Dims:
    left, right = axes
    return (*(x[k] for k in _free(len(x), left)), *(y[k] for k in _free(len(y), right)))


def _tensordot_left(g: Sym, x: Sym, y: Sym, axes: Any) -> Sym:
    assert x.dims is not None and y.dims is not None
    left, right = axes
    own, other = _free(len(x.dims), left), _free(len(y.dims), right)
    places = tuple(range(len(own), len(own) + len(other)))
    part = op("tensordot")(g, y, axes=(places, other))
    kept = sorted(right)
    order = (*own, *(left[right.index(k)] for k in kept))
    return _permuted(part, order)


def _tensordot_right(g: Sym, x: Sym, y: Sym, axes: Any) -> Sym:
    assert x.dims is not None and y.dims is not None
    left, right = axes
    own, other = _free(len(y.dims), right), _free(len(x.dims), left)
    part = op("tensordot")(x, g, axes=(other, tuple(range(len(other)))))
    kept = sorted(left)
    order = (*(right[left.index(k)] for k in kept), *own)
    return _permuted(part, order)


def _permuted(part: Sym, order: tuple[int, ...]) -> Sym:
    """``part``, whose axes are those of ``order``, with its axes in their places."""
    axes = inverse_axes(order)
    return part if axes == tuple(range(len(axes))) else part.call("transpose", axes=axes)


bilinear(
    "tensordot",
    _tensordot_left,
    _tensordot_right,
    np_="tensordot",
    attrs="axes",
    infer=infer.shaped(np.multiply, _tensordot_dims),
)


def _stack_axes(x: Sym, y: Sym) -> Any:
    assert x.dims is not None and y.dims is not None
    return (len(x.dims) - 1,), (len(y.dims) - 2,)


# ``np.dot`` where the second operand has three axes or more: it pairs all matrices with all.
bilinear(
    "dot_stack",
    lambda g, x, y: _tensordot_left(g, x, y, _stack_axes(x, y)),
    lambda g, x, y: _tensordot_right(g, x, y, _stack_axes(x, y)),
    run=np.dot,
    infer=infer.shaped(np.multiply, lambda x, y: (*x[:-1], *y[:-2], y[-1])),
    spell="np.dot",
)


def _inner_dims(x: Any, y: Any) -> Dims:
    return (*x[:-1], *y[:-1]) if x and y else x or y


def _inner_left(g: Sym, x: Sym, y: Sym) -> Sym:
    assert x.dims is not None and y.dims is not None
    if len(y.dims) < 2:
        return g * y if len(x.dims) == 1 else g.call("expand_dims", axis=-1) * y
    return _tensordot_left(g, x, y, ((len(x.dims) - 1,), (len(y.dims) - 1,)))


def _inner_right(g: Sym, x: Sym, y: Sym) -> Sym:
    assert x.dims is not None and y.dims is not None
    if len(x.dims) == len(y.dims) == 1:
        return g * x
    places = tuple(range(len(x.dims) - 1))
    return op("tensordot")(g, x, axes=(places, places))


bilinear(
    "inner",
    _inner_left,
    _inner_right,
    np_="inner",
    infer=infer.shaped(np.multiply, _inner_dims),
)


def _vdot_jvp(tangents: Any, x: Sym, y: Sym, out: Sym) -> Sym:
    terms: list[Sym] = []
    if tangents[0] is not None:
        terms.append(op("vdot")(full(tangents[0], x), y))
    if tangents[1] is not None:
        terms.append(op("vdot")(x, full(tangents[1], y)))
    return terms[0] if len(terms) == 1 else terms[0] + terms[1]


def _product_like(g: Sym, x: Sym, other: Sym) -> Sym:
    return reshape_like(g * other, x) if x.dims != other.dims else g * other


custom(
    "vdot",
    lambda g, x, y, out: _product_like(conj(g), x, y),
    lambda g, x, y, out: _product_like(g, y, x),
    jvp=_vdot_jvp,
    np_="vdot",
    infer=infer.shaped(np.multiply, lambda x, y: ()),
)


def _kron_dims(x: Any, y: Any) -> Dims:
    if len(x) != len(y):
        raise ValueError("np.kron of arrays of different rank")
    return tuple(
        b if a == 1 else a if b == 1 else infer.unique_dim() for a, b in zip(x, y, strict=True)
    )


def _kron_back(g: Sym, x: Sym, y: Sym, *, left: bool) -> Sym:
    """The blocks of ``g``, each axis split in two, summed against the other operand."""
    assert x.dims is not None
    rank = len(x.dims)
    shape = [length(v, k) for k in range(rank) for v in (x, y)]
    blocks = reshaped(g, shape)
    mine = tuple(range(0, 2 * rank, 2)) if left else tuple(range(1, 2 * rank, 2))
    taken = tuple(k for k in range(2 * rank) if k not in mine)
    other = y if left else x
    part = op("tensordot")(blocks, other, axes=(taken, tuple(range(rank))))
    return unbroadcast(part, part, x if left else y)


bilinear(
    "kron",
    lambda g, x, y: _kron_back(g, x, y, left=True),
    lambda g, x, y: _kron_back(g, x, y, left=False),
    np_="kron",
    infer=infer.shaped(np.multiply, _kron_dims),
)


def _cross(g: Sym, other: Sym) -> Sym:
    return op("cross")(other, g)


bilinear(
    "cross",
    lambda g, x, y: unbroadcast(_cross(g, y), g, x),
    lambda g, x, y: unbroadcast(op("cross")(g, x), g, y),
    np_="cross",
    infer=infer.shaped(np.multiply, lambda x, y: broadcast_dims(x, y)),
)

# -- convolution --------------------------------------------------------------------------------


def _convolved(x: Any, y: Any, mode: str = "full") -> Dims:
    if len(x) != 1 or len(y) != 1:
        raise ValueError("np.convolve takes vectors")
    return (
        infer.unique_dim(long=mode == "full" and any(getattr(d, "long", False) for d in (*x, *y))),
    )


def convolve_transpose(x: Any, g: Any, y: Any, mode: str) -> Any:
    """Cotangent of ``x`` in ``np.convolve(x, y, mode)``."""
    n, m = len(x), len(y)
    skipped = (n + m - 1 - len(g)) // 2
    whole = np.zeros(n + m - 1, g.dtype)
    whole[skipped : skipped + len(g)] = g
    return np.convolve(whole, y[::-1], "valid")[:n] if m <= n + m - 1 else whole[:n]


def _convolve_back(g: Sym, x: Sym, y: Sym, mode: str) -> Sym:
    return op("convolve_transpose")(x, g, y, mode=mode)


def _transpose_tangent(tangents: Any, x: Sym, g: Sym, y: Sym, out: Sym, mode: str) -> Sym:
    terms: list[Sym] = []
    if tangents[1] is not None:
        terms.append(_convolve_back(full(tangents[1], g), x, y, mode))
    if tangents[2] is not None:
        terms.append(_convolve_back(g, x, full(tangents[2], y), mode))
    return total(terms)


custom(
    "convolve_transpose",
    None,
    lambda u, x, g, y, out, mode: op("convolve")(full(u, x), conj(y), via="np", mode=mode),
    lambda u, x, g, y, out, mode: _convolve_back(conj(g), y, full(u, x), mode),
    jvp=_transpose_tangent,
    run=convolve_transpose,
    infer=infer.shaped(lambda x, g, y: g * y, lambda x, g, y, mode: x),
    shape_only=frozenset({0}),
    spell="helper:convolve_transpose",
)
bilinear(
    "convolve",
    lambda g, x, y, mode="full": _convolve_back(g, x, y, mode),
    lambda g, x, y, mode="full": _convolve_back(g, y, x, mode),
    np_="convolve",
    attrs="mode",
    infer=infer.shaped(np.multiply, _convolved),
)


def _reversed(x: Sym) -> Sym:
    return x.call("index", index=(Slice(None, None, -1),))


def _correlate_jvp(tangents: Any, x: Sym, y: Sym, out: Sym, mode: str = "valid") -> Sym:
    moved = {"mode": mode} if mode != "valid" else {}
    terms: list[Sym] = []
    if tangents[0] is not None:
        terms.append(op("correlate")(full(tangents[0], x), y, **moved))
    if tangents[1] is not None:
        terms.append(op("correlate")(x, full(tangents[1], y), **moved))
    return total(terms)


# The convolution with the reversed conjugate of the second operand.
custom(
    "correlate",
    lambda g, x, y, out, mode="valid": _convolve_back(full(g, out), x, _reversed(y), mode),
    lambda g, x, y, out, mode="valid": conj(
        _reversed(_convolve_back(full(g, out), y, conj(x), mode))
    ),
    jvp=_correlate_jvp,
    np_="correlate",
    attrs="mode",
    infer=infer.shaped(np.multiply, lambda x, y, mode="valid": _convolved(x, y, mode)),
)


def _multi_dot_back(g: Sym, k: int, *xs: Sym) -> Sym:
    left = [conj(x).T for x in reversed(xs[:k])]
    right = [conj(x).T for x in reversed(xs[k + 1 :])]
    factors = [*left, g, *right]
    return matmul(*factors) if len(factors) == 2 else op("multi_dot")(*factors)


def _multi_dot_dims(*dims: Any) -> Dims:
    total: Dims = dims[0]
    if any(len(d) != 2 for d in dims):
        raise ValueError("np.linalg.multi_dot of other than matrices")
    for d in dims[1:]:
        total = matmul_dims(total, d)
    return total


register(
    "multi_dot",
    Multilinear((_multi_dot_back,), variadic=True),
    run=lambda *xs: np.linalg.multi_dot(xs),
    infer=infer.shaped(lambda *xs: sum(x * 1 for x in xs), _multi_dot_dims, rank=2),
    spell="sequence:np.linalg.multi_dot",
)
