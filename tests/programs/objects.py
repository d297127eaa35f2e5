"""Statements with an object of a class of the program: state that is rebound, written in place, shared."""

from __future__ import annotations

from .scope import Name, Scope, Shape
from .writes import Writes

CLASS = """class Cell:
    def __init__(self, level, rows):
        self.level = level
        self.rows = rows
        self.last = level

    def step(self, e):
        self.level = np.tanh(self.level + e)
        return self.level

    def put(self, e):
        self.rows[0] += np.sin(e)
        self.last = e

    def mixed(self):
        self.rows = np.sin(self.rows) * self.level
        return self

    @property
    def total(self):
        return np.sum(self.rows) * self.level
""".splitlines()


class Objects(Writes):
    """Groups of lines that make an object, change it along paths and trips, and read it."""

    has_class = False  # whether the program needs the class

    def cell(self, scope: Scope, gives: Shape) -> list[str]:
        """An object that is changed by methods, attributes and other names, then read."""
        self.has_class = True
        cell, name = self.new("cell"), self.new("s")
        made = f"Cell({self.scalar(scope, 1)}, 1.0 * ({self.array(scope, (self.n,), 1)}))"
        lines = [f"{cell} = {made}"]
        names = [cell]
        if self.chance(0.3):
            names.append(self.new("same"))
            lines.append(f"{names[1]} = {cell}")
        for _ in range(self.random.choice((1, 2, 3))):
            lines += self.change(scope, names)
        read = [
            "{0}.total",
            "{0}.step(0.3)",
            "np.sum({0}.rows)",
            "{0}.mixed().level",
            "{0}.rows[-1]",
        ]
        lines.append(f"{name} = {self.random.choice(read).format(self.random.choice(names))}")
        scope.names[name] = Name(())
        return lines

    def change(self, scope: Scope, names: list[str], depth: int = 0) -> list[str]:
        """A change of the object: one statement, a choice or a loop."""
        if depth < 2 and self.chance(0.3):
            own = scope.child(arms=scope.arms + 1)
            lines = [f"if {self.test(own)}:", *self.inside(own, names, depth)]
            if self.chance(0.4):
                lines += ["else:", *self.inside(own, names, depth)]
            return lines
        if depth < 2 and scope.loops < 2 and self.chance(0.3):
            i = self.new("i")
            own = scope.child(loops=scope.loops + 1)
            own.names[i] = Name((), (0, min(3, self.n) - 1))
            lines = [f"for {i} in range({min(3, self.n)}):", *self.inside(own, names, depth)]
            if self.chance(0.3):
                lines.append(
                    f"    if {self.test(own)}: {self.random.choice(('break', 'continue'))}"
                )
                lines += self.inside(own, names, depth)
            return lines
        cell, i = self.random.choice(names), self.index(scope, self.n)
        small, row = self.bounded(scope, ()), self.bounded(scope, (self.n,))
        changes = [
            f"{cell}.level = {small}",
            f"{cell}.level += {small}",
            f"{cell}.step({small})",
            f"{cell}.put({small})",
            f"{cell}.rows = {row}",
            f"{cell}.rows[{i}] = {small} * {cell}.level",
            f"{cell}.rows[1:] *= {small}",
            f"{cell}.mixed().put({small})",
            f"{cell}.level, {cell}.rows = {small}, {cell}.rows[::-1] * {cell}.level",
        ]
        return [str(self.random.choice(changes))]

    def inside(self, scope: Scope, names: list[str], depth: int) -> list[str]:
        """Changes in an arm or a trip."""
        lines = self.change(scope, names, depth + 1)
        lines += self.change(scope, names, depth + 1) if self.chance(0.4) else []
        return ["    " + line for line in lines]


__all__ = ["CLASS", "Objects"]
