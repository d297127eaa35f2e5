"""Holt's smoothing of a series with gaps: missing values raise and are caught."""

import math

WRT = (0, 1)


class MissingValueError(ValueError):
    """An observation that was not made."""


def observe(series, t):
    value = series[t]
    if value is None:
        raise MissingValueError(f"no value at {t}")
    return value


def loss(alpha, beta, series):
    level, trend = series[0], 0.0
    error = 0.0
    count = 0
    missing = []
    for t in range(1, len(series)):
        forecast = level + trend
        try:
            y = observe(series, t)
            relative = 1 / (y - 1.0)
        except MissingValueError as problem:
            missing.append(str(problem))
            level = forecast
        except ZeroDivisionError:
            level = 0.5 * (forecast + 1.0)
        else:
            error += (y - forecast) ** 2 + 1e-3 * relative * level
            before = level
            level = alpha * y + (1 - alpha) * forecast
            trend = beta * (level - before) + (1 - beta) * trend
        finally:
            count += 1
    assert len(missing) == 2
    return math.sqrt(error / count)


def SAMPLE(rng):
    series = list(map(float, rng.normal(size=10) + 3.0))
    series[3] = series[7] = None
    series[5] = 1.0
    return (0.4 + 0.2 * rng.random(), 0.3, series)
