"""MXNet's array API: float32 by default, dtypes that never mix, reductions of shape (1,).

>>> from srcgrad import autograd, nd
>>> x = nd.array([1, 2, 3])
>>> x.attach_grad()
>>> with autograd.record():
...     y = (x * x).sum()
>>> y.backward()
>>> x.grad
<BLANKLINE>
[2. 4. 6.]
<NDArray 3 @cpu(0)>
"""

# ruff: noqa: F401, F403

from __future__ import annotations

from srcgrad.dialects import nd_linalg as linalg
from srcgrad.dialects import nd_random as random
from srcgrad.dialects.nd_array import NDArray as NDArray
from srcgrad.dialects.nd_assembly import *
from srcgrad.dialects.nd_assembly import slice_ as slice
from srcgrad.dialects.nd_creation import *
from srcgrad.dialects.nd_elementwise import *
from srcgrad.dialects.nd_files import *
from srcgrad.dialects.nd_neural import *
from srcgrad.dialects.nd_normalisation import *
from srcgrad.dialects.nd_outputs import *
from srcgrad.dialects.nd_pairs import *
from srcgrad.dialects.nd_picks import *
from srcgrad.dialects.nd_products import *
from srcgrad.dialects.nd_random import multinomial, normal, shuffle, uniform
from srcgrad.dialects.nd_reductions import *
from srcgrad.dialects.nd_shapes import *
from srcgrad.dialects.nd_windows import *

sample_multinomial = multinomial
for _name in (
    "exponential",
    "gamma",
    "negative_binomial",
    "normal",
    "poisson",
    "randint",
    "uniform",
):
    globals()[f"random_{_name}"] = getattr(random, _name)
for _name in linalg.__all__:
    globals()[f"linalg_{_name}"] = getattr(linalg, _name)
