"""Sample cases with complex operands or results: parts, arithmetic, products, transforms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from case_values import complex_normal, normal, regular
from rule_programs import Case, Literal

from srcgrad.ir.nodes import Slice, Slot

Z, W = complex_normal(3, 4), complex_normal(3, 4, seed=1)
X = normal(3, 4)


def _parts() -> Iterator[Case]:
    for value in (Z, np.complex128(0.3 - 0.8j), 0.3 - 0.8j, Z[:0]):
        yield Case("real", (value,), {}, np.real)
        yield Case("imag", (value,), {}, np.imag)
        yield Case("conj", (value,), {}, np.conj)
        yield Case("angle", (value,), {}, np.angle)
        yield Case("absolute", (value,), {}, np.abs if np.ndim(value) else abs)
    yield Case("to_complex", (np.float64(0.4),), {}, complex)
    yield Case("to_complex", (0.4,), {}, complex)
    yield Case("to_complex", (np.complex128(0.4 + 1j),), {}, complex)
    yield Case("copy", (Z,), {}, np.copy)
    parts = (normal(3, 4), normal(3, 4, seed=6))
    yield Case("from_parts", parts, {}, lambda a, b: a + 1j * b)


def _elementwise() -> Iterator[Case]:
    for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "square"):
        yield Case(name, (0.5 * Z,))
    for name in ("reciprocal", "negative", "expm1", "log1p", "arctan", "arcsinh", "log2", "log10"):
        yield Case(name, (0.5 * Z,))
    for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "arcsin", "arctan", "log10"):
        yield Case(name, (0.4 - 0.7j,))
    for name in ("add", "subtract", "multiply", "divide", "power"):
        yield Case(name, (Z, W))
        yield Case(name, (Z, W[:, :1]))
        yield Case(name, (np.abs(X) + 0.3, W))
        yield Case(name, (Z, X))
        yield Case(name, (Z, 0.4))
        yield Case(name, (X + 3.0, 0.4 - 0.7j))
        yield Case(name, (0.4 - 0.7j, 0.3))
    yield Case("multiply", (X, Literal(1j)))
    yield Case("power", (Z, Literal(2)))
    yield Case("where", (X > 0, Z, X))
    yield Case("where", (X > 0, Literal(0), Z))


def _reductions() -> Iterator[Case]:
    for attrs in ({}, {"axis": 0}, {"axis": 1, "keepdims": True}):
        for name in ("sum", "mean", "prod", "var", "std"):
            yield Case(name, (Z,), attrs)
        yield Case("norm", (Z,), attrs, lambda v, attrs=attrs: np.linalg.norm(v, **attrs))
    for axis in (0, 1):
        yield Case("cumsum", (Z,), {"axis": axis})
        yield Case("cumprod", (Z,), {"axis": axis})
    p_norm = lambda v: np.linalg.norm(v, 3, axis=0)
    yield Case("p_norm", (Z,), {"ord": 3, "axis": 0}, p_norm, delicate=True)
    yield Case("index", (Z,), {"index": (Slice(1, None, None), 2)}, lambda v: v[1:, 2])
    rows = np.array([0, 2, 0])
    yield Case("index", (Z, rows), {"index": (Slot(1),)}, lambda v, r: v[r])
    yield Case("concatenate", (Z, X), {}, lambda *v: np.concatenate(v))
    yield Case("stack", (Z, W), {}, lambda *v: np.stack(v))
    yield Case("array", (0.3, 0.4 - 1j), {}, lambda *v: np.array(v))
    yield Case("transpose", (Z,), {}, np.transpose)
    yield Case("reshape", (Z,), {"shape": (2, 6)}, lambda v: v.reshape(2, 6))
    yield Case("broadcast_to", (Z,), {"shape": (2, 3, 4)}, lambda v: np.broadcast_to(v, (2, 3, 4)))


def _products() -> Iterator[Case]:
    for x, y in ((Z, W.T), (Z, X.T), (X, W.T), (Z, complex_normal(4)), (complex_normal(3), Z)):
        yield Case("matmul", (x, y), {}, np.matmul)
        yield Case("dot", (x, y))
    yield Case("matmul", (complex_normal(2, 3, 4), complex_normal(4, 2, seed=3)), {}, np.matmul)
    v, w = complex_normal(3), complex_normal(3, seed=4)
    for name in ("outer", "dot", "vdot", "inner", "cross"):
        yield Case(name, (v, w), ranked=True)
        yield Case(name, (v, normal(3)), ranked=True)
        yield Case(name, (normal(3), v), ranked=True)
    for attrs in ({}, {"mode": "same"}, {"mode": "valid"}):
        yield Case("convolve", (complex_normal(5), v), attrs, ranked=True)
    for attrs in ({}, {"mode": "full"}):
        for x, y in ((complex_normal(5), v), (v, complex_normal(5)), (normal(4), v)):
            yield Case("correlate", (x, y), attrs, ranked=True)
    contracted = lambda *xs: np.einsum("ij,kj->ik", *xs)
    yield Case("einsum", (Z, W), {"subscripts": "ij,kj->ik"}, contracted, ranked=True)


def _matrices() -> Iterator[Case]:
    a = regular(3, 3) + 1j * normal(3, 3, seed=5)
    for b in (complex_normal(3), complex_normal(3, 2), normal(3)):
        yield Case("solve", (a, b), {}, np.linalg.solve, ranked=True, delicate=True)
    for name in ("inv", "det", "pinv"):
        run = getattr(np.linalg, name)
        yield Case(name, (a,), {}, lambda m, run=run: run(m), delicate=True)
    hermitian = a @ np.conj(a.T) + np.diag([0.0, 3.0, 7.0])
    yield Case("cholesky", (hermitian,), {}, np.linalg.cholesky, delicate=True)
    yield Case("eigvalsh", (hermitian,), {}, np.linalg.eigvalsh, delicate=True)
    singular = lambda m: np.linalg.svd(m, compute_uv=False)
    yield Case("singular_values", (a,), {}, singular, delicate=True)


def _fft(name: str, value: Any, *sizes: Any, **attrs: Any) -> Case:
    def expected(v: Any, *given: Any) -> Any:
        filled = {
            k: (given[a.position - 1] if isinstance(a, Slot) else a) for k, a in attrs.items()
        }
        return getattr(np.fft, name)(v, **filled)

    return Case(name, (value, *sizes), attrs, expected, ranked=True)


def _transforms() -> Iterator[Case]:
    for name in ("fft", "ifft", "rfft", "irfft"):
        values = (X, normal(5)) if name == "rfft" else (Z, complex_normal(5), X)
        for value in values:
            for norm in ({}, {"norm": "ortho"}, {"norm": "forward"}):
                yield _fft(name, value, **norm)
            for n in (3, 6, 7):
                yield _fft(name, value, n=n)
            yield _fft(name, value, 6, n=Slot(1))
        yield _fft(name, values[0], axis=0, norm="ortho")
        yield _fft(name, values[0], axis=0, n=4)
    cube = complex_normal(2, 3, 4)
    for name in ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn"):
        value = cube.real if name.startswith("rfft") else cube
        yield _fft(name, value)
        yield _fft(name, value, norm="ortho")
        yield _fft(name, value, norm="forward", axes=(0, 2))
        yield _fft(name, value, s=(4, 3), axes=(-2, -1))
        yield _fft(name, value, s=(2, 6), axes=(2, 1))
    for name in ("fftshift", "ifftshift"):
        run = getattr(np.fft, name)
        for attrs in ({}, {"axes": 1}, {"axes": (0,)}):
            yield Case(name, (X,), attrs, lambda v, run=run, attrs=attrs: run(v, **attrs), True)
    for name in ("fftfreq", "rfftfreq"):
        for n in (5, 6):
            yield Case(name, (Literal(n), 0.3), {}, getattr(np.fft, name))


def complex_cases() -> Iterator[Case]:
    """Cases of all ops of these kinds."""
    for group in (_parts, _elementwise, _reductions, _products, _matrices, _transforms):
        yield from group()
