"""What was recorded goes when it is used up or dropped; memory stays flat; threads do not meet."""

from __future__ import annotations

import gc
import threading
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, nd, np
from srcgrad.errors import BackwardError
from srcgrad.imperative import trace as traces


def variable(*values: float) -> Any:
    x = np.array(values)
    x.attach_grad()
    return x


def growth(step: Callable[[], None], steps: int) -> int:
    """Bytes that are held longer after many steps than after a few, with the collector off."""
    for _ in range(50):
        step()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        step()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(steps):
            step()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()


def test_a_training_loop_holds_its_memory_flat() -> None:
    x = variable(1.0, 2.0)

    def step() -> None:
        with autograd.record():
            loss = (x * x).sum()
        loss.backward()
        x[:] = x - 0.01 * x.grad

    assert growth(step, 10_000) < 10_000  # less than a byte a step: no cycle, nothing kept


def test_a_loop_without_backward_holds_its_memory_flat() -> None:
    x = variable(1.0, 2.0)

    def step() -> None:
        with autograd.record():
            (x * x).sum()

    assert growth(step, 2_000) < 10_000


def test_results_that_are_dropped_in_one_long_record_scope_go_too() -> None:
    x = np.zeros(100_000)
    x.attach_grad()
    tracemalloc.start()
    with autograd.record():
        for _ in range(3_000):  # 1.2 GB, were all results kept
            x * 2.0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * traces.BYTES


def test_a_dropped_head_frees_its_trace() -> None:
    x = variable(1.0, 2.0)
    with autograd.record():
        y = x * x
    trace = weakref.ref(y._node)
    gc.disable()
    try:
        del y
        assert trace() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("retain", [False, True])
def test_backward_lets_go_of_values_unless_they_are_retained(retain: bool) -> None:
    x = variable(1.0, 2.0)
    with autograd.record():
        inner = x * x
        y = inner * inner
    data = weakref.ref(inner._data)
    del inner
    y.backward(retain_graph=retain)
    assert (data() is not None) == retain


def test_a_variable_that_is_deleted_still_gets_its_gradient() -> None:
    x = variable(1.0, 2.0)
    gradient = x.grad
    with autograd.record():
        y = x * x
    del x
    y.backward()
    assert gradient.asnumpy().tolist() == [2.0, 4.0]


def test_one_long_chain_is_cut_into_traces_and_still_differentiated() -> None:
    x = variable(1.0)
    with autograd.record():
        y = x * 1.0
        for _ in range(traces.STEPS + 500):
            y = y * 1.0001
    y.backward()
    assert x.grad.item() == pytest.approx(1.0001 ** (traces.STEPS + 500), rel=1e-3)


def test_scopes_that_are_joined_by_a_value_are_one_graph() -> None:
    x, w = variable(2.0, 3.0), variable(5.0, 7.0)
    with autograd.record():
        y = x * w
    with autograd.record():
        z = y * w
    with autograd.record():
        (z * y).backward()  # x**2 * w**3
    assert x.grad.asnumpy().tolist() == [2 * 2 * 5**3, 2 * 3 * 7**3]
    assert w.grad.asnumpy().tolist() == [4 * 3 * 5**2, 9 * 3 * 7**2]


def test_what_one_head_uses_up_is_gone_for_others_but_not_what_it_does_not_use() -> None:
    x = variable(2.0)
    with autograd.record():
        shared = x * x
        a, b = shared * 2, shared * 3
        apart = x * 10
    a.backward()
    with pytest.raises(BackwardError, match="used up"):
        b.backward()
    apart.backward()
    assert x.grad.item() == 10


def test_a_used_up_result_in_a_new_scope_is_refused_not_taken_for_a_constant() -> None:
    x = variable(2.0)
    with autograd.record():
        state = x * x
    state.backward()
    with autograd.record():
        y = state * x
    with pytest.raises(BackwardError, match="used up"):
        y.backward()
    with autograd.record():
        y = state.detach() * x
    y.backward()
    assert x.grad.item() == 4


def test_threads_record_apart() -> None:
    barrier = threading.Barrier(2)
    found: dict[int, Any] = {}

    def work(factor: int) -> None:
        x = variable(1.0, 2.0)
        for _ in range(50):
            with autograd.record():
                barrier.wait()
                y = x * factor
                barrier.wait()
                y = y * x
            y.backward()
            barrier.wait()
            assert not autograd.is_recording()
        found[factor] = x.grad.asnumpy().tolist()

    workers = [threading.Thread(target=work, args=(k,)) for k in (3, 5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == {3: [6.0, 12.0], 5: [10.0, 20.0]}


def test_a_thread_does_not_record_because_another_one_does() -> None:
    x = variable(1.0)
    seen: list[tuple[bool, bool]] = []

    def look() -> None:
        seen.append((autograd.is_recording(), autograd.is_training()))
        seen.append(((x * x)._node is not None, False))

    with autograd.record():
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert seen == [(False, False), (False, False)]


def test_a_result_can_be_differentiated_in_another_thread() -> None:
    x = variable(3.0)
    with autograd.record():
        y = x * x
    other = threading.Thread(target=y.backward)
    other.start()
    other.join()
    assert x.grad.item() == 6


def test_scopes_are_restored_on_exceptions() -> None:
    for scope in (autograd.record(), autograd.train_mode(), autograd.pause(train_mode=True)):
        with pytest.raises(ZeroDivisionError), scope:
            1 / 0
        assert (autograd.is_recording(), autograd.is_training()) == (False, False)
    with autograd.record():
        with pytest.raises(ZeroDivisionError), autograd.pause():
            1 / 0
        assert (autograd.is_recording(), autograd.is_training()) == (True, True)


def test_a_failing_backward_leaves_the_scope_and_the_gradient() -> None:
    x = variable(1.0, 2.0)
    with autograd.record():
        y = x * x
        with pytest.raises(ValueError, match=r"\(3,\)"):
            y.backward(np.ones(3))
        assert autograd.is_recording()
        y = y * x
    y.backward()
    assert x.grad.asnumpy().tolist() == [3.0, 12.0]


def test_nd_and_np_share_one_recorder() -> None:
    x = nd.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = (x * 3).as_np_ndarray()
        z = (y * y).as_nd_ndarray() * x
    z.backward()
    assert x.grad.asnumpy().tolist() == onp.multiply([1, 4], 27).tolist()


def test_many_threads_record_and_write_at_once() -> None:
    failed: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            x = variable(1.0 + seed, 2.0)
            for _ in range(200):
                with autograd.record():
                    y = (x * x * seed).sum()
                x[:] = x  # while the traces of all threads hold values
                y.backward()
            assert x.grad.asnumpy().tolist() == [2 * seed * (1.0 + seed), 4.0 * seed]
        except BaseException as error:
            failed.append(error)

    workers = [threading.Thread(target=work, args=(k,)) for k in range(1, 9)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failed
