"""Programs with complex numbers: gradients with respect to real and complex arguments.

The convention for a real loss L is dL/dRe + 1j * dL/dIm; differences along a complex direction t give
Re(conj(gradient) * t).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import check_grads, grad, value_and_grad

RANDOM = np.random.default_rng(4)
Z = RANDOM.normal(size=(3, 4)) + 1j * RANDOM.normal(size=(3, 4))
W = RANDOM.normal(size=(4, 3)) + 1j * RANDOM.normal(size=(4, 3))
V = RANDOM.normal(size=6)
K = np.fft.rfftfreq(6, 0.5)
PROGRAMS: dict[str, tuple[Callable[..., Any], Any]] = {}


def program(x: Any) -> Callable[..., Any]:
    """Collect a program to test at a point."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        PROGRAMS[function.__name__] = (function, x)
        return function

    return add


@program(Z)
def energy(z):
    return np.sum(np.abs(z) ** 2) + np.sum(z.real * z.imag) + np.sum(np.abs(z))


@program(Z)
def analytic(z):
    u = np.exp(z) * np.sin(z) / (z**2 + 3.0)
    return np.sum(u.real) + np.sum(np.angle(u)) + np.sum((u * np.conj(z)).imag)


@program(Z)
def product(z):
    u = z @ W
    return np.sum(np.abs(u @ u.conj().T) ** 2) + np.abs(np.vdot(z, z + 1j)) + np.linalg.norm(u)


@program(V)
def spectrum(x):
    s = np.fft.fft(x)
    return np.sum(np.abs(s) ** 2 * np.arange(6.0)) + np.sum(np.fft.ifft(s * 1j).real ** 3)


@program(V)
def filtered(x):
    s = np.fft.rfft(x) * np.exp(-(K**2)) * 1j * K
    return np.sum(np.fft.irfft(s, n=len(x)) ** 2) + np.sum(np.fft.irfft(s)[1:] ** 3)


@program(np.outer(V, V[:4]) + 0.3)
def image(x):
    s = np.fft.fftshift(np.fft.fft2(x, norm="ortho"))
    k = np.fft.fftfreq(6, d=0.1)[:, None]
    return np.sum(np.abs(np.fft.ifft2(np.fft.ifftshift(s) * k)) ** 2) + np.sum(
        np.fft.irfftn(np.fft.rfft2(x), s=(6, 4), axes=(0, 1)) ** 3
    )


@program(V)
def split_step(x):
    psi = x.astype(complex)
    kinetic = np.exp(-0.5j * np.fft.fftfreq(6) ** 2)
    for _ in range(3):
        psi = np.fft.ifft(kinetic * np.fft.fft(psi * np.exp(-0.1j * np.abs(psi) ** 2)))
    return np.sum(np.abs(psi) ** 2 * np.arange(6.0))


@program(V)
def buffer(x):
    a = np.zeros(6, dtype=complex)
    a[:3] = x[:3] + 1j * x[3:]
    a[3] += np.exp(1j * x[0])
    a[4:] = np.conj(a[:2]) * a[3]
    return np.sum((a * a[::-1]).real) + np.sum(a.imag**2)


@program(V)
def parts_written(x):
    z = np.zeros(6, dtype=complex)
    z.real = x
    z.imag[1:] = x[1:] ** 2
    r = z.real
    r[0] = x[5] * 2.0
    z.imag *= 3.0
    return np.sum(np.abs(z) ** 3) + np.sum(r * z.imag)


@program(0.4)
def phase(t):
    z = complex(t, 1.0) * np.exp(1j * t)
    if z.real > 0:
        z = z * z
    return abs(z) + z.real**2 + (z.conjugate() * 2j).imag


@program(0.4 - 0.7j)
def number(z):
    w = z * z + 1.0 / z
    return w.real * w.imag + abs(w)


@program(np.complex128(0.4 - 0.7j))
def scalar(z):
    return np.abs(z**3 + z.conj()) + np.real(z) * np.imag(z)


@program(Z)
def iterated(z):
    u = z
    while np.sum(np.abs(u) ** 2) < 1e4:
        u = u * u * 0.5 + z
    return np.sum(np.abs(u) ** 0.5)


