"""The functions of `srcgrad.np` that are NumPy's own: one table of names, and what is made of it.

Every name stands for the function of NumPy: it runs on what the arrays hold, and the compiler has its
derivative. The kinds differ in speed only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.dialects import np_writes
from srcgrad.dialects.np_array import ndarray
from srcgrad.dialects.np_calls import calling, general, indexed, named, of_one, of_two

OF_ONE = """
    abs absolute arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil conj conjugate cos cosh deg2rad
    degrees exp exp2 expm1 fabs fix floor isfinite isinf isnan log log10 log1p log2 logical_not negative
    positive rad2deg radians reciprocal rint sign signbit sin sinh sqrt square tan tanh trunc
    all amax amin any argmax argmin argsort count_nonzero cumprod cumsum max mean median min nancumprod
    nancumsum nanmax nanmean nanmin nanprod nanstd nansum nanvar prod ptp sort std sum var i0 sinc
    diff trace
"""
OF_TWO = """
    add arctan2 copysign divide dot equal float_power floor_divide fmax fmin fmod greater greater_equal
    heaviside hypot inner kron less less_equal logaddexp logaddexp2 logical_and logical_or logical_xor
    matmul maximum minimum mod multiply nextafter not_equal outer power remainder subtract true_divide
    vdot cross
"""
GENERAL = """
    nan_to_num allclose angle append argpartition argwhere array_equal array_split
    around ascontiguousarray atleast_1d atleast_2d atleast_3d average bincount bitwise_and bitwise_not
    bitwise_or bitwise_xor block broadcast_arrays broadcast_to clip column_stack compress
    concatenate convolve copy corrcoef correlate cov diag diagflat diagonal digitize divmod dsplit
    dstack ediff1d einsum empty_like expand_dims extract flatnonzero flip fliplr flipud frexp full_like
    gradient histogram histogram2d histogram_bin_edges histogramdd hsplit hstack imag interp
    intersect1d invert isclose iscomplex isin isneginf isposinf isreal lcm gcd ldexp left_shift lexsort
    meshgrid modf moveaxis nanargmax nanargmin nanmedian nanpercentile nanquantile ndim nonzero ones_like
    packbits pad partition percentile permute_dims poly polyadd polyder polydiv polyfit polyint
    polymul polysub polyval quantile ravel real reshape resize right_shift roll
    rollaxis roots rot90 round searchsorted select setdiff1d setxor1d shape size spacing split squeeze
    stack swapaxes tensordot tile transpose tril tril_indices_from trim_zeros triu
    triu_indices_from union1d unique unpackbits unwrap vander vecdot vsplit vstack where
    zeros_like diag_indices_from array_equiv result_type shares_memory may_share_memory
    geomspace trapezoid ix_ bartlett blackman hamming hanning kaiser diag_indices tril_indices
    triu_indices tri broadcast_shapes
"""
CALLING = ("apply_along_axis", "apply_over_axes", "piecewise")
INDEXED: dict[str, tuple[int | str, ...]] = {
    "choose": (0, "a"),
    "delete": (1, "obj"),
    "insert": (1, "obj"),
    "repeat": (1, "repeats"),
    "take": (1, "indices"),
    "take_along_axis": (1, "indices"),
    "unravel_index": (0, "indices"),
}
OLD_NAMES = {  # of MXNet, for functions that NumPy calls otherwise today
    "alltrue": "all",
    "concat": "concatenate",
    "in1d": "isin",
    "msort": "sort",
    "product": "prod",
    "round_": "round",
    "row_stack": "vstack",
    "sometrue": "any",
    "trapz": "trapezoid",
}
DTYPES = """
    float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 complex64 complex128
"""
CONSTANTS = {
    **{name: getattr(np, name) for name in ("pi", "e", "inf", "nan", "newaxis", "euler_gamma")},
    **{name: np.dtype(name).type for name in DTYPES.split()},
    "bool": bool,
    "bool_": np.bool_,
    "NaN": np.nan,
    "NAN": np.nan,
    "PINF": np.inf,
    "NINF": -np.inf,
    "PZERO": 0.0,
    "NZERO": -0.0,
    "dtype": np.dtype,
    "finfo": np.finfo,
    "iinfo": np.iinfo,
    "promote_types": np.promote_types,
    "min_scalar_type": np.min_scalar_type,
    "set_printoptions": np.set_printoptions,
}
KEEPING = ("cumprod", "cumsum", "prod", "sum")
EAGER: dict[str, Callable[..., Any]] = {
    name: getattr(np.ndarray, name) for name in ("sum", "max", "min", "prod", "argmax", "argmin")
}

# NumPy warns of the results of this one when they are written
EAGER["broadcast_arrays"] = lambda *args: tuple(np.copy(a) for a in np.broadcast_arrays(*args))


def function(name: str) -> Callable[..., Any]:
    """The function of `srcgrad.np` for one of NumPy."""
    original = getattr(np, name)
    if name in _TWO:
        made = of_two(ndarray, original)
    elif name in _ONE:
        made = of_one(ndarray, original, EAGER.get(name), name in KEEPING)
    elif name in CALLING:
        made = calling(ndarray, original)
    elif name in INDEXED:
        made = indexed(ndarray, original, INDEXED[name])
    else:
        made = general(ndarray, original, EAGER.get(name))
    return named(made, name, original, "srcgrad.np")


_ONE, _TWO = frozenset(OF_ONE.split()), frozenset(OF_TWO.split())
FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: function(name)
    for name in (*OF_ONE.split(), *OF_TWO.split(), *CALLING, *INDEXED, *GENERAL.split())
}
FUNCTIONS.update(np_writes.FUNCTIONS)
FUNCTIONS.update({old: FUNCTIONS[name] for old, name in OLD_NAMES.items()})

__all__ = ["CONSTANTS", "FUNCTIONS"]
