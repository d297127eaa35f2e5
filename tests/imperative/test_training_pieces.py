"""The pieces that the examples of `examples/imperative` share: batches, clipping, the log."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as onp
import pytest

from srcgrad import autograd, np

Load = Callable[[str], ModuleType]


def test_batches_hold_each_example_once(example: Load) -> None:
    training = example("training")
    data = training.Data(onp.arange(20.0).reshape(10, 2), onp.arange(10), None, None)
    found = list(training.batches(np.array, data, 4, onp.random.default_rng(0)))
    assert [len(x) for x, _ in found] == [4, 4, 2]
    order = [int(label) for _, y in found for label in y.asnumpy()]
    assert sorted(order) == list(range(10)) != order
    assert all((x.asnumpy()[:, 0] == 2 * y.asnumpy()).all() for x, y in found)


def test_gradients_are_shortened_to_a_norm(example: Load) -> None:
    training = example("training")
    x, y = np.array([3.0, 0.0]), np.array([4.0])
    for param in (x, y):
        param.attach_grad()
    with autograd.record():
        value = (x * x).sum() / 2 + (y * y).sum() / 2
    value.backward()
    assert training.clip([x, y], 10.0) == pytest.approx(5.0)
    assert x.grad.asnumpy().tolist() == [3.0, 0.0]
    assert training.clip([x, y], 1.0) == pytest.approx(5.0)
    onp.testing.assert_allclose(x.grad.asnumpy(), [0.6, 0.0], rtol=1e-6)
    onp.testing.assert_allclose(y.grad.asnumpy(), [0.8], rtol=1e-6)


def test_an_example_says_how_it_goes(example: Load, capsys: pytest.CaptureFixture[str]) -> None:
    module = example("softmax_regression")
    module.main(epochs=2, count=100)
    printed = capsys.readouterr().out
    assert [line.split(":")[0] for line in printed.splitlines()[:2]] == ["epoch 1", "epoch 2"]
    assert "test accuracy" in printed
    assert "def backward(" in printed
    module.main(epochs=1, quiet=True, count=100)
    assert capsys.readouterr().out == ""


def test_a_text_is_gone_on_with(example: Load) -> None:
    module = example("characters")
    _, known = module.corpus(3000)
    params = module.make_params(len(known))
    text = module.write("the ", 20, params, known, 0)
    assert text.startswith("the ")
    assert len(text) == 24
    assert set(text) <= set(known)
    assert (
        text
        == module.write("the ", 20, params, known, 0)
        != module.write("the ", 20, params, known, 1)
    )