@program(V)
def assembled(x):
    z = np.stack([x, x**2]) + 1j * np.ones((2, 6))
    u = np.where(x > 0, z, z.conj()).reshape(3, 4)
    return (
        np.sum(np.abs(np.concatenate([u, u * 2j], axis=1)) ** 3)
        + np.sum(np.cumsum(u).imag)
        + np.abs(np.mean(u))
    )


@program(W @ Z + 3 * np.eye(4))
def solved(a):
    x = np.linalg.solve(a, W[:, 0])
    return np.sum(np.abs(x) ** 2) + np.abs(np.linalg.det(a)) + np.sum(np.abs(np.linalg.inv(a)))


@program(V)
def einsum(x):
    z = x.reshape(2, 3) + 1j
    return np.sum(np.abs(np.einsum("ij,jk->ik", z, Z[:, :2])) ** 2) + np.sum(
        np.tensordot(z, Z, 1).real ** 2
    )


def helper(z):
    return z * z.conj() + 1j * z


@program(Z)
def called(z):
    return np.sum(helper(z).imag ** 2)


def _direction(x: Any, seed: int) -> Any:
    random = np.random.default_rng(seed)
    t = random.normal(size=np.shape(x))
    return t + 1j * random.normal(size=np.shape(x)) if np.iscomplexobj(x) else t


@pytest.mark.parametrize("unroll", ["auto", False, True])
@pytest.mark.parametrize("name", list(PROGRAMS))
def test_gradient_of_complex_program(name: str, unroll: Any) -> None:
    function, x = PROGRAMS[name]
    value, g = value_and_grad(function, unroll=unroll)(x)
    assert value == function(x)
    assert np.asarray(g).dtype == np.asarray(x).dtype
    assert isinstance(g, type(x))
    for seed in range(3):
        t, step = _direction(x, seed), 1e-6
        wanted = (function(x + step * t) - function(x - step * t)) / (2 * step)
        found = np.sum((np.conj(g) * t).real)
        scale = max(1.0, float(np.sum(np.abs(g) * np.abs(t))))
        assert abs(found - wanted) <= 2e-7 * scale, (found, wanted)


def test_single_precision_stays_single() -> None:
    g = grad(lambda z: np.sum(np.abs(np.fft.fft(z)) ** 2))(Z.astype(np.complex64))
    assert g.dtype == np.complex64
    g = grad(lambda x: np.sum(np.abs(np.fft.rfft(x)) ** 2))(V.astype(np.float32))
    assert g.dtype == np.float32


def test_descent_along_the_gradient_finds_the_minimum() -> None:
    target = 1.5 - 0.5j
    step = grad(lambda z: np.abs(z - target) ** 2)
    z = np.complex128(0)
    for _ in range(60):
        z = z - 0.2 * step(z)
    assert abs(z - target) < 1e-9


def test_text_of_a_transform_is_one_expression() -> None:
    derived = grad(lambda x: np.sum(np.abs(np.fft.rfft(x)) ** 2))
    derived(V)
    assert "np.fft.ifft(" in derived.source
    assert ".real" in derived.source


def test_check_grads_takes_complex_arguments() -> None:
    check_grads(lambda z, x: np.sum(np.abs(z * x) ** 2) + z[0].imag, (Z[0], V[:4]), argnums=(0, 1))


def test_sign_of_a_complex_number_turns_with_it() -> None:
    """NumPy's sign of a complex number is ``z / |z|``: flat along ``z``, not across it."""
    z, c = np.array([1.0 + 1.0j, 2.0 - 1.0j, -0.3j]), np.array([1.0 + 2.0j, 0.5 - 1.0j, 2.0])

    def turned(v):
        return np.sum(np.real(np.sign(v) * c))

    step, found = 1e-6, grad(turned)(z)
    for k in range(3):
        for unit in (1.0, 1j):
            t = np.zeros(3, complex)
            t[k] = unit
            wanted = (turned(z + step * t) - turned(z - step * t)) / (2 * step)
            assert abs((found[k] * np.conj(unit)).real - wanted) < 1e-8
