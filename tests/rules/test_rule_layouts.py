"""Every rule in other layouts and precisions: the gradient depends on values alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rule_cases import CASES, normal
from rule_programs import MODES, SINGLE, Built, Case, check_dot, check_form

from srcgrad.ir.types import Array


def _every_second(x: Any) -> Any:
    return np.repeat(x, 2, axis=0)[::2]


def _reversed(x: Any) -> Any:
    return x[(slice(None, None, -1),) * x.ndim].copy()[(slice(None, None, -1),) * x.ndim]


def _repeated(x: Any) -> Any:
    return np.broadcast_to(x[..., :1], x.shape)


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "F": np.asfortranarray,
    "every second": _every_second,
    "reversed": _reversed,
    "stride 0": _repeated,
}


def _first_cases() -> list[Case]:
    """Of each op the first cases with an array of two axes, and one with an empty array."""
    chosen: dict[str, list[Case]] = {}
    for case in CASES:
        arrays = [v for v in case.values if isinstance(v, np.ndarray) and v.ndim >= 2 and v.size]
        if arrays and len(chosen.setdefault(case.op, [])) < 6:
            chosen[case.op].append(case)
    return [case for cases in chosen.values() for case in cases]


def _laid_out(case: Case, layout: Callable[[Any], Any]) -> Case:
    def move(value: Any) -> Any:
        floating = isinstance(value, np.ndarray) and value.dtype.kind == "f"
        return layout(value) if floating and value.ndim and value.size else value

    return case.with_values([move(v) for v in case.values])


@pytest.mark.parametrize("case", _first_cases(), ids=str)
def test_gradient_is_the_same_in_every_layout(case: Case) -> None:
    for name, layout in LAYOUTS.items():
        if case.delicate and name == "stride 0":
            continue
        moved = _laid_out(case, layout)
        plain = moved.with_values(
            [np.array(v) if isinstance(v, np.ndarray) else v for v in moved.values]
        )
        for via in case.spellings:
            built = Built(moved, via)
            gradients = built.gradient()
            check_form(gradients, built)
            for g, h in zip(gradients, Built(plain, via).gradient(), strict=True):
                np.testing.assert_allclose(g, h, rtol=1e-12, atol=1e-14, err_msg=name)


# Ops that may give double precision for single operands.
DOUBLE = (
    *("arange_by", "linspace", "full_like", "fftfreq", "rfftfreq", "float_power", "polyval"),
    *("polygamma", "beta", "betaln", "xlogy", "xlog1py"),
    *("polyval_transpose", "polyder", "interp", "interp_slope"),
    *("bessel_i1", "kn", "yn", "expn", "hyp2f1", "ellipkinc", "ellipeinc"),
    *("gammainc", "gammaincc", "gammaincinv", "gammainccinv"),
)
WARNS = ("astype", "logm")  # SciPy warns of a logarithm in single precision


def _single(value: Any) -> Any:
    if not isinstance(value, (np.ndarray, np.generic)) or value.dtype.kind not in "fc":
        return value
    return value.astype(np.float32 if value.dtype.kind == "f" else np.complex64)


@pytest.mark.parametrize("case", [c for c in CASES if c.op not in WARNS], ids=str)
def test_float32_gradients_are_float32_and_near_those_of_float64(case: Case) -> None:
    single = case.with_values([_single(v) for v in case.values])
    rounded = case.with_values(
        [
            v.astype(complex if v.dtype.kind == "c" else float) if v is not w else v
            for v, w in zip(single.values, case.values, strict=True)
        ]
    )
    for via in case.spellings:
        for mode in ("signature", "unknown"):
            built = Built(single, via, mode)
            out_type = built.out.type
            gradients = built.gradient()
            check_form(gradients, built)
            for g, h in zip(gradients, Built(rounded, via, mode).gradient(), strict=True):
                scale = max(1.0, float(np.max(np.abs(h), initial=0.0)))
                np.testing.assert_allclose(g, h, rtol=SINGLE, atol=SINGLE * scale)
            if isinstance(out_type, Array) and not _has_double(single):
                single_out = out_type.dtype in (np.float32, np.complex64)
                assert single_out or case.op in DOUBLE


def _has_double(case: Case) -> bool:
    """Whether an operand is no float32 array and so may decide the dtype of the result."""
    weak = ("array", "stack", "full")
    return any(
        (isinstance(v, (np.ndarray, np.generic)) and v.dtype.kind in "iu")
        or (isinstance(v, (int, float)) and case.op in weak)
        for v in case.values
    ) or all(isinstance(v, (int, float, complex)) for v in case.values)


MIXED = "add subtract multiply divide power maximum hypot arctan2 fmin"


@pytest.mark.parametrize("op", MIXED.split())
def test_float32_with_a_float64_scalar_keeps_float32_gradients(op: str) -> None:
    x = np.abs(normal(3, 4)).astype(np.float32) + np.float32(0.3)
    for operands in ((x, np.float64(1.7)), (np.float64(1.7), x), (x, normal(4) ** 2)):
        for mode in ("signature", "unknown"):
            built = Built(Case(op, operands), "np", mode)
            gradients = built.gradient()
            check_form(gradients, built)
            check_dot(built, gradients)
            assert {np.asarray(g).dtype for g in gradients} == {np.dtype("f4"), np.dtype("f8")}


def test_products_of_mixed_precision_keep_the_dtype_of_each_operand() -> None:
    x, y = normal(2, 3).astype(np.float32), normal(3, 4)
    for op in ("matmul", "dot"):
        for mode in MODES:
            built = Built(Case(op, (x, y)), "np", mode)
            gradients = built.gradient()
            check_form(gradients, built)
            check_dot(built, gradients)


def test_python_numbers_do_not_widen_float32() -> None:
    x = np.abs(normal(3)).astype(np.float32)
    for op in ("add", "multiply", "power", "maximum"):
        type_ = Built(Case(op, (x, 2.5)), "np").out.type
        assert isinstance(type_, Array)
        assert type_.dtype == np.float32
