"""Extensions of NumPy: neural networks and settings, as `mxnet.npx` has them."""

from __future__ import annotations

from srcgrad.dialects.npx_functions import log_softmax, one_hot, pick, relu, sigmoid, softmax
from srcgrad.dialects.npx_state import is_np_array, is_np_shape, reset_np, set_np, waitall
from srcgrad.imperative.context import Context, cpu, cpu_pinned, current_context, gpu, num_gpus

__all__ = [
    "Context",
    "cpu",
    "cpu_pinned",
    "current_context",
    "gpu",
    "is_np_array",
    "is_np_shape",
    "log_softmax",
    "num_gpus",
    "one_hot",
    "pick",
    "relu",
    "reset_np",
    "set_np",
    "sigmoid",
    "softmax",
    "waitall",
]
