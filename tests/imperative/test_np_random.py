"""Random numbers of `np.random`: MXNet 1.9.1's where its way to draw is followed, else its distributions."""

from __future__ import annotations

from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, np, npx, random
from srcgrad.errors import OperandError

# After `mx.random.seed(0)`, in MXNet.
NUMBERS: list[tuple[str, list[float]]] = [
    ("uniform(size=6)", [0.5488135, 0.5928446, 0.71518934, 0.84426576, 0.60276335, 0.8579456]),
    ("normal(0, 1, 6)", [2.2122064, 1.1630787, 0.7740038, 0.4838046, 1.0434403, 0.29956347]),
    ("randn(3)", [2.2122064, 1.1630787, 0.7740038]),
    ("rand(2)", [0.5488135, 0.5928446]),
    ("uniform(np.zeros(3), np.ones(3))", [0.5488135, 0.5928446, 0.71518934]),
    ("normal(np.zeros(3), np.ones(3))", [2.2122064, 1.1630787, 0.7740038]),
    ("exponential(1.0, 6)", [0.59999657, 0.522823, 0.33520797, 0.16928795, 0.5062306, 0.15321456]),
    ("gumbel(0, 1, 6)", [0.51083136, 0.64851236, 1.0930041, 1.7761542, 0.68076295, 1.875916]),
    ("logistic(0, 1, 6)", [0.19587798, 0.3757374, 0.9207227, 1.6903163, 0.4169925, 1.7983308]),
    ("rayleigh(1.0, 6)", [1.0954419, 1.0225683, 0.8187893, 0.58187276, 1.0062113, 0.5535604]),
    ("weibull(2.0, 6)", [0.7745944, 0.72306496, 0.57897145, 0.41144615, 0.71149886, 0.39142632]),
    ("pareto(2.0, 6)", [0.3498565, 0.29876196, 0.18246824, 0.08832952, 0.2880318, 0.07961801]),
    ("power(2.0, 6)", [0.6717042, 0.6380873, 0.53367656, 0.39463177, 0.63026714, 0.37690103]),
    ("lognormal(0, 1, 6)", [9.135851, 3.1997693, 2.1684308, 1.6222347, 2.8389673, 1.3492696]),
    ("multivariate_normal(np.zeros(2), np.eye(2), 1)[0]", [2.2122064, 1.1630787]),
    ("randint(0, 10, 6)", [1, 4, 3, 9, 9, 4]),
    ("randint(0, 3, 6)", [1, 1, 2, 0, 2, 0]),
    ("randint(0, 1000000, 6)", [656751, 9344, 105403, 676199, 342739, 667314]),
    ("choice(10, 6)", [4, 9, 3, 0, 3, 9]),
    ("choice(6, 6, replace=False)", [0, 1, 2, 3, 4, 5]),
    ("multinomial(20, [0.2, 0.3, 0.5])", [2, 8, 10]),
    ("permutation(8)", [0, 2, 3, 5, 7, 1, 6, 4]),  # of `shuffle`, MXNet has no other
]


@pytest.mark.parametrize(("text", "numbers"), NUMBERS, ids=[text for text, _ in NUMBERS])
def test_numbers_are_mxnets(text: str, numbers: list[float]) -> None:
    random.seed(0)
    made = eval(f"np.random.{text}", {"np": np})
    assert made.dtype == ("int64" if isinstance(numbers[0], int) else "float32")
    onp.testing.assert_allclose(made.asnumpy(), numbers, rtol=2e-6)


def test_dropout_drops_what_mxnet_drops() -> None:
    random.seed(0)
    made = npx.dropout(np.ones(12), p=0.5, mode="always")
    assert made.tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2]
    random.seed(0)
    made = npx.dropout(np.ones(12), p=0.25, mode="always")
    assert (made == 0).tolist() == [k in (3, 5, 7) for k in range(12)]


def test_without_a_size_a_draw_is_an_array_of_no_axes() -> None:
    for name in ("normal", "uniform", "randn", "rand", "exponential"):
        made = getattr(np.random, name)()
        assert (made.shape, made.dtype) == ((), onp.float32)
    assert np.random.randint(5).shape == ()
    assert np.random.choice(5).shape == ()


def test_dtypes_shapes_and_out() -> None:
    assert np.random.normal(0, 1, (2, 3), dtype="float64").dtype == onp.float64
    assert np.random.randint(0, 5, (2, 2), dtype="int32").dtype == onp.int32
    assert np.random.normal(np.zeros((2, 1)), np.ones(3)).shape == (2, 3)
    out = np.zeros(4)
    assert np.random.uniform(1, 2, 4, out=out) is out
    assert out.asnumpy().min() >= 1


