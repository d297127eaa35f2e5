"""How arrays of `srcgrad.np` look and behave; answers are MXNet 1.9.1's unless a comment says otherwise."""

from __future__ import annotations

from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, nd, np
from srcgrad.errors import OperandError, ShapeError

ANSWERS = [
    # creation: floats of 32 bits, other dtypes by name only
    ("np.array(3)", "array(3.)"),
    ("np.array([1, 2])", "array([1., 2.])"),
    ("np.array([True])", "array([1.])"),
    ("np.array(onp.array([True]))", "array([ True])"),
    ("np.array(onp.array([1, 2]))", "array([1, 2], dtype=int64)"),
    ("np.array(onp.float64(2))", "array(2., dtype=float64)"),
    ("np.array(i)", "array([1, 2], dtype=int32)"),
    ("np.array([x, x])", "array([[1., 2., 3.],\n       [1., 2., 3.]])"),
    ("np.array((1, 2), dtype='int32')", "array([1, 2], dtype=int32)"),
    ("np.array([1, 2], dtype=float)", "array([1., 2.], dtype=float64)"),
    ("np.array(range(3))", "array([0., 1., 2.])"),
    ("np.arange(4)", "array([0., 1., 2., 3.])"),
    ("np.arange(1, 4)", "array([1., 2., 3.])"),
    ("np.arange(0.0, 1, 0.25)", "array([0.  , 0.25, 0.5 , 0.75])"),
    ("np.arange(3, dtype='int32')", "array([0, 1, 2], dtype=int32)"),
    ("np.zeros(())", "array(0.)"),
    ("np.zeros((0, 3))", "array([], shape=(0, 3))"),
    ("np.ones(3, dtype=np.int32)", "array([1, 1, 1], dtype=int32)"),
    ("np.full((2,), 3)", "array([3., 3.])"),
    ("np.full((2,), True)", "array([ True,  True])"),
    ("np.full((2,), i)", "array([1, 2], dtype=int32)"),
    ("np.eye(2, 3, k=1)", "array([[0., 1., 0.],\n       [0., 0., 1.]])"),
    ("np.identity(2)", "array([[1., 0.],\n       [0., 1.]])"),
    ("np.linspace(0, 1, 3)", "array([0. , 0.5, 1. ])"),
    ("np.linspace(0, 1, 3, retstep=True)", "(array([0. , 0.5, 1. ]), 0.5)"),
    ("np.logspace(0, 1, 3)", "array([ 1.       ,  3.1622777, 10.       ])"),
    (
        "np.indices((2, 1))",
        "array([[[0],\n        [1]],\n\n       [[0],\n        [0]]], dtype=int32)",
    ),
    ("np.zeros_like(i)", "array([0, 0], dtype=int32)"),
    ("np.full_like(x, 2)", "array([2., 2., 2.])"),
    ("np.ones_like(x, dtype='float64')", "array([1., 1., 1.], dtype=float64)"),
    ("np.array([1.5], dtype='float16')", "array([1.5], dtype=float16)"),
    ("np.array([1], dtype='uint8')", "array([1], dtype=uint8)"),
    # operators and dtypes
    ("x == np.array([1, 3, 3])", "array([ True, False,  True])"),
    ("x < 2", "array([ True, False, False])"),
    ("i + 1.5", "array([2, 3], dtype=int32)"),
    ("i * 1.5", "array([1, 2], dtype=int32)"),
    ("2.5 - i", "array([1, 0], dtype=int32)"),
    ("i / 2", "array([0.5, 1. ])"),
    ("2.5 / i", "array([2.5 , 1.25])"),
    ("i % 2", "array([1, 0], dtype=int32)"),
    ("i ** 2", "array([1, 4], dtype=int32)"),
    ("i + i.astype('int64')", "array([2, 4], dtype=int64)"),
    ("i * x[:2]", "array([1., 4.])"),
    ("x.astype('float64') * x", "array([1., 4., 9.], dtype=float64)"),
    ("(x > 1) + 1", "array([1, 2, 2], dtype=int64)"),
    ("(x > 1) + (x > 2)", "array([False,  True,  True])"),
    ("(x > 1) * x", "array([0., 2., 3.])"),
    ("(x > 1) * 1.5", "array([0. , 1.5, 1.5])"),  # MXNet cuts 1.5 to 1
    ("~(x > 1)", "array([ True, False, False])"),
    ("~i", "array([-2, -3], dtype=int32)"),
    ("i & 1", "array([1, 0], dtype=int32)"),
    ("i ^ 1", "array([0, 3], dtype=int32)"),
    ("1 | i", "array([1, 3], dtype=int32)"),
    ("+x", "array([1., 2., 3.])"),  # MXNet has no unary plus, no //, no shifts
    ("7 // x", "array([7., 3., 2.])"),
    ("i << 1", "array([2, 4], dtype=int32)"),
    ("divmod(x, 2)", "(array([0., 1., 1.]), array([1., 0., 1.]))"),
    ("abs(-x)", "array([1., 2., 3.])"),
    ("x @ x", "array(14.)"),
    ("[1.0, 2.0, 3.0] @ x", "array(14.)"),
    ("2 ** x", "array([2., 4., 8.])"),
    ("x == None", "False"),  # MXNet raises TypeError
    ("x == [1, 2, 3]", "array([ True,  True,  True])"),
    ("x + [1, 2, 3]", "array([2., 4., 6.])"),
    ("x + (1, 2, 3)", "array([2., 4., 6.])"),
    # functions
    ("np.exp(2.0)", "np.float64(7.38905609893065)"),
    ("np.hanning(3)", "array([0., 1., 0.])"),
    ("np.tril_indices(2)[0]", "array([0, 1, 1], dtype=int64)"),
    ("np.sqrt(i)", "array([1.       , 1.4142135])"),  # MXNet cuts to integers
    ("i.sum()", "array(3, dtype=int32)"),
    ("i.cumsum()", "array([1, 3], dtype=int32)"),
    ("i.sum(dtype='float64')", "array(3., dtype=float64)"),
    ("(x > 1).sum()", "array(2, dtype=int64)"),
    ("np.mean(i)", "array(1.5)"),
    ("np.mean(i, dtype='float64')", "array(1.5, dtype=float64)"),
    ("np.maximum(x, 1.5)", "array([1.5, 2. , 3. ])"),
    ("np.concatenate([x, x])", "array([1., 2., 3., 1., 2., 3.])"),
    ("np.split(x, 3)", "[array([1.]), array([2.]), array([3.])]"),
    ("np.nonzero(x > 1)", "(array([1, 2], dtype=int64),)"),
    ("np.linalg.norm(x[:2] * 3)", "array(6.708204)"),
    ("np.linalg.eigh(np.eye(2, dtype='int32'))[0]", "array([1., 1.])"),
    ("np.size(x), np.shape(x), np.ndim(x)", "(3, (3,), 1)"),
    ("np.array_equal(x, x), np.allclose(x, x)", "(True, True)"),
    ("np.sum(a=x), np.mean(a=a, axis=0)", "(array(6.), array([1.5, 2.5, 3.5]))"),
    ("np.dot(a=x, b=x), x.sum(0), a.max(0)", "(array(14.), array(6.), array([3., 4., 5.]))"),
    ("np.add(x, x, np.zeros(3))", "array([2., 4., 6.])"),
    ("np.array([[x[0], 0], [0, x[1]]])", "array([[1., 0.],\n       [0., 2.]])"),
    # methods
    ("a.argmax()", "array(5, dtype=int64)"),
    ("a.argmax(axis=1)", "array([2, 2], dtype=int64)"),
    ("a.mean(axis=0, keepdims=True)", "array([[1.5, 2.5, 3.5]])"),
    ("a.max(axis=1)", "array([2., 5.])"),
    ("a.std()", "array(1.7078252)"),
    ("a.clip(1, 3)", "array([[1., 1., 2.],\n       [3., 3., 3.]])"),
    ("np.array([0.5, 1.5, 2.5]).round()", "array([0., 2., 2.])"),
    ("a.dot(np.ones(3))", "array([ 3., 12.])"),
    ("a.T", "array([[0., 3.],\n       [1., 4.],\n       [2., 5.]])"),
    ("a.transpose(1, 0).shape, a.transpose((1, 0)).shape", "((3, 2), (3, 2))"),
    ("a.reshape(3, 2).shape, a.reshape((-1,)).shape", "((3, 2), (6,))"),
    ("a.reshape(3, 2, order='F')", "array([[0., 4.],\n       [3., 2.],\n       [1., 5.]])"),
    ("a.flatten()", "array([0., 1., 2., 3., 4., 5.])"),
    ("a.any(), a.all()", "(array(True), array(False))"),
    ("a.item(4), a.tolist()", "(4.0, [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])"),
    ("a.astype('int32')", "array([[0, 1, 2],\n       [3, 4, 5]], dtype=int32)"),
    ("a.take(np.array([0, 1]))", "array([0., 1.])"),
    ("a.squeeze().shape, a.swapaxes(0, 1).shape", "((2, 3), (3, 2))"),
    ("a.dtype, a.size, a.ndim, a.context", "(dtype('float32'), 6, 2, cpu(0))"),
    # reading
    ("x[[True, False, True]]", "array([1., 3.])"),
    ("x[x > 1]", "array([2., 3.])"),
    ("x[np.array([0, 2])]", "array([1., 3.])"),
    ("x[[0, 2]]", "array([1., 3.])"),
    ("a[range(2), [2, 0]]", "array([2., 3.])"),
    ("a[1, 2]", "array(5.)"),
    ("a[:, None].shape, a[..., 0].shape", "((2, 1, 3), (2,))"),
    ("x[[]]", "array([])"),
    ("x[[i[0], 0]], a[[i - 1]].shape", "(array([2., 1.]), (1, 2, 3))"),
    # numbers and text
    ("float(x[1]), int(x[1]), bool(x[1])", "(2.0, 2, True)"),
    ("str(x), str(x[0])", "('[1. 2. 3.]', '1.0')"),
    ("f'{x[0]:.3f} {x}'", "'1.000 [1. 2. 3.]'"),
    ("[10, 20, 30][i[0]]", "20"),  # MXNet's arrays are no indices of lists
    ("2 in x, 5 in x", "(True, False)"),
    ("complex(x[0])", "(1+0j)"),
    ("len(a), [r.tolist() for r in a]", "(2, [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])"),
    ("bool(np.array([]))", "False"),
    ("onp.float64(2) * x", "array([2., 4., 6.])"),
    ("x * onp.int64(2)", "array([2., 4., 6.])"),
]


