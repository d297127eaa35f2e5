"""The tensors of `srcgrad.dialects.torch` print what PyTorch prints, and keep no memory alive."""

from __future__ import annotations

import weakref
from typing import Any

import pytest

from srcgrad.dialects import torch
from srcgrad.errors import BackwardError, OperandError
from tests.imperative.facades.ask import check_program, read_answers, read_programs

PROGRAMS = read_programs("torch")


@pytest.mark.parametrize("title", PROGRAMS)
def test_a_program_prints_what_pytorch_prints(title: str) -> None:
    check_program(title, "torch", torch)


def test_each_program_has_an_answer() -> None:
    assert list(PROGRAMS) == list(read_answers("torch"))


def test_a_loss_that_is_kept_keeps_nothing() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def trained() -> tuple[Any, Any]:
        y = torch.exp(x)
        loss = y.sum()
        loss.backward()
        return loss, weakref.ref(y._data)

    loss, memory = trained()
    assert memory() is None
    assert loss.shape == ()


def test_results_are_refused_as_inputs_of_grad() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    with pytest.raises(BackwardError, match="no leaf"):
        torch.autograd.grad(y.sum(), y)


def test_long_recordings_are_not_cut() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    total = x
    for _ in range(5000):
        total = total + x
    total.backward()
    assert x.grad.item() == 5001.0


def test_tensors_do_not_meet_arrays_of_other_dialects() -> None:
    from srcgrad import np as arrays

    with pytest.raises((OperandError, TypeError)):
        torch.ones(2) + arrays.ones(2)
    with pytest.raises(OperandError):
        torch.dot(torch.ones(2), arrays.ones(2))


def test_recording_of_arrays_is_left_as_it_was() -> None:
    from srcgrad import autograd
    from srcgrad import np as arrays

    a = arrays.array([1.0, 2.0])
    a.attach_grad()
    with autograd.record():
        b = a * a
        (torch.ones(2, requires_grad=True) * 2).sum().backward()
        c = (b * a).sum()
    c.backward()
    assert a.grad.tolist() == [3.0, 12.0]
