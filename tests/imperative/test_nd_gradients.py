"""The gradient of every function of `srcgrad.nd`, against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as onp
import pytest

from srcgrad import autograd, nd


class Case(NamedTuple):
    """A function of arrays, and where its gradient is looked at.

    Attributes:
        call: Takes float64 arrays.
        samples: Their shapes, or their values.
        low: The lower bound of values that are drawn.
        high: The upper bound.
    """

    call: Callable[..., Any]
    samples: tuple[Any, ...] = ((2, 3),)
    low: float = -2.0
    high: float = 2.0


def of(values: Any) -> Any:
    """An array for indices and labels, of the dtype that `nd` gives."""
    return nd.array(values)


PAIR = ((2, 3), (2, 3))
SPREAD = ((2, 3), (3,))
IMAGE = ((2, 4, 3, 4),)
ROWS = nd.array([1, 0, 1])

CASES: dict[str, Case] = {
    # elementwise
    **{
        name: Case(getattr(nd, name))
        for name in (
            *("abs", "arctan", "arcsinh", "cbrt", "cos", "cosh", "degrees", "erf", "exp", "expm1"),
            *("hard_sigmoid", "identity", "negative", "radians", "reciprocal", "relu", "sigmoid"),
            *("sin", "sinh", "smooth_l1", "softsign", "square", "tan", "tanh", "rcbrt"),
            *("ceil", "floor", "fix", "rint", "round", "sign", "trunc", "logical_not"),
            *("softmax", "log_softmax", "softmin", "SoftmaxActivation", "L2Normalization"),
        )
    },
    **{
        name: Case(getattr(nd, name), low=0.2, high=3.0)
        for name in (
            *("gamma", "gammaln", "log", "log10", "log1p", "log2", "rsqrt", "sqrt", "prod"),
        )
    },
    **{
        name: Case(getattr(nd, name), low=-0.8, high=0.8)
        for name in ("arccos", "arcsin", "arctanh", "erfinv")
    },
    "arccosh": Case(nd.arccosh, low=1.2, high=3.0),
    "clip": Case(lambda x: nd.clip(x, -1, 1.5)),
    "smooth_l1 of a scale": Case(lambda x: nd.smooth_l1(x, scalar=2.0)),
    "cast": Case(lambda x: nd.cast(x, "float64") * 2),
    # two operands
    **{
        name: Case(getattr(nd, name), PAIR, low=0.3, high=2.0)
        for name in (
            *("add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "hypot"),
            *("arctan2", "elemwise_add", "elemwise_sub", "elemwise_mul", "elemwise_div", "add_n"),
            *("equal", "not_equal", "greater", "greater_equal", "lesser", "lesser_equal"),
            *("logical_and", "logical_or", "logical_xor"),
        )
    },
    **{
        f"{name} spread": Case(getattr(nd, name), SPREAD, low=0.3, high=2.0)
        for name in (
            *("broadcast_add", "broadcast_sub", "broadcast_mul", "broadcast_div"),
            *("broadcast_power", "broadcast_maximum", "broadcast_minimum", "broadcast_hypot"),
        )
    },
    "modulo": Case(lambda x: nd.modulo(x, 0.7), low=0.1, high=0.6),
    "a number modulo": Case(lambda x: 5 % x, low=1.1, high=1.6),
    "a number to a power": Case(lambda x: 2**x),
    "a power": Case(lambda x: x**3),
    "a quotient of a number": Case(lambda x: 2 / x, low=0.5),
    # reductions
    **{
        f"{name} of {how}": Case(
            lambda x, name=name, options=options: getattr(nd, name)(x, **options), low=0.3
        )
        for name in ("sum", "mean", "prod", "max", "min", "nansum", "nanprod", "norm")
        for how, options in {
            "all": {},
            "an axis": {"axis": 1},
            "a kept axis": {"axis": 0, "keepdims": True},
            "two axes": {"axis": (0, 1)},
        }.items()
    },
    "sum of all other axes": Case(lambda x: nd.sum(x, axis=0, exclude=True)),
    "norm of absolute values": Case(lambda x: nd.norm(x, ord=1, axis=1)),
    "norm of a vector": Case(lambda x: x.norm(), ((4,),)),
    "norm that keeps the axes": Case(lambda x: nd.norm(x, keepdims=True)),
    "moments: the mean": Case(lambda x: nd.moments(x, axes=1)[0]),
    "moments: the variance": Case(lambda x: nd.moments(x, axes=(0, 1))[1]),
    "cumsum": Case(lambda x: nd.cumsum(x, axis=1)),
    "argmax": Case(lambda x: nd.argmax(x, axis=1)),
    "argmin": Case(lambda x: nd.argmin(x)),
    "argmax_channel": Case(nd.argmax_channel),
    # products
    "dot of vectors": Case(nd.dot, ((4,), (4,))),
    "dot of matrices": Case(nd.dot, ((2, 3), (3, 4))),
    "dot of a matrix and a vector": Case(nd.dot, ((2, 3), (3,))),
    "dot of a vector and a matrix": Case(nd.dot, ((3,), (3, 2))),
    "dot of more axes": Case(nd.dot, ((2, 2, 3), (3, 2, 2))),
    "dot turned left": Case(lambda a, b: nd.dot(a, b, transpose_a=True), ((3, 2), (3, 4))),
    "dot turned right": Case(lambda a, b: nd.dot(a, b, transpose_b=True), ((2, 3), (4, 3))),
    "dot turned twice": Case(
        lambda a, b: nd.dot(a, b, transpose_a=True, transpose_b=True), ((3, 2), (4, 3))
    ),
    "dot of more axes turned": Case(
        lambda a, b: nd.dot(a, b, transpose_a=True, transpose_b=True), ((3, 2, 2), (2, 2, 3))
    ),
    "batch_dot": Case(nd.batch_dot, ((2, 2, 3), (2, 3, 2))),
    "batch_dot turned": Case(
        lambda a, b: nd.batch_dot(a, b, transpose_a=True, transpose_b=True), ((2, 3, 2), (2, 4, 3))
    ),
    "linalg_gemm2": Case(
        lambda a, b: nd.linalg_gemm2(a, b, transpose_b=True, alpha=2), ((2, 3), (4, 3))
    ),
    "linalg_gemm": Case(
        lambda a, b, c: nd.linalg_gemm(a, b, c, alpha=2, beta=0.5), ((2, 3), (3, 2), (2, 2))
    ),
    "linalg_syrk": Case(lambda a: nd.linalg_syrk(a, transpose=True), ((2, 3),)),
    "linalg_potrf": Case(
        lambda a: nd.linalg_potrf(nd.dot(a, a, transpose_b=True) + 5 * like(a, onp.eye(3))),
        ((3, 3),),
    ),
    "linalg_det": Case(nd.linalg_det, ((3, 3),)),
    "linalg_inverse": Case(nd.linalg_inverse, (onp.diag([2.0, 3.0, 4.0]) + 0.3,)),
    "khatri_rao": Case(nd.khatri_rao, ((2, 3), (4, 3))),
    # shapes
    "reshape": Case(lambda x: nd.reshape(x, (-1, 2)) * x.reshape((3, 2))),
    "reshape as a view": Case(lambda x: x.reshape(0, -4, 1, -1) ** 2),
    "reshape_like": Case(lambda x: nd.reshape_like(x, nd.zeros((6,), dtype="float64")) ** 2),
    "flatten": Case(lambda x: nd.flatten(x) ** 2, ((2, 2, 3),)),
    "expand_dims": Case(lambda x: nd.expand_dims(x, axis=1) ** 2),
    "squeeze": Case(lambda x: nd.squeeze(x) ** 2, ((1, 3, 1),)),
    "transpose": Case(lambda x: nd.transpose(x, (2, 0, 1)) ** 2, ((2, 3, 2),)),
    "T": Case(lambda x: x.T * nd.transpose(x)),
    "swapaxes": Case(lambda x: nd.swapaxes(x, 0, 1) ** 2),
    "moveaxis": Case(lambda x: nd.moveaxis(x, 0, 2) ** 2, ((2, 3, 2),)),
    "broadcast_to": Case(lambda x: nd.broadcast_to(x, (4, 0)) ** 2, ((1, 3),)),
    "broadcast_like": Case(lambda x: nd.broadcast_like(x, nd.zeros((4, 3))) ** 2, ((1, 3),)),
    "broadcast_axis": Case(lambda x: nd.broadcast_axis(x, axis=0, size=3) ** 2, ((1, 3),)),
    "zeros_like": Case(lambda x: nd.zeros_like(x) + x),
    "ones_like": Case(lambda x: nd.ones_like(x) * x),
    "concat": Case(lambda a, b: nd.concat(a, b, dim=1) ** 2, PAIR),
    "concatenate": Case(lambda a, b: nd.concatenate([a, b]) ** 2, PAIR),
    "stack": Case(lambda a, b: nd.stack(a, b, axis=1) ** 2, PAIR),
    "split": Case(lambda x: nd.split(x, 2)[1] ** 2, ((2, 4),)),
    "split and squeeze": Case(lambda x: nd.split(x, 2, axis=0, squeeze_axis=True)[0] ** 2),
    "split_v2": Case(lambda x: nd.split_v2(x, (1, 3), axis=1)[1] ** 2, ((2, 4),)),
    "slice": Case(lambda x: nd.slice(x, (0, 1), (2, 3)) ** 2),
    "slice of steps": Case(lambda x: nd.slice(x, (None, None), (None, None), (1, -1)) * x),
    "slice_axis": Case(lambda x: nd.slice_axis(x, axis=1, begin=1, end=None) ** 2),
    "slice_like": Case(lambda x: nd.slice_like(x, nd.zeros((1, 2))) ** 2),
    "flip": Case(lambda x: nd.flip(x, axis=1) * x),
    "tile": Case(lambda x: nd.tile(x, (2, 2)) ** 2),
    "repeat": Case(lambda x: nd.repeat(x, 2, axis=1) ** 2),
    "pad": Case(
        lambda x: nd.pad(x, "constant", (0, 0, 0, 0, 1, 1, 1, 2), 3.0) ** 2, ((1, 1, 2, 3),)
    ),
    "pad with the edge": Case(
        lambda x: nd.pad(x, "edge", (0, 0, 0, 0, 1, 1, 1, 2)) ** 2, ((1, 1, 2, 3),)
    ),
    "pad with a reflection": Case(
        lambda x: nd.pad(x, "reflect", (0, 0, 0, 0, 1, 1, 1, 2)) ** 2, ((1, 1, 2, 3),)
    ),
    "where": Case(lambda a, b: nd.where(of([[1, 0, 1], [0, 1, 0]]), a, b), PAIR),
    "where of rows": Case(lambda a, b: nd.where(of([1, 0]), a, b), PAIR),
    "diag": Case(lambda x: nd.diag(x, k=1) ** 2),
    "diag of a vector": Case(lambda x: nd.diag(x) ** 2, ((3,),)),
    "depth_to_space": Case(lambda x: nd.depth_to_space(x, 2) ** 2, ((1, 4, 2, 2),)),
    "space_to_depth": Case(lambda x: nd.space_to_depth(x, 2) ** 2, ((1, 1, 4, 2),)),
    # indices
    "take": Case(lambda x: nd.take(x, of([[0, 1], [1, 9]])) ** 2),
    "take along an axis": Case(lambda x: nd.take(x, of([0, -1, 4]), axis=1, mode="wrap") ** 2),
    "batch_take": Case(lambda x: nd.batch_take(x, of([2, 0])) ** 2),
    "pick": Case(lambda x: nd.pick(x, of([2, 0])) ** 2),
    "pick along the first axis": Case(lambda x: nd.pick(x, of([1, 0, 1]), axis=0) ** 2),
    "gather_nd": Case(lambda x: nd.gather_nd(x, of([[0, 1, 1], [1, 0, 0]])) ** 2),
    "scatter_nd": Case(lambda x: nd.scatter_nd(x, of([[2, 0], [1, 1]]), (3, 2)) ** 2, ((2,),)),
    "sort": Case(lambda x: nd.sort(x, axis=1, is_ascend=False) ** 2),
    "sort of all": Case(lambda x: nd.sort(x, axis=None) ** 2),
    "topk": Case(lambda x: nd.topk(x, k=2, ret_typ="value") ** 2),
    "topk with indices": Case(lambda x: nd.topk(x, k=2, ret_typ="both")[0] ** 2),
    "SequenceMask": Case(
        lambda x: nd.SequenceMask(x, of([1, 2, 0]), use_sequence_length=True, value=3) ** 2
    ),
    "indexing": Case(lambda x: x[1] * x[0, 1:].sum() + x[of([0, 1])].sum() * x[0, 2]),
    "indexing with repetition": Case(lambda x: x[of([1, 1, 0]), 1] ** 2),
    "indexing backwards": Case(lambda x: x[::-1, None] * x),
    # layers
    "Activation relu": Case(lambda x: nd.Activation(x, "relu")),
    "Activation sigmoid": Case(lambda x: nd.Activation(x, "sigmoid")),
    "Activation tanh": Case(lambda x: nd.Activation(x, "tanh")),
    "Activation softrelu": Case(lambda x: nd.Activation(x, "softrelu")),
    "Activation softsign": Case(lambda x: nd.Activation(x, "softsign")),
    **{
        f"LeakyReLU {kind}": Case(lambda x, kind=kind: nd.LeakyReLU(x, act_type=kind, slope=0.3))
        for kind in ("leaky", "elu", "selu", "gelu", "rrelu")
    },
    "LeakyReLU prelu": Case(lambda x, s: nd.LeakyReLU(x, s, act_type="prelu"), SPREAD),
    "softmax of a temperature": Case(lambda x: nd.softmax(x, axis=0, temperature=2.5)),
    "softmax_cross_entropy": Case(lambda x: nd.softmax_cross_entropy(x, of([2, 0]))),
    "FullyConnected": Case(
        lambda x, w, b: nd.FullyConnected(x, w, b, num_hidden=4), ((2, 3, 2), (4, 6), (4,))
    ),
    "FullyConnected of the last axis": Case(
        lambda x, w: nd.FullyConnected(x, w, no_bias=True, flatten=False), ((2, 3, 2), (4, 2))
    ),
    "Embedding": Case(lambda w: nd.Embedding(of([[0, 2], [2, 1]]), w) ** 2, ((3, 2),)),
    "BatchNorm outside of training": Case(
        lambda x, g, b: nd.BatchNorm(x, g, b, mean(x), mean(x) + 1, fix_gamma=False),
        (*IMAGE, (4,), (4,)),
    ),
    "LayerNorm": Case(nd.LayerNorm, ((2, 3), (3,), (3,))),
    "InstanceNorm": Case(nd.InstanceNorm, (*IMAGE, (4,), (4,))),
    "GroupNorm": Case(lambda x, g, b: nd.GroupNorm(x, g, b, num_groups=2), (*IMAGE, (2,), (2,))),
    "L2Normalization of channels": Case(
        lambda x: nd.L2Normalization(x, mode="channel"), ((2, 3, 2),)
    ),
    "Convolution": Case(
        lambda x, w, b: nd.Convolution(x, w, b, stride=(2, 1), pad=(1, 0)),
        (*IMAGE, (2, 4, 2, 3), (2,)),
    ),
    "Deconvolution": Case(
        lambda x, w: nd.Deconvolution(x, w, stride=(2, 1)), ((1, 2, 2, 3), (2, 3, 2, 2))
    ),
    "Pooling by the largest": Case(lambda x: nd.Pooling(x, (2, 2), stride=(2, 1)), IMAGE),
    "Pooling by the mean": Case(lambda x: nd.Pooling(x, (2, 2), "avg", pad=(1, 1)), IMAGE),
    "Pooling of all": Case(lambda x: nd.Pooling(x, pool_type="avg", global_pool=True), IMAGE),
    "UpSampling": Case(lambda x: nd.UpSampling(x, scale=2, sample_type="nearest") ** 2, IMAGE),
    "Dropout outside of training": Case(nd.Dropout),
    # random numbers
    "normal of parameters": Case(
        lambda m, s: seeded(lambda: nd.random.normal(m, s, shape=3)), ((2,), (2,))
    ),
    "uniform of bounds": Case(lambda a, b: seeded(lambda: nd.random.uniform(a, b)), ((2,), (2,))),
    "shuffle": Case(lambda x: seeded(lambda: nd.random.shuffle(x) * x), ((4, 2),)),
    "multinomial": Case(
        lambda p: seeded(lambda: nd.random.multinomial(p, shape=3, get_prob=True)[1]),
        ((2, 3),),
        low=0.1,
    ),
}

# Whose numbers depend on the dtype.
DRAWN = {"normal of parameters", "uniform of bounds"}

# What has no gradient, or one that is not the derivative of its value.
OTHERS = {
    *("NDArray", "random"),
    *("arange", "array", "empty", "eye", "full", "linspace", "ones", "zeros", "waitall"),
    *("load", "save", "uniform", "random_uniform"),
    *("argsort", "one_hot", "shape_array", "size_array", "stop_gradient"),
    *("BatchNorm", "Dropout", "LinearRegressionOutput", "LogisticRegressionOutput"),
    *("MAERegressionOutput", "MakeLoss", "SoftmaxOutput", "make_loss"),
}


def of64(values: Any) -> Any:
    return nd.array(values, dtype="float64")


def like(x: Any, values: Any) -> Any:
    return nd.array(values, dtype=x.dtype)


def mean(x: Any) -> Any:
    return like(x, [0.1, -0.2, 0.3, 0.0])


def seeded(draw: Callable[[], Any]) -> Any:
    """Draw the same numbers at each call."""
    from srcgrad import random

    random.seed(3)
    return draw()


def sample(case: Case) -> list[Any]:
    random = onp.random.RandomState(7)
    return [
        random.uniform(case.low, case.high, s) if isinstance(s, tuple) else onp.array(s)
        for s in case.samples
    ]


def differences(call: Callable[..., Any], values: list[Any], head: Any) -> list[Any]:
    """The gradient of ``sum(head * call)`` by central differences."""
    step = 1e-6
    found = []
    for k, value in enumerate(values):
        slope = onp.zeros_like(value)
        for place in onp.ndindex(*value.shape):
            ends = []
            for sign in (1, -1):
                moved = [v.copy() for v in values]
                moved[k][place] += sign * step
                ends.append((head * call(*map(of64, moved)).asnumpy()).sum())
            slope[place] = (ends[0] - ends[1]) / (2 * step)
        found.append(slope)
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_that_of_differences(name: str) -> None:
    case = CASES[name]
    values = sample(case)
    operands = [of64(v) for v in values]
    for x in operands:
        x.attach_grad()
    with autograd.record(train_mode=False):
        y = case.call(*operands)
    head = onp.random.RandomState(1).uniform(0.5, 1.5, y.shape)
    y.backward(head)
    for x, slope in zip(operands, differences(case.call, values, head), strict=True):
        assert x.grad.dtype is onp.float64
        onp.testing.assert_allclose(x.grad.asnumpy(), slope, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", [name for name in CASES if name not in DRAWN])
def test_values_and_gradients_of_float32_are_float32(name: str) -> None:
    case = CASES[name]
    operands = [nd.array(v) for v in sample(case)]
    for x in operands:
        x.attach_grad()
    with autograd.record(train_mode=False):
        y = case.call(*operands)
    assert y.dtype is (onp.float64 if name == "cast" else onp.float32)
    y.backward()
    exact = sample(case)
    plain = [of64(v) for v in exact]
    for x in plain:
        x.attach_grad()
    with autograd.record(train_mode=False):
        z = case.call(*plain)
    z.backward()
    onp.testing.assert_allclose(y.asnumpy(), z.asnumpy(), rtol=2e-5, atol=2e-5)
    for x, wide in zip(operands, plain, strict=True):
        assert x.grad.dtype is onp.float32
        onp.testing.assert_allclose(x.grad.asnumpy(), wide.grad.asnumpy(), rtol=1e-3, atol=1e-4)


def test_every_function_has_a_case() -> None:
    """A name counts as covered if a case is called so, or begins so, or is another name for it."""
    covered = {name.split()[0].rstrip(":") for name in CASES}
    functions = {getattr(nd, name) for name in covered if hasattr(nd, name)}
    functions |= {nd.multinomial, nd.stop_gradient, nd.normal}
    public = {
        name for name in vars(nd) if name[0] not in "_@" and name not in ("annotations", *OTHERS)
    }
    assert sorted(n for n in public if n not in covered and getattr(nd, n) not in functions) == []
