"""Portfolio risk: sorted losses, expected shortfall, drawdown of the running maximum."""

import numpy as np

WRT = ("weights",)


def expected_shortfall(losses, level):
    ordered = np.sort(losses)[::-1]
    n = max(1, int(round(level * len(losses))))
    return ordered[:n].mean()


def max_drawdown(wealth):
    peak = wealth[0]
    worst = 0.0
    for w in wealth:
        peak = max(peak, w)
        worst = max(worst, (peak - w) / peak)
    return worst


def loss(weights, returns, level):
    w = np.abs(weights) / np.sum(np.abs(weights))
    daily = returns @ w
    wealth = np.cumprod(1.0 + daily)
    daily.sort()
    trimmed = sorted(daily.tolist(), reverse=True)[1:-1]
    return (
        expected_shortfall(-returns @ w, level)
        + max_drawdown(wealth)
        - 0.5 * np.mean(trimmed)
        + np.median(daily)
    )


def SAMPLE(rng):
    return (rng.uniform(0.2, 1.0, 4), 0.05 * rng.normal(size=(11, 4)), 0.3)
