"""Rules of products and norms: matmul, dot, outer, inner, linalg.norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Const
from srcgrad.ir.ops import Attrs
from srcgrad.ir.types import Array, Dims, Number, Type, broadcast_dims, dims_of, is_scalar
from srcgrad.rules.broadcasting import full, unbroadcast
from srcgrad.rules.reductions import reduction_attrs, restore_axes, spread
from srcgrad.rules.registry import bilinear, custom, total
from srcgrad.rules.symbols import Sym, conj, direction, matmul, op, outer, real_like


def _product_dtype(types: tuple[Type, ...]) -> Any:
    value = infer.probe(np.multiply, types)
    return None if value is None else np.asarray(value).dtype


def matmul_dims(x: Dims, y: Dims) -> Dims:
    """Dimensions of ``x @ y``: stacks of matrices broadcast, vectors lose their axis."""
    if x is None or y is None:
        return None
    stack = broadcast_dims(x[:-2], y[:-2])
    if stack is None:
        return None
    return (*stack, *(x[-2:-1] if len(x) > 1 else ()), *(y[-1:] if len(y) > 1 else ()))


def _matmul_type(types: tuple[Type, ...], attrs: Attrs) -> Type:
    return Array(_product_dtype(types), matmul_dims(dims_of(types[0]), dims_of(types[1])))


def _dot_type(types: tuple[Type, ...], attrs: Attrs) -> Type:
    x, y = dims_of(types[0]), dims_of(types[1])
    if x is None or y is None:
        return Array(_product_dtype(types), None)
    if () in (x, y):
        return Array(_product_dtype(types), x or y)
    if len(y) == 1:
        return Array(_product_dtype(types), x[:-1])
    return Array(_product_dtype(types), (*x[:-1], *y[:-2], y[-1]))


def swap(x: Sym) -> Sym:
    """The stack of transposed matrices."""
    return (
        x.T if x.dims is not None and len(x.dims) == 2 else x.call("swapaxes", axis1=-1, axis2=-2)
    )


def matmul_left(g: Sym, x: Sym, y: Sym, name: str = "matmul") -> Sym:
    """Cotangent of ``x`` in ``x @ y``."""
    if x.dims is None or y.dims is None:
        return x.call(f"{name}_left", g, y)
    rank_x, rank_y = len(x.dims), len(y.dims)
    if rank_y == 1:
        return g * y if rank_x == 1 else _columns(g, y)
    if rank_x == 1:
        product = matmul(y, expanded(g)).call("squeeze", axis=-1) if rank_y > 2 else matmul(y, g)
        return unbroadcast(product, product, x)
    product = matmul(g, swap(y))
    return unbroadcast(product, product, x) if rank_y > 2 else product


def matmul_right(g: Sym, x: Sym, y: Sym, name: str = "matmul") -> Sym:
    """Cotangent of ``y`` in ``x @ y``."""
    if x.dims is None or y.dims is None:
        return y.call(f"{name}_right", g, x)
    rank_x, rank_y = len(x.dims), len(y.dims)
    if rank_x == 1 and rank_y == 1:
        return g * x
    if rank_x == 1:
        product = outer(x, g) if rank_y == 2 else expanded(x) * g.call("expand_dims", axis=-2)
        return product
    if rank_y == 1:
        product = (
            matmul(swap(x), expanded(g)).call("squeeze", axis=-1) if rank_x > 2 else matmul(x.T, g)
        )
        return unbroadcast(product, product, y)
    product = matmul(swap(x), g)
    return unbroadcast(product, product, y) if rank_x > 2 else product


def _columns(g: Sym, y: Sym) -> Sym:
    return outer(g, y) if g.dims is not None and len(g.dims) == 1 else expanded(g) * y


def expanded(x: Sym) -> Sym:
    """A stack of vectors as a stack of one-column matrices."""
    return x.call("expand_dims", axis=-1)


def _dot_left(g: Sym, x: Sym, y: Sym) -> Sym:
    if _scalar_operand(x, y):
        return unbroadcast(g * y, g * y, x)
    return matmul_left(g, x, y, "dot")


def _dot_right(g: Sym, x: Sym, y: Sym) -> Sym:
    if _scalar_operand(x, y):
        return unbroadcast(g * x, g * x, y)
    return matmul_right(g, x, y, "dot")


def _scalar_operand(x: Sym, y: Sym) -> bool:
    return is_scalar(x.type) or is_scalar(y.type)


def product_left(x: Any, g: Any, y: Any) -> Any:
    """Cotangent of ``x`` in ``x @ y`` for operands of any rank; in dot one may be a scalar."""
    x, g, y = np.asarray(x), np.asarray(g), np.asarray(y)
    if x.ndim == 0 or y.ndim == 0:
        grad = g * y
    else:
        columns = y[:, None] if y.ndim == 1 else y
        g = g[..., None] if y.ndim == 1 else g
        grad = (g[..., None, :] if x.ndim == 1 else g) @ np.swapaxes(columns, -1, -2)
        grad = grad[..., 0, :] if x.ndim == 1 else grad
    extra = grad.ndim - x.ndim
    grad = grad.sum(axis=tuple(range(extra)))
    ones = tuple(k for k, n in enumerate(x.shape) if n == 1 and grad.shape[k] != 1)
    return grad.sum(axis=ones, keepdims=True) if ones else grad


def product_right(y: Any, g: Any, x: Any) -> Any:
    """Cotangent of ``y`` in ``x @ y`` for operands of any rank; in dot one may be a scalar."""
    x, g, y = np.asarray(x), np.asarray(g), np.asarray(y)
    if x.ndim == 0 or y.ndim == 0:
        grad = g * x
    else:
        rows = x[None, :] if x.ndim == 1 else x
        g = g[..., None] if y.ndim == 1 else g
        grad = np.swapaxes(rows, -1, -2) @ (g[..., None, :] if x.ndim == 1 else g)
        grad = grad[..., 0] if y.ndim == 1 else grad
    extra = grad.ndim - y.ndim
    grad = grad.sum(axis=tuple(range(extra)))
    ones = tuple(k for k, n in enumerate(y.shape) if n == 1 and grad.shape[k] != 1)
    return grad.sum(axis=ones, keepdims=True) if ones else grad


bilinear("matmul", matmul_left, matmul_right, np_="matmul", operator_="@", infer=_matmul_type)
bilinear("dot", _dot_left, _dot_right, np_="dot", infer=_dot_type)
bilinear(
    "outer",
    lambda g, x, y: matmul(g, y),
    lambda g, x, y: matmul(x, g),
    np_="outer",
    infer=lambda types, attrs: Array(
        _product_dtype(types),
        None if None in (d := [dims_of(t) for t in types]) else (*d[0], *d[1]),  # type: ignore[misc]
    ),
)


def _cotangent_type(types: tuple[Type, ...], attrs: Attrs) -> Type:
    """Dimensions of the operand, dtype of the product of cotangent and other operand."""
    return Array(_product_dtype(types[1:]), dims_of(types[0]))


def _transposed_product(name: str) -> None:
    """Register the transposes of a product whose operands are of unknown rank.

    They are linear in the cotangent and in the other operand: their own transposes are the product, and
    each other.
    """
    left, right = op(f"{name}_left"), op(f"{name}_right")
    custom(
        f"{name}_left",
        None,
        lambda u, x, g, y, out: op(name)(full(u, x), conj(y)),
        lambda u, x, g, y, out: right(y, conj(g), full(u, x)),
        jvp=lambda tangents, x, g, y, out: _both(left, tangents, x, g, y),
        run=product_left,
        infer=_cotangent_type,
        shape_only=frozenset({0}),
        spell="helper:product_left",
    )
    custom(
        f"{name}_right",
        None,
        lambda u, y, g, x, out: op(name)(conj(x), full(u, y)),
        lambda u, y, g, x, out: left(x, conj(g), full(u, y)),
        jvp=lambda tangents, y, g, x, out: _both(right, tangents, y, g, x),
        run=product_right,
        infer=_cotangent_type,
        shape_only=frozenset({0}),
        spell="helper:product_right",
    )


def _both(transposed: Any, tangents: Any, like: Sym, g: Sym, other: Sym) -> Sym:
    """The product rule."""
    terms: list[Sym] = []
    if tangents[1] is not None:
        terms.append(transposed(like, full(tangents[1], g), other))
    if tangents[2] is not None:
        terms.append(transposed(like, g, full(tangents[2], other)))
    return total(terms)


_transposed_product("matmul")
_transposed_product("dot")


def _norm_vjp(g: Sym, x: Sym, out: Sym, axis: Any = None, keepdims: bool = False) -> Sym:
    """``x / |x|``, and zero at zero (the minimal-norm subgradient)."""
    if isinstance(g.atom, Const) and g.atom.value == 1:
        return x / restore_axes(out.call("nonzero"), axis, keepdims)
    scaled = g / out.call("nonzero")
    return restore_axes(full(scaled, out), axis, keepdims) * x


def _norm_jvp(
    tangents: list[Sym], x: Sym, out: Sym, axis: Any = None, keepdims: bool = False
) -> Sym:
    attrs: dict[str, Any] = {} if axis is None else {"axis": axis}
    if keepdims:
        attrs["keepdims"] = True
    along = real_like(tangents[0] * conj(x), out)
    return along.sum(**attrs) / out.call("nonzero")


custom(
    "norm",
    _norm_vjp,
    jvp=_norm_jvp,
    np_="linalg.norm",
    attrs="axis keepdims",
    infer=lambda types, attrs: Array(
        infer.probe(np.linalg.norm, (Array(_float_dtype(types[0]), ()),)).dtype
        if _float_dtype(types[0]) is not None
        else None,
        infer.reduced_dims(dims_of(types[0]), attrs.get("axis"), attrs.get("keepdims", False)),
    ),
)


def _float_dtype(type_: Type) -> Any:
    return np.dtype(float) if isinstance(type_, Number) else getattr(type_, "dtype", None)


def _p_slope(x: Sym, out: Sym, ord: float, axis: Any, keepdims: bool) -> Sym:
    """``sign(x) * (|x| / norm) ** (p - 1)``: zero at zero."""
    scaled = x.call("absolute", via="np") / restore_axes(out.call("nonzero"), axis, keepdims)
    return conj(direction(x)) * scaled ** (ord - 1)


def _p_norm_vjp(
    g: Sym, x: Sym, out: Sym, ord: float, axis: Any = None, keepdims: bool = False
) -> Sym:
    return spread(g, out, axis, keepdims) * conj(_p_slope(x, out, ord, axis, keepdims))


def _p_norm_jvp(
    tangents: list[Sym], x: Sym, out: Sym, ord: float, axis: Any = None, keepdims: bool = False
) -> Sym:
    moved = real_like(tangents[0] * _p_slope(x, out, ord, axis, keepdims), out)
    return moved.sum(**reduction_attrs(axis, keepdims))


custom(
    "p_norm",
    _p_norm_vjp,
    jvp=_p_norm_jvp,
    run=np.linalg.norm,
    infer=infer.reduction(lambda x: np.linalg.norm(np.reshape(x, 1), 3)),
    spell="np.linalg.norm",
)
