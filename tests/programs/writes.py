"""Statements that write in place: items, slices, masks, views kept and written later, names of one array.

A *buffer* is a name of an array that may be written: made in the function, or an argument. Names may show
the same array in any way that Python allows; what that means is for the compiler to find out.
"""

from __future__ import annotations

from .scope import Name, Scope, Shape
from .words import Words


class Writes(Words):
    """In-place statements; each method gives lines and notes in the scope what they bind."""

    writing: bool  # the program writes in place

    def buffers(self, scope: Scope) -> list[str]:
        return [n for n, v in scope.names.items() if v.buffer]

    def bounded(self, scope: Scope, shape: Shape, depth: int = 2) -> str:
        """A value that stays bounded when it is written to an array that it was computed from."""
        return f"{self.pick('np.sin', 'np.tanh')}({self.value(scope, shape, depth)})"

    def buffer(self, scope: Scope, gives: Shape) -> list[str]:
        """A new array to write to."""
        shape = self.random.choice(((self.n,), (self.n,), (self.m, self.n)))
        name = self.new("buf")
        axes = repr(shape if len(shape) > 1 else shape[0])
        source = self.array(scope, shape, 1)
        e = self.random.choice(
            (
                f"np.zeros({axes})",
                f"np.ones({axes})",
                f"1.0 * ({source})",
                f"np.array({source}, dtype=float)",
            )
        )
        scope.names[name] = Name(shape, buffer=True)
        return [f"{name} = {e}"]

    def view(self, scope: Scope, gives: Shape) -> list[str]:
        """A name for an array that has one, or for a part of it."""
        found = self.buffers(scope)
        if not found:
            return self.buffer(scope, gives)
        name = self.random.choice(found)
        shape = scope.names[name].shape
        options: list[tuple[str, Shape]] = [
            (name, shape),
            (f"{name}[::-1]", shape),
            (f"{name}[:]", shape),
        ]
        if len(shape) == 1 and shape[0] > 2:
            options += [(f"{name}[1:]", (shape[0] - 1,)), (f"{name}[:-1]", (shape[0] - 1,))]
            options += [
                (f"{name}[1:-1]", (shape[0] - 2,)),
                (f"{name}[::2]", ((shape[0] + 1) // 2,)),
            ]
        if len(shape) == 2:
            i = self.index(scope, shape[0])
            options += [(f"{name}[{i}]", shape[1:]), (f"{name}[{i}, :]", shape[1:])]
            options += [(f"{name}[:, {self.index(scope, shape[1])}]", shape[:1])]
            options += [(f"{name}.T", shape[::-1])]
            if self.chance(0.2):
                options += [(f"{name}.reshape(-1)", (shape[0] * shape[1],))]
        e, part = self.random.choice(options)
        new = self.new("view")
        scope.names[new] = Name(part, buffer=True)
        return [f"{new} = {e}"]

    def write(self, scope: Scope, gives: Shape) -> list[str]:
        """An assignment to part of an array."""
        found = self.buffers(scope)
        if not found:
            return self.buffer(scope, gives)
        name = self.random.choice(found)
        shape = scope.names[name].shape
        target, part = self.part(scope, name, shape)
        value = self.bounded(scope, self.random.choice((part, part, ())))
        kind = self.random.choice(("=", "=", "=", "+=", "-=", "*="))
        if kind in ("+=", "-=") and not scope.loops and self.chance(0.5):
            value = self.value(scope, part, 2)
        return [f"{target} {kind} {value}"]

    def part(self, scope: Scope, name: str, shape: Shape) -> tuple[str, Shape]:
        """Something to assign to, and its shape."""
        i = self.index(scope, shape[0])
        options: list[tuple[str, Shape]] = [(f"{name}[{i}]", shape[1:])] * 3
        options += [(f"{name}[:]", shape), (f"{name}[...]", shape)]
        if shape[0] > 1:
            options += [(f"{name}[1:]", (shape[0] - 1, *shape[1:]))]
            options += [(f"{name}[:-1]", (shape[0] - 1, *shape[1:]))]
            options += [(f"{name}[::-1]", shape)]
            options += [(f"{name}[[0, -1]]", (2, *shape[1:]))]
        if len(shape) == 1:
            options += [(f"{name}[{name} > {self.number()}]", ())]
            options += [(f"{name}[np.array([0, {i}, 0])]", (3,))]
        else:
            j = self.index(scope, shape[1])
            options += [(f"{name}[{i}, {j}]", ())] * 3
            options += [(f"{name}[:, {j}]", shape[:1]), (f"{name}[{i}, 1:]", (shape[1] - 1,))]
            options += [(f"{name}.T[{j}]", shape[:1])]
        return self.random.choice([o for o in options if 0 not in o[1]])

    def whole(self, scope: Scope, gives: Shape) -> list[str]:
        """An update of a whole array in place, swaps, NumPy's own writers."""
        found = self.buffers(scope)
        if not found:
            return self.buffer(scope, gives)
        name = self.random.choice(found)
        shape = scope.names[name].shape
        kind = self.random.choice(("aug", "aug", "swap", "rows", "numpy", "names"))
        if kind == "swap":
            i, j = self.index(scope, shape[0]), self.index(scope, shape[0])
            copy = "" if len(shape) == 1 else ".copy()"
            return [f"{name}[{i}], {name}[{j}] = {name}[{j}]{copy}, {name}[{i}]{copy}"]
        if kind == "rows":
            i, j = self.index(scope, shape[0]), self.index(scope, shape[0])
            return [f"{name}[[{i}, {j}]] = {name}[[{j}, {i}]]"]
        if kind == "numpy":
            value = self.bounded(scope, shape)
            return [
                str(
                    self.pick(
                        f"np.copyto({name}, {value})",
                        f"np.add({name}, {value}, out={name})",
                        f"{name}.fill({self.bounded(scope, ())})",
                        f"np.add.at({name}, np.array([0, -1, 0]), {self.bounded(scope, shape[1:])})",
                    )
                )
            ]
        others = [n for n in found if n != name and scope.names[n].shape == shape]
        if kind == "names" and others:
            other = self.random.choice(others)
            return [f"{name}, {other} = {other}, {name}"]
        kind = str(self.pick("+=", "*=", "-="))
        return [f"{name} {kind} {self.bounded(scope, self.random.choice((shape, (), shape[1:])))}"]

    def procedure(self, scope: Scope, gives: Shape) -> list[str]:
        """A function defined here that writes to an array that it is given, and a call of it."""
        found = self.buffers(scope)
        if not found or scope.loops or scope.arms:
            return self.write(scope, gives)
        name = self.random.choice(found)
        shape = scope.names[name].shape
        put = self.new("put")
        own = Scope({"a": Name(shape, buffer=True), "v": Name(())})
        lines = [f"def {put}(a, v):", *(f"    {line}" for line in self.write(own, gives))]
        lines += [f"    {line}" for line in self.write(own, gives)]
        return [*lines, f"{put}({name}, {self.scalar(scope, 1)})"]


__all__ = ["Writes"]
