"""The tapes and tensors of `srcgrad.dialects.tf` print what TensorFlow prints."""

from __future__ import annotations

import weakref
from typing import Any

import pytest

from srcgrad.dialects import tf
from srcgrad.errors import BackwardError, OperandError, WriteError
from tests.imperative.facades.ask import check_program, read_answers, read_programs

PROGRAMS = read_programs("tf")


@pytest.mark.parametrize("title", PROGRAMS)
def test_a_program_prints_what_tensorflow_prints(title: str) -> None:
    check_program(title, "tf", tf)


def test_each_program_has_an_answer() -> None:
    assert list(PROGRAMS) == list(read_answers("tf"))


def test_an_inner_tape_refuses_a_link_that_only_the_outer_has_seen() -> None:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as outer:
        before = x * x  # constant to the inner tape in TensorFlow
        with tf.GradientTape(persistent=True) as inner:
            y = before * x
        after = y * x
        with pytest.raises(BackwardError, match="before the tape"):
            inner.gradient(y, x)
        assert inner.gradient(after, x) is None
    assert outer.gradient(after, x).numpy() == 4 * 27


def test_an_inner_tape_may_use_what_the_outer_has_seen_of_others() -> None:
    x, w = tf.Variable(3.0), tf.Variable(2.0)
    with tf.GradientTape() as outer:
        h = w * 2.0
        with tf.GradientTape() as inner:
            y = h * x * x
        g = inner.gradient(y, x)
        loss = g * g
    assert (g.numpy(), outer.gradient(loss, w).numpy()) == (24.0, 576.0)


def test_results_are_refused_as_sources() -> None:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        with pytest.raises(BackwardError, match="is watched"):
            tape.watch(y)
        z = y * y
    with pytest.raises(BackwardError, match="a source is a result"):
        tape.gradient(z, [x, y])


def test_a_variable_written_before_a_gradient_that_is_recorded_is_refused() -> None:
    v = tf.Variable(2.0)
    with tf.GradientTape(), tf.GradientTape() as inner:
        y = v * v * v
        v.assign(5.0)
        with pytest.raises(WriteError, match="written between"):
            inner.gradient(y, v)


def test_a_tape_is_entered_once() -> None:
    x = tf.Variable(3.0)
    tape = tf.GradientTape(persistent=True)
    with tape:
        x * x
    with pytest.raises(BackwardError, match="entered twice"), tape:
        pass


def test_each_tape_has_its_own_watched_tensors() -> None:
    x = tf.constant(3.0)
    with tf.GradientTape() as first:
        first.watch(x)
        y = x * x
    with tf.GradientTape() as second:
        z = x * x
    assert second.gradient(z, x) is None
    assert first.gradient(y, x).numpy() == 6.0


def test_dtypes_and_dialects_do_not_mix() -> None:
    from srcgrad import np as arrays

    for other in (tf.constant([1, 2]), tf.constant([1.0], tf.float64), arrays.array([1.0, 2.0])):
        with pytest.raises(OperandError):
            tf.constant([1.0, 2.0]) + other


def test_a_loss_that_is_kept_keeps_no_tape() -> None:
    x = tf.Variable([1.0, 2.0])

    def trained() -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            y = tf.exp(x)
            loss = tf.reduce_sum(y)
        tape.gradient(loss, x)
        return loss, weakref.ref(y._data)

    loss, memory = trained()
    assert memory() is None
    assert loss.shape == ()
