"""Recording operations on arrays, and differentiating what was recorded.

>>> from srcgrad import autograd, np
>>> x = np.array([1.0, 2.0, 3.0])
>>> x.attach_grad()
>>> with autograd.record():
...     y = (x * x).sum()
>>> y.backward()
>>> x.grad
array([2., 4., 6.])
"""

from __future__ import annotations

from srcgrad.imperative.backward import backward, cache_clear, cache_info, source
from srcgrad.imperative.function import Function, grad, mark_variables
from srcgrad.imperative.scopes import (
    is_recording,
    is_training,
    pause,
    predict_mode,
    record,
    set_recording,
    set_training,
    train_mode,
)

__all__ = [
    "Function",
    "backward",
    "cache_clear",
    "cache_info",
    "grad",
    "is_recording",
    "is_training",
    "mark_variables",
    "pause",
    "predict_mode",
    "record",
    "set_recording",
    "set_training",
    "source",
    "train_mode",
]
