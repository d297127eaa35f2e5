"""Random programs of array lines (operations, views, writes, loops): NumPy's runs give the slopes."""

from __future__ import annotations

import random
from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, np

N = 4
FRESH = (
    "{a} * {b}",
    "{a} + {b} * 0.5",
    "{a} - {b}",
    "{a} / (2.0 + {b} * {b})",
    "np.sin({a})",
    "np.tanh({a}) * {b}",
    "np.exp({a} * 0.3)",
    "{a}.copy()",
    "{a}[::-1] * 1.0",
    "np.where({a} > {b}, {a}, {b} * 2.0)",
    "np.maximum({a}, {b})",
    "np.concatenate([{a}[:2], {b}[2:]])",
    "{a}.reshape((2, 2)).copy().T.copy().reshape((4,)) * 1.0",
    "np.dot({a}, {b}) * {a}",
    "{a} * {b}.sum()",
    "{a}[[2, 0, 3, 1]]",
    "{a} - {a}.mean()",
    "np.cumsum({a}) * 0.5",
    "np.stack([{a}, {b}]).max(axis=0)",
    "x * 1.5",
)
VIEWS = ("{a}[1:3]", "{a}[0:2]", "{a}[2:]", "{a}[1:]")
WRITES = (
    "{a}[1] = {b}[2] * 2.0",
    "{a}[0:2] = {b}[2:]",
    "{a}[1:3] *= {b}[0]",
    "{a} += {b}",
    "{a} *= 0.5",
    "{a}[:] = {b} * x",
    "{a}[[0, 3]] = {b}[1:3]",
    "{a}[{b} > 0.0] = 1.0",
    "{v}[0] = {b}[1]",
    "{v} *= {b}[0:1]",
    "{v}[:] = {b}[3]",
)


def program(seed: int) -> list[str]:
    """Lines over ``x`` that end in a scalar ``y``."""
    draw = random.Random(seed)
    whole, views = ["x"], list[str]()
    lines = []
    for k in range(draw.randrange(4, 16)):
        owned = [w for w in whole if w != "x"]
        kind = draw.random()
        a, b = draw.choice(whole), draw.choice(whole)
        if not owned or kind < 0.55:
            lines.append(f"t{k} = {draw.choice(FRESH).format(a=a, b=b)}")
            whole.append(f"t{k}")
        elif kind < 0.7:
            lines.append(f"v{k} = {draw.choice(VIEWS).format(a=draw.choice(owned))}")
            views.append(f"v{k}")
        else:
            write = draw.choice(WRITES if views else WRITES[:8])
            v = draw.choice(views) if views else ""
            lines.append(write.format(a=draw.choice(owned), b=b, v=v))
    used = draw.sample(whole, min(3, len(whole)))
    terms = [f"({w} * {w}).sum()" for w in used] + [f"{v}.sum()" for v in views[-2:]]
    return [*lines, "y = " + " + ".join(terms)]


def run(lines: list[str], space: dict[str, Any]) -> Any:
    exec("\n".join(lines), space)
    return space["y"]


@pytest.mark.parametrize("start", range(0, 400, 20))
def test_random_programs_have_the_slopes_of_their_runs(start: int) -> None:
    for seed in range(start, start + 20):
        lines = program(seed)
        x0 = onp.random.default_rng(seed).uniform(-1.2, 1.2, N)
        x = np.array(x0)
        x.attach_grad()
        with autograd.record():
            y = run(lines, {"np": np, "x": x})
        shown = "\n".join([f"seed {seed}", *lines])
        assert float(y) == pytest.approx(run(lines, {"np": onp, "x": x0.copy()}), rel=1e-9), shown
        y.backward()
        for k in range(N):
            step = onp.zeros(N)
            step[k] = 1e-6
            ahead = run(lines, {"np": onp, "x": x0 + step})
            behind = run(lines, {"np": onp, "x": x0 - step})
            slope = (ahead - behind) / 2e-6
            assert x.grad[k].item() == pytest.approx(slope, rel=2e-4, abs=2e-5), shown
