"""Functions that several libraries differentiate: the same source, the array module as a name.

An expression is a function of the one point that it names. What is differentiated is the sum of the
elements of its result, each times a weight of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy

_RANDOM = numpy.random.default_rng(5)
_ROOT = _RANDOM.normal(size=(4, 4))
POINTS: dict[str, Any] = {
    "x": _RANDOM.normal(size=(3, 4)),
    "p": _RANDOM.uniform(0.5, 2.0, size=(3, 4)),  # positive
    "u": _RANDOM.uniform(-0.9, 0.9, size=(3, 4)),  # inside the unit interval
    "v": _RANDOM.normal(size=6),
    "s": _RANDOM.normal(size=(4, 4)) + 4.0 * numpy.eye(4),  # regular, not symmetric
    "z": _RANDOM.normal(size=5) + 1j * _RANDOM.normal(size=5),
    "q": _ROOT @ _ROOT.T + numpy.eye(4),  # symmetric and positive
}
SPD = "(s @ s.T + np.eye(4))"

EXPRESSIONS = [
    # elementwise
    "np.exp(x) / (1.0 + np.exp(x))",
    "np.tanh(x) ** 2",
    "np.sin(x) * np.cos(x[::-1])",
    "np.tan(u) + np.arcsin(u) + np.arccos(u) ** 2",
    "np.sinh(x) + np.cosh(x) + np.arctan(x)",
    "np.arcsinh(x) * np.arctanh(u_of(x))",
    "np.log(p) + np.log1p(p) * np.log2(p) + np.log10(p)",
    "np.expm1(x) + np.exp2(x)",
    "np.sqrt(p) + p ** 1.5 + p ** -2",
    "x ** 3 - 2.0 * x ** 2 + x",
    "p ** x_of(p)",
    "2.0 ** x",
    "np.abs(x) + np.sign(x) * x ** 2",
    "np.maximum(x, 0.1) * np.minimum(x, 0.3)",
    "np.clip(x, -0.5, 0.5) * x",
    "np.arctan2(x, x[0] + 3.0)",
    "np.hypot(x, 1.0 + x[::-1])",
    "np.logaddexp(x, x[:, ::-1])",
    "np.sinc(x)",
    "np.square(x) + np.reciprocal(1.0 + x ** 2)",
    "np.mod(x, 0.7) * x",
    "np.where(x > 0, x, np.expm1(x))",
    "np.where(x > 0, x * x[0], 0.01 * x)",
    # reductions
    "np.sum(x, axis=0) ** 2",
    "np.mean(x ** 2, axis=1, keepdims=True) * x",
    "np.prod(p, axis=1)",
    "np.max(x, axis=0) - np.min(x, axis=1)[0]",
    "np.std(x, axis=0) + np.var(x, axis=1, ddof=1)[0]",
    "np.cumsum(x, axis=1) * x",
    "np.cumprod(p, axis=1)",
    "np.linalg.norm(x, axis=1)",
    "np.log(np.sum(np.exp(x - np.max(x)), axis=1))",
    "np.average(x, axis=0, weights=np.array([1.0, 2.0, 4.0]))",
    "np.diff(v) ** 2",
    "np.sort(v) * v",
    "np.median(v[:5])",
    # products and linear algebra
    "x @ x.T @ x",
    "np.dot(v, v) * v",
    "np.outer(v, v) / (1.0 + v ** 2)",
    "np.einsum('ij,kj->ik', x, x ** 2)",
    "np.tensordot(x, x ** 2, axes=([1], [1]))",
    "np.kron(x, np.array([[1.0, 2.0]]))",
    "np.trace(s @ s) * s",
    "np.linalg.inv(s)",
    "np.linalg.det(s) * np.ones(1)",
    "np.linalg.slogdet(s)[1] * np.ones(1)",
    "np.linalg.solve(s, s.T + np.eye(4))",
    f"np.linalg.cholesky({SPD})",
    "np.linalg.cholesky(s + s.T + 8.0 * np.eye(4))",
    f"np.linalg.eigh({SPD})[0]",
    f"np.abs(np.linalg.eigh({SPD})[1]) ** 2",
    "np.linalg.cholesky(q)",
    "np.linalg.eigh(q)[0]",
    "np.linalg.svd(s)[1]",
    "np.linalg.pinv(x) * 1.0",
    "np.linalg.norm(s)",
    "np.linalg.qr(s)[1] ** 2",
    # shapes and assembly
    "np.reshape(x, (2, 6)) * np.transpose(np.reshape(x, (6, 2)))",
    "np.concatenate([x, x ** 2], axis=0) * np.tile(x, (2, 1))",
    "np.stack([x, np.sin(x)], axis=1)",
    "np.repeat(x, 2, axis=0) ** 2",
    "np.roll(x, 1, axis=1) * np.flip(x, axis=0)",
    "np.pad(x, ((1, 0), (0, 2)), mode='constant') ** 2",
    "np.triu(s) @ np.tril(s)",
    "np.diag(s) * np.diag(s @ s)",
    "np.swapaxes(x, 0, 1) @ np.squeeze(np.expand_dims(x, 0))",
    # indexing
    "x[1:, ::2] * x[:-1, 1::2]",
    "v[np.array([0, 2, 2, 5])] ** 2 * v[1]",
    "x[np.array([0, 2]), np.array([1, 1])] * x[-1, -1]",
    "x[:, None, 1] * x[..., 2:]",
    # Fourier transforms
    "np.real(np.fft.fft(v)) ** 2 + np.imag(np.fft.fft(v))",
    "np.abs(np.fft.rfft(v)) ** 2",
    "np.fft.irfft(np.fft.rfft(v) * np.array([1.0, 0.5, 0.2, 0.1]), 6)",
    "np.real(np.fft.ifft(np.fft.fft(v) ** 2))",
    "np.abs(np.fft.fft2(x)) ** 2",
    "np.convolve(v, v[:3])",
    # complex arguments
    "np.real(z * np.conj(z)) + np.imag(z ** 2)",
    "np.abs(z) ** 3",
]

SECOND = [
    "np.tanh(x) ** 2",
    "x ** 3 - 2.0 * x ** 2 + x",
    "np.sqrt(p) + p ** 1.5 + p ** -2",
    "p ** x_of(p)",
    "np.logaddexp(x, x[:, ::-1])",
    "np.hypot(x, 1.0 + x[::-1])",
    "np.where(x > 0, x * x[0], 0.01 * x)",
    "np.mean(x ** 2, axis=1, keepdims=True) * x",
    "np.std(x, axis=0) + np.var(x, axis=1, ddof=1)[0]",
    "np.prod(p, axis=1)",
    "np.log(np.sum(np.exp(x - np.max(x)), axis=1))",
    "np.linalg.norm(x, axis=1)",
    "x @ x.T @ x",
    "np.einsum('ij,kj->ik', x, x ** 2)",
    "np.linalg.inv(s)",
    "np.linalg.slogdet(s)[1] * np.ones(1)",
    "np.linalg.solve(s, s.T + np.eye(4))",
    "v[np.array([0, 2, 2, 5])] ** 2 * v[1]",
    "np.abs(np.fft.rfft(v)) ** 2",
    "rnn",
    "newton",
]


def horner(np, v):
    y = 0.0
    for k in range(6):
        y = y * v[1] + v[k]
    return y * np.ones(1)


def rnn(np, s):
    h = np.ones(4)
    for k in range(5):
        h = np.tanh(s @ h * 0.2 + 0.1 * k)
    return h


def newton(np, p):
    y = np.ones((3, 4))
    while np.max(np.abs(y * y - p)) > 1e-12:
        y = 0.5 * (y + p / y)
    return y


def branches(np, v):
    total = 0.0
    for k in range(6):
        if v[k] < -0.5:
            continue
        total = total + np.sin(v[k]) if v[k] > 0 else total * v[k] + v[k] ** 2
    return total * np.ones(1)


def recurrence(np, v):
    states = [v[0]]
    for k in range(1, 6):
        states.append(np.sin(states[-1]) * v[k] + v[5 - k] ** 2)
        if states[-1] > 3.0:
            break
    return np.array(states)


def power_iteration(np, s):
    y = np.ones(4)
    for _ in range(20):
        y = s @ y
        y = y / np.sqrt(np.sum(y * y))
    return y @ s @ y * np.ones(1)


def changed_after_use(np, v):
    w = numpy.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    y = v * w
    w[:] = 100.0
    return y


def seen_by_two_names(np, v):
    a = v * 1.0
    b = a
    b += v**2
    return a * v


FUNCTIONS: list[Callable[..., Any]] = [
    horner,
    rnn,
    newton,
    branches,
    recurrence,
    power_iteration,
    changed_after_use,
    seen_by_two_names,
]


def u_of(np, x):
    """A second operand inside the unit interval, made of the first."""
    return 0.9 * np.sin(3.0 * x)


def x_of(np, p):
    """An exponent made of its base."""
    return np.cos(2.0 * p)


def weigh(np, y):
    """A scalar to which every element counts with a weight of its own."""
    return np.sum(y * np.reshape(np.cos(1.0 + np.arange(y.size)), y.shape))


def argument(text: str) -> str:
    """The name of the point that an expression is a function of."""
    (name,) = {w for w in re.findall(r"\b([a-z])\b(?!')", text) if w in POINTS}
    return name


def source() -> str:
    """A module of the expressions, each a function of the array module and its point."""
    lines = ["from compared import u_of as _u_of, x_of as _x_of", ""]
    for k, text in enumerate(EXPRESSIONS):
        body = re.sub(r"\b([ux]_of)\(", r"_\1(np, ", text)
        lines += ["", f"def e{k}(np, {argument(text)}):", f"    return {body}", ""]
    return "\n".join(lines)
