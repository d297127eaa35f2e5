"""After the first step of a loop, `backward` is one call of one function that is there already."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, np, npx
from srcgrad.imperative import plans as plans_module
from srcgrad.imperative.plans import plans


@pytest.fixture(autouse=True)
def nothing_compiled() -> Iterator[None]:
    autograd.cache_clear()
    yield
    autograd.cache_clear()


def network(sizes: tuple[int, ...]) -> list[Any]:
    draw = onp.random.default_rng(3)
    parameters = []
    for rows, columns in itertools.pairwise(sizes):
        parameters += [
            np.array(draw.normal(0, 0.3, (rows, columns)).astype("f4")),
            np.zeros(columns),
        ]
    for parameter in parameters:
        parameter.attach_grad()
    return parameters


def loss_of(parameters: list[Any], x: Any, y: Any) -> Any:
    w1, b1, w2, b2 = parameters
    h = npx.relu(np.dot(x, w1) + b1)
    return -(npx.log_softmax(np.dot(h, w2) + b2) * y).sum() / len(x)


def test_a_thousand_steps_of_a_network_compile_once() -> None:
    draw = onp.random.default_rng(5)
    parameters = network((6, 8, 3))
    first = last = 0.0
    for step in range(1000):
        x = draw.normal(size=(16, 6)).astype("f4")
        y = onp.eye(3, dtype="f4")[x[:, :3].argmax(1)]
        with autograd.record():
            loss = loss_of(parameters, np.array(x), np.array(y))
        loss.backward()
        for parameter in parameters:
            parameter -= 0.2 * parameter.grad
        last = float(loss)
        first = first or last
        assert autograd.cache_info()[:2] == (step, 1)
    assert last < 0.5 * first


def test_the_last_batch_of_another_length_compiles_once_more() -> None:
    parameters = network((6, 8, 3))
    for _ in range(5):
        for rows in (16, 16, 7):
            x = np.ones((rows, 6))
            with autograd.record():
                loss = loss_of(parameters, x, np.ones((rows, 3)))
            loss.backward()
    assert autograd.cache_info()[:2] == (13, 2)


def test_other_variables_and_numbers_along_the_same_path_compile_nothing() -> None:
    for k in range(10):
        x = np.array([1.0 + k, 2.0])
        x.attach_grad()
        with autograd.record():
            y = (x * (0.5 + k) + k / 3).sum()
        y.backward()
        assert x.grad.asnumpy().tolist() == [0.5 + k] * 2
    assert autograd.cache_info().misses == 1


def test_what_is_computed_beside_the_head_compiles_nothing_more() -> None:
    x = np.array([1.0, 2.0])
    x.attach_grad()
    for k in range(6):
        with autograd.record():
            y = x * x
            for _ in range(k):
                y.sum()  # another path each time, that the head does not depend on
            z = y * 3
        z.backward()
    assert autograd.cache_info()[:2] == (5, 1)


def test_a_while_loop_compiles_once_for_each_number_of_trips(monkeypatch: Any) -> None:
    monkeypatch.setattr(plans_module, "PLANS_KEPT", 4)

    def doubled(x: Any) -> Any:
        y = x * 2
        while float(y) < 1000:
            y = y * 2
        return y

    starts = (300.0, 100.0, 30.0)
    for _ in range(3):
        for start in starts:
            x = np.array(start)
            x.attach_grad()
            with autograd.record():
                y = doubled(x)
            y.backward()
            assert x.grad == y / x
    assert autograd.cache_info() == (6, 3, 4, 3)
    for start in 2.0 ** onp.arange(-5, 5):
        x = np.array(start)
        x.attach_grad()
        with autograd.record():
            y = doubled(x)
        y.backward()
        assert x.grad == y / x
    found = autograd.cache_info()
    assert (found.maxsize, found.currsize) == (4, 4)
    assert found.misses == 13
    assert len(plans.kept) == 4


def test_the_code_is_found_on_disk_by_another_process(tmp_path: Any) -> None:
    program = (
        "from srcgrad import autograd, np, npx\n"
        "x = np.array([[1.0, 2.0, 4.0]]); x.attach_grad()\n"
        "with autograd.record():\n"
        "    y = (npx.softmax(x) * np.array([[1.0, 0.0, 2.0]])).sum()\n"
        "y.backward()\n"
        "import sys; print(x.grad, 'srcgrad.imperative.compile' in sys.modules)\n"
    )
    folder = tmp_path / "cache"
    settings = {**os.environ, "SRCGRAD_CACHE": "disk", "SRCGRAD_CACHE_DIR": str(folder)}
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=settings,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    numbers = [run.rpartition(" ")[0] for run in runs]
    assert numbers[0] == numbers[1]
    assert [run.split()[-1] for run in runs] == ["True", "False"]
