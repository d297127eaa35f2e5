"""Writes what MXNet answers for layers of neural networks: `python neural_reference.py`, with MXNet 1.9.1.

Run it with MXNET_MKLDNN_ENABLED=0: the gradient of max pooling of oneDNN is wrong on reshaped input.
The tests read the file that it writes and need no MXNet.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("neural_reference.npz")

_RANDOM = np.random.RandomState(11)


def _normal(*shape, scale=1.0, shift=0.0):
    return (scale * _RANDOM.normal(size=shape) + shift).astype(np.float32)


def _at(*values):
    return np.array(values, np.float32)


def _norm(training):
    def run(nd, x, gamma, beta, mean, var):
        return nd.BatchNorm(
            x, gamma, beta, mean, var, eps=2e-3, fix_gamma=False, use_global_stats=not training
        )

    return run


# Name: inputs, how many of them are differentiated, MXNet's call.
CASES = {
    "relu": ([_at(-2, -0.5, 0, 0.5, 3)], 1, lambda nd, x: nd.relu(x)),
    "sigmoid": ([_at(-100, -20, -1.5, 0, 0.3, 30, 100)], 1, lambda nd, x: nd.sigmoid(x)),
    "softsign": ([_normal(3, 4)], 1, lambda nd, x: nd.softsign(x)),
    "softrelu": ([_at(-80, -3, 0, 2, 15)], 1, lambda nd, x: nd.Activation(x, "softrelu")),
    "leaky_relu": ([_at(-2, -0.5, 0, 0.5, 3)], 1, lambda nd, x: nd.LeakyReLU(x, slope=0.1)),
    "prelu": (
        [_normal(2, 3, 4), _at(0.1, 0.2, 0.3)],
        2,
        lambda nd, x, a: nd.LeakyReLU(x, a, act_type="prelu"),
    ),
    "elu": (
        [_at(-2, -0.5, 0, 0.5, 90)],
        1,
        lambda nd, x: nd.LeakyReLU(x, act_type="elu", slope=0.7),
    ),
    "selu": ([_at(-2, -0.5, 0.5, 3)], 1, lambda nd, x: nd.LeakyReLU(x, act_type="selu")),
    "gelu": ([_normal(3, 4)], 1, lambda nd, x: nd.LeakyReLU(x, act_type="gelu")),
    "erf": ([_normal(3, 4)], 1, lambda nd, x: nd.erf(x)),
    "gamma": ([_at(0.3, 1.2, 2.5, 4.1)], 1, lambda nd, x: nd.gamma(x)),
    "gammaln": ([_at(0.3, 1.2, 2.5, 4.1)], 1, lambda nd, x: nd.gammaln(x)),
    "smooth_l1": ([_at(-2, -0.2, 0, 0.1, 3)], 1, lambda nd, x: nd.smooth_l1(x, scalar=1.5)),
    "clip": ([_at(-2, -0.5, 0.1, 0.7, 3)], 1, lambda nd, x: nd.clip(x, -0.5, 0.7)),
    "softmax": ([_normal(2, 3, 5, scale=3)], 1, lambda nd, x: nd.softmax(x)),
    "softmax_axis": (
        [_normal(2, 3, 5, scale=3)],
        1,
        lambda nd, x: nd.softmax(x, axis=1, temperature=1.7),
    ),
    "log_softmax": ([_normal(4, 5, scale=20)], 1, lambda nd, x: nd.log_softmax(x)),
    "log_softmax_axis": (
        [_normal(2, 3, 5)],
        1,
        lambda nd, x: nd.log_softmax(x, axis=0, temperature=0.6),
    ),
    "softmax_cross_entropy": (
        [_normal(4, 5, scale=20), _at(1, 0, 4, 2)],
        1,
        lambda nd, x, label: nd.softmax_cross_entropy(x, label),
    ),
    "fully_connected": (
        [_normal(3, 2, 5), _normal(4, 10), _normal(4)],
        3,
        lambda nd, x, w, b: nd.FullyConnected(x, w, b, num_hidden=4),
    ),
    "fully_connected_last": (
        [_normal(3, 2, 5), _normal(4, 5)],
        2,
        lambda nd, x, w: nd.FullyConnected(x, w, num_hidden=4, flatten=False, no_bias=True),
    ),
    "batch_norm": (
        [
            _normal(3, 4, 5, 2, scale=2, shift=1),
            _normal(4),
            _normal(4),
            _normal(4),
            _at(1, 2, 3, 4),
        ],
        3,
        _norm(training=True),
    ),
    "batch_norm_inference": (
        [_normal(3, 4, 5, 2), _normal(4), _normal(4), _normal(4), _at(1, 2, 3, 4)],
        3,
        _norm(training=False),
    ),
    "layer_norm": (
        [_normal(3, 4, 5), _normal(5), _normal(5)],
        3,
        lambda nd, x, g, b: nd.LayerNorm(x, g, b, axis=-1, eps=1e-5),
    ),
    "layer_norm_axis": (
        [_normal(3, 4, 5), _normal(4), _normal(4)],
        3,
        lambda nd, x, g, b: nd.LayerNorm(x, g, b, axis=1, eps=1e-3),
    ),
    "l2_instance": ([_normal(2, 3, 4)], 1, lambda nd, x: nd.L2Normalization(x)),
    "l2_channel": ([_normal(2, 3, 4)], 1, lambda nd, x: nd.L2Normalization(x, mode="channel")),
    "l2_spatial": ([_normal(2, 3, 4)], 1, lambda nd, x: nd.L2Normalization(x, mode="spatial")),
    "batch_dot": (
        [_normal(2, 3, 4), _normal(2, 5, 4)],
        2,
        lambda nd, a, b: nd.batch_dot(a, b, transpose_b=True),
    ),
    "batch_dot_both": (
        [_normal(2, 4, 3), _normal(2, 5, 4)],
        2,
        lambda nd, a, b: nd.batch_dot(a, b, transpose_a=True, transpose_b=True),
    ),
    "embedding": (
        [_normal(4, 3), _at(1, 0, 3, 1, 9, -2)],
        1,
        lambda nd, w, index: nd.Embedding(index.reshape((2, 3)), w, input_dim=4, output_dim=3),
    ),
    "pick": ([_normal(3, 4), _at(1, 7, -2)], 1, lambda nd, x, index: nd.pick(x, index)),
    "pick_wrap": (
        [_normal(3, 4), _at(1, 5, -1, 2)],
        1,
        lambda nd, x, index: nd.pick(x, index, axis=0, keepdims=True, mode="wrap"),
    ),
    "one_hot": (
        [_normal(3, 4), _at(1, 5, 0)],
        1,
        lambda nd, x, index: x * nd.one_hot(index, 4, on_value=2.5, off_value=-0.5),
    ),
    "sequence_mask": (
        [_normal(4, 3, 2), _at(1, 4, 0)],
        1,
        lambda nd, x, ends: nd.SequenceMask(x, ends, use_sequence_length=True, value=-1.5),
    ),
    "sequence_mask_axis": (
        [_normal(3, 4, 2), _at(1, 4, 0)],
        1,
        lambda nd, x, ends: nd.SequenceMask(x, ends, use_sequence_length=True, axis=1),
    ),
    "topk": ([_normal(3, 4)], 1, lambda nd, x: nd.topk(x, k=2, ret_typ="value")),
    "topk_rising": (
        [_normal(3, 4)],
        1,
        lambda nd, x: nd.topk(x, k=3, axis=0, ret_typ="value", is_ascend=True),
    ),
    "topk_all": ([_normal(3, 4)], 1, lambda nd, x: nd.topk(x, k=5, axis=None, ret_typ="value")),
    "topk_mask": ([_normal(3, 4)], 1, lambda nd, x: x * nd.topk(x, k=2, ret_typ="mask")),
    "topk_indices": ([_normal(3, 4)], 1, lambda nd, x: x[:, :2] * nd.topk(x, k=2)),
}

# Name: shapes of the array and of the kernels, options.
CONVOLUTIONS = {
    "convolution": ((2, 3, 6, 5), (4, 3, 3, 2), {}),
    "convolution_padded": ((2, 3, 6, 5), (4, 3, 3, 2), {"stride": (2, 1), "pad": (1, 2)}),
    "convolution_dilated": ((2, 3, 7, 6), (4, 3, 3, 2), {"dilate": (2, 3), "stride": (1, 2)}),
    "convolution_groups": ((3, 4, 5, 6), (6, 2, 2, 3), {"num_group": 2, "pad": (0, 1)}),
    "convolution_depthwise": ((1, 3, 5, 6), (3, 1, 2, 3), {"num_group": 3, "stride": (2, 2)}),
    "convolution_1d": ((2, 3, 7), (4, 3, 3), {"stride": (2,), "dilate": (2,), "pad": (1,)}),
    "convolution_3d": (
        (2, 2, 4, 5, 3),
        (3, 2, 2, 3, 2),
        {"stride": (2, 1, 1), "pad": (1, 0, 1), "dilate": (1, 2, 1)},
    ),
    "deconvolution": ((2, 3, 4, 5), (3, 4, 3, 2), {"stride": (2, 3), "pad": (1, 0)}),
    "deconvolution_adjusted": (
        (2, 4, 3, 4),
        (4, 3, 3, 2),
        # MXNet 1.9.1 leaves out dilate here when oneDNN is off.
        {"stride": (2, 3), "adj": (1, 2), "num_group": 2},
    ),
    "deconvolution_1d": ((2, 3, 4), (3, 2, 3), {"stride": (2,), "pad": (1,)}),
}


def _convolve(name, options):
    """The call of MXNet, which wants the sides of the kernel and the units too."""

    def call(nd, x, w, b):
        layer = nd.Deconvolution if name.startswith("de") else nd.Convolution
        more = {"no_bias": False} if name.startswith("de") else {}
        return layer(x, w, b, kernel=w.shape[2:], num_filter=b.shape[0], **options, **more)

    return call


for _name, (_shape, _weight, _options) in CONVOLUTIONS.items():
    _groups = _options.get("num_group", 1)
    _units = _weight[1] * _groups if _name.startswith("de") else _weight[0]
    _inputs = [_normal(*_shape), _normal(*_weight), _normal(_units)]
    CASES[_name] = (_inputs, 3, _convolve(_name, _options))

_SHAPES = {
    "square": ((2, 3, 7, 6), {"kernel": (2, 2), "stride": (2, 2)}),
    "padded": ((2, 3, 7, 6), {"kernel": (3, 2), "stride": (2, 1), "pad": (1, 1)}),
    "full": (
        (2, 3, 7, 6),
        {"kernel": (3, 3), "stride": (2, 2), "pad": (1, 1), "pooling_convention": "full"},
    ),
    "global": ((2, 3, 4, 5), {"kernel": (1, 1), "global_pool": True}),
    "1d": ((2, 3, 9), {"kernel": (3,), "stride": (2,)}),
    "3d": ((2, 1, 4, 5, 3), {"kernel": (2, 3, 2), "stride": (1, 2, 1)}),
}
# Name: shape of the array, options.
POOLINGS = {
    f"pooling_{kind}_{name}": (shape, {**options, "pool_type": kind})
    for name, (shape, options) in _SHAPES.items()
    for kind in ("max", "avg", "sum")
}
for _name in ("padded", "full"):
    _shape, _options = POOLINGS[f"pooling_avg_{_name}"]
    POOLINGS[f"pooling_inside_{_name}"] = (_shape, {**_options, "count_include_pad": False})
POOLINGS["pooling_ties"] = ((2, 2, 6, 6), {"kernel": (3, 3), "pool_type": "max"})
for _name, (_shape, _options) in POOLINGS.items():
    _x = _normal(*_shape)
    CASES[_name] = (
        [np.round(_x) if _name == "pooling_ties" else _x],
        1,
        lambda nd, x, options=_options: nd.Pooling(x, **options),
    )


def main():
    """Ask MXNet for every case, and write inputs, cotangents, values and gradients."""
    from mxnet import autograd, nd

    found = {}
    for name, (inputs, count, call) in CASES.items():
        arrays = [nd.array(x) for x in inputs]
        for x in arrays[:count]:
            x.attach_grad()
        with autograd.record():
            y = call(nd, *arrays)
        head = _normal(*y.shape)
        y.backward(nd.array(head))
        found |= {f"{name}/x{k}": x for k, x in enumerate(inputs)}
        found |= {f"{name}/g{k}": x.grad.asnumpy() for k, x in enumerate(arrays[:count])}
        found |= {f"{name}/head": head, f"{name}/y": y.asnumpy()}
    np.savez_compressed(FILE, **found)


if __name__ == "__main__":
    main()