def samples() -> dict[str, Any]:
    return {
        "np": np,
        "onp": onp,
        "x": np.array([1, 2, 3]),
        "i": np.array([1, 2], dtype="int32"),
        "a": np.arange(6).reshape(2, 3),
    }


@pytest.mark.parametrize(("text", "answer"), ANSWERS, ids=[text for text, _ in ANSWERS])
def test_an_expression_shows(text: str, answer: str) -> None:
    assert repr(eval(text, samples())) == answer


ERRORS = [
    ("float(x)", TypeError),
    ("int(x)", TypeError),
    ("x.item()", ValueError),
    ("bool(x)", ValueError),
    ("len(np.array(1))", TypeError),
    ("x[5]", IndexError),
    ("x['a']", IndexError),
    ("'{:.3f}'.format(x)", TypeError),
    ("[1, 2][x[0]]", TypeError),
    ("x < None", TypeError),
    ("x + 'a'", TypeError),
    ("x + np.ones(4)", ShapeError),
    ("np.dot(a, np.ones(2))", ShapeError),
    ("np.concatenate([a, a.T])", ShapeError),
    ("a.reshape(4)", ShapeError),
    ("a.sum(axis=5)", ShapeError),
    ("np.exp(x, out=np.zeros(2))", ShapeError),
    ("np.linalg.inv(np.zeros((2, 2)))", onp.linalg.LinAlgError),
    ("np.foo", AttributeError),
    ("np.linalg.foo", AttributeError),
    ("x.foo", AttributeError),
    ("np.array('abc')", ValueError),
]


