"""Functions of scipy.special, where SciPy is installed: imported by the user, never by srcgrad."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from srcgrad import value_and_grad

special = pytest.importorskip("scipy.special")
X = np.array([[0.3, 1.2, 2.2], [0.8, 0.5, 1.7]])


def log_densities(x: Any) -> Any:
    normal = special.log_ndtr(x) + special.ndtr(x) * special.erf(x)
    gamma = special.gammaln(x) + special.xlogy(x - 1.0, x) + special.gamma(x) + special.digamma(x)
    beta = special.betaln(x, 2.0) + special.beta(x, x + 1.0) + special.xlog1py(x, x)
    return np.sum(normal) + np.sum(gamma) + np.sum(beta)


def classifier(x: Any) -> Any:
    p = special.softmax(x, axis=1)
    q = special.log_softmax(x, axis=-1)
    z = special.logsumexp(x, axis=0, keepdims=True) + special.logsumexp(x)
    return np.sum(p * q) + np.sum(z**2) + np.sum(special.expit(x) * special.logit(x / 3.0))


def from_module(x: Any) -> Any:
    import_free = special.entr(x) + special.rel_entr(x, 1.5) + special.i0(x) + special.j0(x)
    return np.sum(import_free) + np.sum(special.erfc(x) + special.erfinv(x / 3.0))


@pytest.mark.parametrize("function", [log_densities, classifier, from_module])
def test_special_function_has_its_value_and_gradient(function: Any) -> None:
    value, g = value_and_grad(function)(X)
    assert value == function(X)
    for place in np.ndindex(X.shape):
        t = np.zeros_like(X)
        t[place] = 1e-6
        wanted = (function(X + t) - function(X - t)) / 2e-6
        assert math.isclose(g[place], wanted, rel_tol=1e-6, abs_tol=1e-7)


def test_scipy_is_not_imported_by_srcgrad() -> None:
    code = "import sys, srcgrad.frontend.calls\nassert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_source_imports_what_it_calls() -> None:
    derived = value_and_grad(classifier)
    derived(X)
    assert "import scipy.special" in derived.source
