"""Extensions of NumPy: neural networks and settings, as `mxnet.npx` has them.

>>> from srcgrad import np, npx
>>> npx.relu(np.array([-1, 2]))
array([0., 2.])
"""

# ruff: noqa: F403

from __future__ import annotations

from srcgrad.dialects import npx_random as random
from srcgrad.dialects.np_random import seed
from srcgrad.dialects.npx_files import *
from srcgrad.dialects.npx_functions import *
from srcgrad.dialects.npx_functions import cast
from srcgrad.dialects.npx_layers import *
from srcgrad.dialects.npx_shapes import *
from srcgrad.dialects.npx_state import *
from srcgrad.imperative.context import Context, cpu, cpu_pinned, current_context, gpu, num_gpus

__all__ = [
    "Context",
    "cast",
    "cpu",
    "cpu_pinned",
    "current_context",
    "gpu",
    "num_gpus",
    "random",
    "seed",
]
