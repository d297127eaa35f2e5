"""Derivative rules: one entry for each operation, serving both modes and all targets."""

from srcgrad.rules import (
    arithmetic,
    assembly,
    constructors,
    elementary,
    indexing,
    linalg,
    reductions,
    shapes,
    stores,
    tapes,
)

__all__ = [
    "arithmetic",
    "assembly",
    "constructors",
    "elementary",
    "indexing",
    "linalg",
    "reductions",
    "shapes",
    "stores",
    "tapes",
]
