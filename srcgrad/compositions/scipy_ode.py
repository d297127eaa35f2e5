"""Initial value problems of ``scipy.integrate``: its explicit Runge-Kutta methods with adaptive steps.

The steps, their control and the interpolation between them are SciPy's; the coefficients are read from
its classes. What is differentiated is the solution that the steps give. Their lengths are constants of
every derivative: that they move with the arguments changes the solution by less than its error.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import integrate

from srcgrad.compositions.stopping import stop_gradient

_SMALLEST_RTOL = 100 * float(np.finfo(float).eps)


class Solution(NamedTuple):
    """What is known of a solution, by the names of ``scipy.integrate.solve_ivp``'s result."""

    t: Any
    y: Any
    nfev: Any
    sol: Any = None
    t_events: Any = None
    y_events: Any = None
    njev: int = 0
    nlu: int = 0
    status: int = 0
    success: bool = True
    message: str = "The solver successfully reached the end of the integration interval."


class Method(NamedTuple):
    """The coefficients of a method of ``n`` stages; its result counts as one more stage.

    ``a`` (n + 1, n + 1) makes the state of each stage, ``c`` (n + 1,) its time, ``e`` (n + 1,) the
    error, ``p`` (order of the polynomial, n + 1) the interpolant, highest power first.
    """

    a: Any
    c: Any
    e: Any
    p: Any
    order: int  # of the error estimate


class Control(NamedTuple):
    """What the lengths of steps depend on, besides the solution. All of it is constant."""

    bound: Any  # where the last step ends
    direction: Any  # 1.0 or -1.0
    rtol: Any
    atol: Any
    longest: Any


def _method(known: Any) -> Method:
    """The coefficients of one of SciPy's classes."""
    a = np.zeros((known.n_stages + 1, known.n_stages + 1))
    a[:-1, : known.A.shape[1]] = known.A
    a[-1, :-1] = known.B
    p = np.ascontiguousarray(known.P.T[::-1])
    return Method(a, np.append(known.C, 1.0), known.E, p, known.error_estimator_order)


_RK45, _RK23 = _method(integrate.RK45), _method(integrate.RK23)


def solve_ivp(
    fun: Any,
    t_span: Any,
    y0: Any,
    method: Any = "RK45",
    t_eval: Any = None,
    dense_output: Any = False,
    events: Any = None,
    vectorized: Any = False,
    args: Any = None,
    *,
    rtol: Any = 1e-3,
    atol: Any = 1e-6,
    max_step: Any = np.inf,
    first_step: Any = None,
) -> Any:
    """The solution at the times of ``t_eval``, by ``RK45`` or ``RK23``.

    Raises:
        ValueError: For an argument that SciPy does not take, and where SciPy gives up: its result
            would be shorter.
    """
    if t_eval is None:
        raise ValueError("without t_eval the number of results is not known: pass their times")
    if method != "RK45" and method != "RK23":
        raise ValueError("only the methods RK45 and RK23 are followed step by step")
    if events is not None:
        raise ValueError("events are not followed: call it without events")
    if dense_output or vectorized:
        raise ValueError("call it without dense_output and vectorized, and pass t_eval")
    extra = () if args is None else args

    def slope(t: Any, y: Any) -> Any:
        return np.asarray(fun(t, y, *extra))

    first, last = t_span
    start, bound = float(stop_gradient(first)), float(stop_gradient(last))
    times = _times(t_eval, start, bound)
    y = _state(y0)
    control = _control(start, bound, rtol, atol, max_step, y)
    # A time of the solver is constant; this zero has the slope of the start, with which all move.
    shift = first - start
    return _solved(
        slope, start, shift, y, times, _RK45 if method == "RK45" else _RK23, control, first_step
    )


def _state(y0: Any) -> Any:
    """The initial state in the precision of the solver."""
    y0 = np.asarray(y0)
    if y0.ndim != 1:
        raise ValueError("`y0` must be 1-dimensional.")
    if not np.all(np.isfinite(y0)):
        raise ValueError("All components of the initial state `y0` must be finite.")
    return y0.astype(complex) if np.iscomplexobj(y0) else y0.astype(float)


def _times(t_eval: Any, start: Any, bound: Any) -> Any:
    """The times of the results, which must be within the span and in its direction."""
    times = np.asarray(t_eval)
    if times.ndim != 1:
        raise ValueError("`t_eval` must be 1-dimensional.")
    if bound == start:
        raise ValueError("`t_span` is empty.")
    if not np.all((times >= min(start, bound)) & (times <= max(start, bound))):
        raise ValueError("Values in `t_eval` are not within `t_span`.")
    if np.any(np.diff(times) * np.sign(bound - start) <= 0):
        raise ValueError("Values in `t_eval` are not properly sorted.")
    return times


def _control(start: Any, bound: Any, rtol: Any, atol: Any, max_step: Any, y: Any) -> Control:
    """The tolerances and bounds of the steps, checked."""
    rtol, atol, longest = stop_gradient(rtol), stop_gradient(atol), stop_gradient(max_step)
    if np.ndim(atol) > 0 and np.shape(atol) != np.shape(y):
        raise ValueError("`atol` has wrong shape.")
    if np.any(np.asarray(atol) < 0):
        raise ValueError("`atol` must be positive.")
    if longest <= 0:
        raise ValueError("`max_step` must be positive.")
    direction = 1.0 if bound > start else -1.0
    return Control(bound, direction, np.maximum(rtol, _SMALLEST_RTOL), atol, longest)


