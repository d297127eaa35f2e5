"""Calls of `npx`, and MXNet's values and gradients for them.

Run by an interpreter that has MXNet 1.9.1, with ``MXNET_MKLDNN_ENABLED=0``, this writes the file that
the tests read::

    python -m tests.imperative.npx_reference
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as onp

FILE = Path(__file__).with_suffix(".npz")
_rng = onp.random.RandomState(4)


def _sample(*shape: int) -> Any:
    return onp.round(_rng.randn(*shape), 2).astype("float32")


SAMPLES: dict[str, Any] = {
    "x": _sample(3, 4),
    "img": _sample(2, 4, 5, 6),
    "seq": _sample(2, 3, 4),
    "w": _sample(5, 4),
    "b": _sample(5),
    "k": _sample(3, 4, 2, 3),
    "kb": _sample(3),
    "dk": _sample(4, 3, 2, 3),
    "gk": _sample(4, 2, 2, 2),
    "g4": _sample(4),
    "b4": _sample(4),
    "ga": onp.abs(_sample(4)) + 0.5,
    "pos": onp.abs(_sample(3, 4)) + 0.3,
    "t3": _sample(2, 4, 3),
    "one": _sample(2, 4, 7),
    "k1": _sample(3, 4, 3),
    "vol": _sample(1, 2, 3, 4, 3),
    "k3": _sample(2, 2, 2, 2, 2),
}
SMOOTH = """
npx.relu(x)
npx.sigmoid(x)
npx.erf(x)
npx.gamma(pos)
npx.gammaln(pos)
npx.activation(x, act_type='relu')
npx.activation(x, act_type='sigmoid')
npx.activation(x, act_type='tanh')
npx.activation(x, act_type='softrelu')
npx.activation(x, act_type='softsign')
npx.leaky_relu(x)
npx.leaky_relu(x, act_type='leaky', slope=0.1)
npx.leaky_relu(x, act_type='elu', slope=0.5)
npx.leaky_relu(x, act_type='gelu')
npx.leaky_relu(x, g4, act_type='prelu')
npx.smooth_l1(x)
npx.smooth_l1(x, scalar=2.0)
npx.softmax(x)
npx.softmax(x, axis=0)
npx.softmax(x, temperature=2.0)
npx.log_softmax(x)
npx.log_softmax(x, axis=0, temperature=0.5)
npx.pick(x, np.array([0, 3, 1]))
npx.pick(x, np.array([0, 3, 1]), keepdims=True)
npx.pick(x, np.array([0, 1, 2, 0]), axis=0)
npx.pick(x, np.array([5, -1, 2]), mode='wrap')
npx.topk(x, k=2, ret_typ='value')
npx.topk(x, k=2, ret_typ='both')
npx.gather_nd(x, np.array([[0, 2, 2], [1, 3, 3]]))
npx.sequence_mask(seq, np.array([1, 2, 2]), use_sequence_length=True)
npx.sequence_mask(seq, np.array([1, 3]), use_sequence_length=True, axis=1, value=-2.0)
npx.sequence_mask(seq)
npx.fully_connected(x, w, b, num_hidden=5)
npx.fully_connected(x, w, num_hidden=5, no_bias=True)
npx.fully_connected(seq, w, b, num_hidden=5, flatten=False)
npx.batch_dot(seq, t3)
npx.batch_dot(seq, seq, transpose_b=True)
npx.batch_dot(seq, seq, transpose_a=True)
npx.embedding(np.array([[2, 0], [2, 1]]), w, input_dim=5, output_dim=4)
npx.convolution(img, k, kb, kernel=(2, 3), num_filter=3)
npx.convolution(img, k, kernel=(2, 3), num_filter=3, no_bias=True, stride=(2, 1), pad=(1, 1))
npx.convolution(img, k, kb, kernel=(2, 3), num_filter=3, dilate=(2, 2), pad=(1, 2))
npx.convolution(img, gk, kernel=(2, 2), num_filter=4, num_group=2, no_bias=True)
npx.convolution(one, k1, kb, kernel=(3,), num_filter=3, stride=(2,))
npx.convolution(vol, k3, kernel=(2, 2, 2), num_filter=2, no_bias=True)
npx.deconvolution(img, dk, kernel=(2, 3), num_filter=3)
npx.deconvolution(img, dk, kb, kernel=(2, 3), num_filter=3, no_bias=False, stride=(2, 2), adj=(1, 0))
npx.pooling(img, kernel=(2, 2), pool_type='max', stride=(2, 2))
npx.pooling(img, kernel=(2, 3), pool_type='avg', stride=(1, 2), pad=(1, 1))
npx.pooling(img, kernel=(2, 3), pool_type='avg', stride=(1, 2), pad=(1, 1), count_include_pad=False)
npx.pooling(img, kernel=(2, 2), pool_type='sum', stride=(2, 2), pooling_convention='full')
npx.pooling(img, kernel=(2, 2), pool_type='max')
npx.pooling(img, global_pool=True, pool_type='avg', kernel=(1, 1))
npx.pooling(img, global_pool=True, pool_type='max', kernel=(1, 1))
npx.batch_norm(x, ga, b4, np.zeros(4), np.ones(4), fix_gamma=False)
npx.batch_norm(x, ga, b4, np.zeros(4), np.ones(4))
npx.batch_norm(x, ga, b4, np.zeros(4), np.ones(4), fix_gamma=False, output_mean_var=True)
npx.batch_norm(img, ga, b4, np.zeros(4), np.ones(4), fix_gamma=False, eps=1e-5)
npx.batch_norm(img, np.ones(6) * 2, np.ones(6), np.zeros(6), np.ones(6), fix_gamma=False, axis=3)
npx.batch_norm(x, ga, b4, np.ones(4), np.ones(4) * 2, fix_gamma=False, use_global_stats=True)
npx.layer_norm(x, ga, b4)
npx.layer_norm(img, ga, b4, axis=1)
npx.layer_norm(x, ga, b4, eps=1e-3, output_mean_var=True)
npx.reshape(seq, (-2, -1))
npx.reshape(seq, (-5, -4))
npx.reshape(seq, (-2, -6, -1, 1, -2))
npx.reshape(seq, (-1, 4))
npx.reshape(seq[:, :1], (-2, -3, -2))
npx.reshape(seq, (3, -1), reverse=True)
npx.reshape_like(seq, np.ones((6, 4)))
npx.reshape_like(seq, np.ones((6, 4)), lhs_begin=0, lhs_end=2, rhs_begin=0, rhs_end=1)
npx.batch_flatten(seq)
npx.slice(x, begin=(0, 1), end=(3, None), step=(2, 2))
npx.slice(x, begin=(None, 1), end=(2, 3))
npx.dropout(x, p=0)
""".strip().split("\n")
CONSTANT = """
npx.one_hot(np.array([0, 3, 1]), 4)
npx.one_hot(np.array([0, 3, 1]), 3, on_value=2.0, off_value=-1.0)
npx.topk(x, k=2)
npx.topk(x, k=2, ret_typ='mask')
npx.topk(x, k=1, axis=0, is_ascend=True)
npx.topk(x, k=2, dtype='int32')
npx.arange_like(x)
npx.arange_like(x, start=1.0, step=0.5)
npx.arange_like(x, axis=0)
npx.arange_like(x, repeat=2)
npx.shape_array(seq)
npx.nonzero(x > 0)
npx.cast(x, 'int32')
""".strip().split("\n")


def head_gradient(shape: tuple[int, ...]) -> Any:
    """The head gradient of a result: float32, small whole numbers."""
    size = int(onp.prod(shape))
    return (onp.arange(size).reshape(shape) % 5 + 1).astype("float32")


def evaluated(text: str, world: Any, dtype: str = "float32") -> tuple[list[Any], dict[str, Any]]:
    """The results of a call, of which the first is differentiated, and the gradients of all samples."""
    arrays = {n: world.np.array(v.astype(dtype), dtype=dtype) for n, v in SAMPLES.items()}
    for array in arrays.values():
        array.attach_grad()
    with world.autograd.record():
        made = eval(text, {"np": world.np, "npx": world.npx}, arrays)
    parts = list(made) if isinstance(made, (list, tuple)) else [made]
    if text in SMOOTH:
        head = head_gradient(parts[0].shape).astype(dtype)
        parts[0].backward(world.np.array(head, dtype=dtype))
    grads = {n: a.grad.asnumpy() for n, a in arrays.items() if a.grad.asnumpy().any()}
    return [p.asnumpy() for p in parts], grads


def main() -> None:
    """Write what MXNet gives."""
    import mxnet

    mxnet.npx.set_np()
    found: dict[str, Any] = {}
    for text in SMOOTH + CONSTANT:
        values, grads = evaluated(text, mxnet)
        found.update({f"{text}|{k}": v for k, v in enumerate(values)})
        found.update({f"{text}|{n}": g for n, g in grads.items()})
    onp.savez_compressed(FILE, **found)


if __name__ == "__main__":
    main()
