"""What decides, beside the function and its arguments, how a gradient is derived."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """The options of a derivation; each is part of every cache key."""

    value: bool = False
    has_aux: bool = False
    needed: bool = True
    elementwise: bool = False  # of the sum of what the function returns
    run: bool = False  # the function itself, the derivatives in it written out