# mean and variance of what only has the distribution
MOMENTS = [
    ("gamma(2.0, 3.0, N)", 6.0, 18.0),
    ("gamma(0.5, 1.0, N)", 0.5, 0.5),
    ("beta(2.0, 3.0, N)", 0.4, 0.04),
    ("chisquare(3.0, N)", 3.0, 6.0),
    ("choice(3, N, p=[0.5, 0.25, 0.25])", 0.75, 0.6875),
    ("multinomial(1, [0.3, 0.7], N)[:, 1]", 0.7, 0.21),
    ("uniform(-1, 3, N)", 1.0, 16 / 12),
    ("normal(2, 3, N)", 2.0, 9.0),
    ("exponential(2.0, N)", 2.0, 4.0),
    ("multivariate_normal(np.array([1.0, 0.0]), np.array([[4.0, 0], [0, 1]]), N)[:, 0]", 1.0, 4.0),
]


@pytest.mark.parametrize(("text", "mean", "var"), MOMENTS, ids=[m[0] for m in MOMENTS])
def test_moments(text: str, mean: float, var: float) -> None:
    random.seed(3)
    count = 20000
    drawn = eval(f"np.random.{text}", {"np": np, "N": count}).asnumpy().astype(float)
    assert drawn.shape == (count,)
    assert abs(drawn.mean() - mean) < 5 * (var / count) ** 0.5
    assert abs(drawn.var() - var) < 0.2 * var


def test_normal_numbers_have_the_covariance_that_is_asked_for() -> None:
    random.seed(5)
    cov = onp.array([[2.0, 0.5], [0.5, 1.0]])
    drawn = np.random.multivariate_normal(np.array([1.0, 2.0]), np.array(cov), 20000)
    onp.testing.assert_allclose(onp.cov(drawn.asnumpy().T), cov, atol=0.06)


def test_the_same_seed_gives_the_same_numbers_for_all() -> None:
    calls: list[Any] = [
        lambda: np.random.gamma(2.0, 1.0, 3),
        lambda: np.random.permutation(6),
        lambda: np.random.multinomial(5, [0.5, 0.5]),
        lambda: np.random.choice(5, 5, replace=False),
        lambda: npx.random.bernoulli(0.5, size=5),
    ]
    for call in calls:
        found = []
        for _ in range(2):
            npx.random.seed(7)
            found.append(call().tolist())
        assert found[0] == found[1]


def test_a_shuffle_moves_rows_in_place() -> None:
    x = np.arange(20).reshape(10, 2)
    assert np.random.shuffle(x) is None
    rows = x.asnumpy()
    assert not (rows == onp.arange(20).reshape(10, 2)).all()
    assert (rows[:, 1] == rows[:, 0] + 1).all()
    assert sorted(rows[:, 0]) == list(range(0, 20, 2))


def test_choices_and_permutations_of_arrays() -> None:
    x = np.array([10.0, 20.0, 30.0])
    assert sorted(np.random.permutation(x).tolist()) == [10, 20, 30]
    assert sorted(np.random.choice(x, 3, replace=False).tolist()) == [10, 20, 30]
    assert set(np.random.choice(x, 50).tolist()) == {10, 20, 30}
    assert sorted(np.random.permutation(4).tolist()) == [0, 1, 2, 3]


REPARAMETRISED = [
    "np.random.normal(p, q)",
    "np.random.uniform(p, q)",
    "np.random.gumbel(p, q)",
    "np.random.logistic(p, q)",
    "np.random.exponential(p) * q",
    "np.random.rayleigh(p) * q",
    "np.random.weibull(p) * q",
    "np.random.pareto(p) * q",
    "np.random.power(p) * q",
    "np.random.gamma(2.0, p) * q",
    "np.random.lognormal(p, q)",
]


@pytest.mark.parametrize("text", REPARAMETRISED)
def test_a_draw_is_differentiated_along_its_parameters(text: str) -> None:
    def drawn(p: Any, q: Any) -> Any:
        random.seed(11)
        return eval(text, {"np": np, "p": p, "q": q})

    values = [onp.array([0.7, 1.3]), onp.array([1.9, 2.4])]
    p, q = (np.array(v) for v in values)
    p.attach_grad()
    q.attach_grad()
    with autograd.record():
        y = drawn(p, q)
    y.backward()
    step = 1e-6
    for k, variable in enumerate((p, q)):
        ends = []
        for sign in (1, -1):
            moved = [np.array(v + (j == k) * sign * step) for j, v in enumerate(values)]
            ends.append(drawn(*moved).asnumpy())
        onp.testing.assert_allclose(
            variable.grad.asnumpy(), (ends[0] - ends[1]) / (2 * step), rtol=1e-5, atol=1e-8
        )


@pytest.mark.parametrize("text", ["gamma(p)", "beta(p, p)", "chisquare(p)", "multinomial(3, p)"])
def test_a_draw_without_a_derivative_is_refused_for_a_variable(text: str) -> None:
    p = np.array([0.5, 0.5])
    p.attach_grad()
    with pytest.raises(OperandError, match="detach"):
        eval(f"np.random.{text}", {"np": np, "p": p})


def test_bounds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        np.random.randint(3, 3)
    with pytest.raises(ValueError, match="prob"):
        npx.random.bernoulli()
