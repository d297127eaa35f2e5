"""A fixture for users' test suites; pytest finds it where srcgrad is installed."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture(name="check_grads")
def fixture_check_grads() -> Callable[..., None]:
    """``srcgrad.check_grads``: compares a gradient with differences, and fails the test if they differ."""
    from srcgrad.testing import check_grads

    return check_grads