def _solved(
    slope: Any,
    start: Any,
    shift: Any,
    y: Any,
    times: Any,
    method: Method,
    control: Control,
    first_step: Any,
) -> Solution:
    """Step through the span; after each step the results within it are interpolated."""
    bound, direction = control.bound, control.direction
    f = np.broadcast_to(slope(start + shift, y), y.shape)
    if first_step is None:
        length = _first_length(slope, start, y, f, method, control)
        calls = 2
    else:
        length = float(stop_gradient(first_step))
        if length <= 0 or length > abs(bound - start):
            raise ValueError("`first_step` must be positive and within `t_span`.")
        calls = 1
    rows = np.zeros((len(times), len(y)), dtype=y.dtype)
    t = start
    done: Any = 0  # results
    while direction * (t - bound) < 0:
        h, length, tried = _accepted(slope, t, y, f, length, method, control)
        calls += tried * (len(method.c) - 1)
        t_new = bound if direction * (t + h - bound) >= 0 else t + h
        stages, y_new = _stages(slope, t + shift, y, f, h, method)
        upto = done + np.count_nonzero(direction * (times[done:] - t_new) <= 0)
        if upto > done:
            x = np.expand_dims((times[done:upto] - shift - t) / h, 1)
            rows[done:upto] = y + h * _polynomial(method.p @ stages, x)
        t, y, f, done = t_new, y_new, stages[-1], upto
    return Solution(times, rows.T, calls)


def _polynomial(coefficients: Any, x: Any) -> Any:
    """The polynomial without constant term, highest power first, for a column of places."""
    value = x * coefficients[0]
    for k in range(1, len(coefficients)):
        value = x * (coefficients[k] + value)
    return value


def _stages(slope: Any, t: Any, y: Any, f: Any, h: Any, method: Method) -> tuple[Any, Any]:
    """The slopes of all stages (n + 1, size), and the new state, at which the last of them is."""
    stages = np.zeros((len(method.c), len(y)), dtype=y.dtype)
    stages[0] = f
    y_new = y
    for s in range(1, len(method.c)):
        y_new = y + h * (method.a[s] @ stages)
        stages[s] = slope(t + method.c[s] * h, y_new)
    return stages, y_new


def _norm(x: Any) -> Any:
    """The root of the mean square."""
    return np.linalg.norm(x) / x.size**0.5


def _first_length(slope: Any, t: Any, y: Any, f: Any, method: Method, control: Control) -> Any:
    """The length of the first step: Hairer, Norsett and Wanner, Solving ODEs I, section II.4."""
    scale = control.atol + np.abs(y) * control.rtol
    d0, d1 = _norm(y / scale), _norm(f / scale)
    whole = abs(control.bound - t)
    h0 = min(1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1, whole)
    step = h0 * control.direction
    d2 = _norm((slope(t + step, y + step * f) - f) / scale) / h0
    flat = d1 <= 1e-15 and d2 <= 1e-15
    h1 = max(1e-6, h0 * 1e-3) if flat else (0.01 / max(d1, d2)) ** (1 / (method.order + 1))
    return stop_gradient(min(100 * h0, h1, whole, control.longest))


def _again(slope: Any) -> Any:
    """A function that is called more often than by SciPy: refused where that shows, by what it changes."""
    return slope


# Read as `checkpoint`, which is above this layer: a call that stays a call, and must change nothing.
_again.__srcgrad_mode__ = "checkpoint"  # type: ignore[attr-defined]


def _accepted(
    slope: Any, t: Any, y: Any, f: Any, length: Any, method: Method, control: Control
) -> tuple[Any, Any, Any]:
    """The next step that is accepted, the length to try after it, and how many were tried.

    All of it is constant. The stages are computed again for the solution: those of a step that was
    rejected may be infinite, and must not take part in a derivative.
    """
    slope, y, f = _again(slope), stop_gradient(y), stop_gradient(f)
    shortest = 10 * abs(np.nextafter(t, control.direction * np.inf) - t)
    length = control.longest if length > control.longest else max(length, shortest)
    h, error, tried = length, np.inf, 0
    while not error < 1:
        if length < shortest:
            raise ValueError("Required step size is less than spacing between numbers.")
        t_new = t + length * control.direction
        h = (control.bound if control.direction * (t_new - control.bound) > 0 else t_new) - t
        stages, y_new = _stages(slope, t, y, f, h, method)
        scale = control.atol + np.maximum(np.abs(y), np.abs(y_new)) * control.rtol
        error = stop_gradient(_norm((method.e @ stages) * h / scale))
        factor = 10.0 if error == 0 else 0.9 * error ** (-1 / (method.order + 1))
        most = 10.0 if tried == 0 else 1.0
        length = abs(h) * (min(most, factor) if error < 1 else max(0.2, factor))
        tried += 1
    return h, length, tried


MEANINGS: dict[Any, Any] = {integrate.solve_ivp: solve_ivp}
_STEPPED = "use `scipy.integrate.solve_ivp` with `t_eval`, by RK45 or RK23: its steps are followed"
INSTEAD: dict[Any, str] = {
    **dict.fromkeys((integrate.odeint, integrate.ode, integrate.complex_ode), _STEPPED),
    **dict.fromkeys((integrate.RK23, integrate.RK45, integrate.DOP853), _STEPPED),
    **dict.fromkeys((integrate.Radau, integrate.BDF, integrate.LSODA), _STEPPED),
    integrate.solve_ivp: "call it with the arguments that the docs list for it",
}
