"""What a random program knows of its names: shapes, bounds of integers, and which arrays it may update."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Name:
    """A name in scope.

    Attributes:
        shape: Shape of the value; ``()`` for numbers.
        bounds: Least and greatest value, for integers.
        sole: Whether no other name shares the array, so that it may be updated in place.
        fixed: Whether it must keep its shape (it is read by a nested function).
        buffer: Whether the array may be written in place, whoever else shows it.
    """

    shape: Shape
    bounds: tuple[int, int] | None = None
    sole: bool = False
    fixed: bool = False
    buffer: bool = False


@dataclass
class Scope:
    """Names that are surely bound here, and where the statement stands."""

    names: dict[str, Name] = field(default_factory=dict)
    functions: list[tuple[str, Shape, Shape]] = field(default_factory=list)
    loops: int = 0
    arms: int = 0
    counters: frozenset[str] = frozenset()
    may_return: bool = True

    def child(self, **changes: object) -> Scope:
        """A scope inside a statement of this one."""
        names, functions = dict(self.names), list(self.functions)
        return replace(self, names=names, functions=functions, **changes)  # type: ignore[arg-type]

    def of_shape(self, shape: Shape) -> list[str]:
        """Names of values of a shape that are not integers."""
        return [n for n, v in self.names.items() if v.shape == shape and v.bounds is None]

    def integers(self, least: int, most: int) -> list[str]:
        """Names of integers that stay within bounds."""
        return [
            n
            for n, v in self.names.items()
            if v.bounds is not None and least <= v.bounds[0] and v.bounds[1] <= most
        ]

    def keep(self, others: list[Scope]) -> None:
        """Take over names that every one of several ends of control flow binds to the same shape."""
        for name, value in list(others[0].names.items()):
            found = [o.names.get(name) for o in others]
            if any(
                v is None or v.shape != value.shape or (v.bounds is None) != (value.bounds is None)
                for v in found
            ):
                self.names.pop(name, None)
                continue
            bounds = value.bounds
            if bounds is not None:
                low = min(v.bounds[0] for v in found if v is not None and v.bounds is not None)
                bounds = (
                    low,
                    max(v.bounds[1] for v in found if v is not None and v.bounds is not None),
                )
            sole = all(v is not None and v.sole for v in found)
            fixed = any(v is not None and v.fixed for v in found)
            buffer = all(v is not None and v.buffer for v in found)
            self.names[name] = Name(value.shape, bounds, sole, fixed, buffer)
        for name in list(self.names):
            if name not in others[0].names:
                del self.names[name]