@pytest.mark.parametrize(("text", "kind"), ERRORS, ids=[text for text, _ in ERRORS])
def test_an_expression_is_refused(text: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        eval(text, samples())


MIXED = [
    "x + y",
    "y + x",
    "np.add(x, y)",
    "np.dot(y, x)",
    "np.concatenate([x, y])",
    "x < y",
    "x @ y",
]


@pytest.mark.parametrize("text", MIXED)
def test_arrays_of_two_dialects_do_not_mix(text: str) -> None:
    names = {"np": np, "x": np.ones(2), "y": nd.ones(2)}
    with pytest.raises(OperandError, match="as_nd_ndarray"):
        eval(text, names)


def test_an_array_of_one_dialect_becomes_one_of_the_other_and_is_differentiated() -> None:
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = nd.sum(nd.square(x.as_nd_ndarray())).as_np_ndarray()
        z = y * 3
    z.backward()
    assert type(z) is np.ndarray
    assert x.grad.tolist() == [6.0, 12.0]


def test_conversion_shares_memory() -> None:
    x = np.arange(3)
    x.as_nd_ndarray()[:] = 7
    assert x.tolist() == [7.0, 7.0, 7.0]


@pytest.mark.parametrize(
    "made", ["x.T", "x.reshape(3, 2)", "x.copy()", "x[:, 1]", "x.flatten()", "+x"]
)
def test_a_copy_does_not_follow_its_source_nor_the_source_it(made: str) -> None:
    x = np.arange(6).reshape(2, 3)
    y = eval(made, {"x": x})
    before = y.tolist()
    x[:] = 9
    assert y.tolist() == before
    y[:] = 5
    assert x.asnumpy().min() == 9


@pytest.mark.parametrize("made", ["x[0]", "x[0:1]", "x[1, 0:2]", "x[...]", "x[None]", "x.detach()"])
def test_a_view_is_written_with_its_source(made: str) -> None:
    x = np.arange(6).reshape(2, 3)
    y = eval(made, {"x": x})
    y[:] = 50
    assert x.asnumpy().max() == 50


AUGMENTED = ["+= 2", "-= x", "*= x", "/= 2", "//= 2", "%= 2", "**= 2", "@= x.T"]


@pytest.mark.parametrize("text", AUGMENTED)
def test_augmented_assignment_keeps_the_variable(text: str) -> None:
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    truth = x.asnumpy()
    x.attach_grad()
    names = {"x": x}
    exec(f"x {text}", names)
    expected = {"x": truth.copy()}
    exec(f"x = x {text.replace('=', '', 1)}", expected)
    assert names["x"] is x
    assert x.grad is not None
    onp.testing.assert_allclose(x.asnumpy(), expected["x"], rtol=1e-6)


@pytest.mark.parametrize("text", ["&= 1", "|= 4", "^= 1", "<<= 1", ">>= 1"])
def test_augmented_assignment_of_integers(text: str) -> None:
    names = {"i": np.array([1, 2, 3], dtype="int32")}
    expected = {"i": onp.array([1, 2, 3], dtype="int32")}
    exec(f"i {text}", names)
    exec(f"i {text}", expected)
    assert names["i"].tolist() == expected["i"].tolist()
