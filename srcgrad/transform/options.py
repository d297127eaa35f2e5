"""What decides, beside the function and its arguments, how a gradient is derived."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """The options of a derivation; each is part of every cache key."""

    value: bool = False
    has_aux: bool = False
    needed: bool = True
