"""Statements with lists, dicts, comprehensions and small objects, written as one group of lines each."""

from __future__ import annotations

from .scope import Name, Scope, Shape
from .words import Words


class Containers(Words):
    """Groups of lines that put values into a container, change it, and take values out again."""

    def listing(self, scope: Scope, gives: Shape) -> list[str]:
        """A list that grows, is changed through another name, and is summed, stacked or indexed."""
        shape = self.random.choice(((), (), (self.n,)))
        items, name = self.new("items"), self.new("v" if shape else "s")
        first = ", ".join(self.value(scope, shape, 1) for _ in range(self.random.choice((1, 2))))
        lines = [f"{items} = [{first}]", f"{items}.append({self.value(scope, shape, 2)})"]
        if self.chance(0.4):
            other = self.new("same")
            lines += [f"{other} = {items}", f"{other}[0] = {self.value(scope, shape, 1)}"]
        if self.chance(0.3):
            lines.append(f"{items}.insert(0, {self.value(scope, shape, 1)})")
        if self.chance(0.2):
            lines.append(f"{items}[-1] = {items}[-1] * {self.number()}")
        take = ["sum({0})", "{0}[0] + {0}[-1]", "{0}.pop() - {0}[0]", "np.array({0}).sum(axis=0)"]
        if not shape:
            take += ["max({0})", "np.sum(np.array({0}) ** 2)", "sum(e * e for e in {0})"]
        lines.append(f"{name} = {self.random.choice(take).format(items)}")
        scope.names[name] = Name(shape)
        return lines

    def gathered(self, scope: Scope, gives: Shape) -> list[str]:
        """A list filled in a loop, then made an array."""
        if scope.loops:
            return self.listing(scope, gives)
        items, k, name = self.new("rows"), self.new("i"), self.new("v")
        own = scope.child(loops=1)
        own.names[k] = Name((), (0, self.n - 1))
        value = f"np.sin({self.scalar(own, 2)})"
        head = f"for {k} in range({self.n}):"
        lines = [f"{items} = []", head, f"    {items}.append({value})"]
        if self.chance(0.3):
            lines = [f"{items} = [{value} for {k} in range({self.n})]"]
        scope.names[name] = Name((self.n,))
        return [*lines, f"{name} = np.array({items})"]

    def table(self, scope: Scope, gives: Shape) -> list[str]:
        """A dict of parameters that is read, changed and walked over."""
        shape = self.random.choice(((), (self.n,)))
        table, name = self.new("table"), self.new("v" if shape else "s")
        values = [self.value(scope, shape, 1) for _ in range(3)]
        lines = [f"{table} = {{'a': {values[0]}, 'b': {values[1]}}}"]
        if self.chance(0.5):
            lines.append(f"{table}['c'] = {values[2]}")
        if self.chance(0.5):
            lines.append(f"{table}['a'] = {table}['a'] * {table}['b']")
        else:
            lines.append(
                f"{table}['b'] {'+=' if not shape else '= 1.0 +'} {self.value(scope, shape, 1)}"
            )
        take = ("sum({0}.values())", "{0}['a'] - {0}['b']", "sum(v * v for v in {0}.values())")
        lines.append(f"{name} = {self.random.choice(take).format(table)}")
        scope.names[name] = Name(shape)
        return lines

    def counted_closure(self, scope: Scope, gives: Shape) -> list[str]:
        """A function defined here that changes a list or a name of the function around it."""
        if scope.loops or scope.arms:
            return self.table(scope, gives)
        inner, state, name = self.new("step"), self.new("state"), self.new("s")
        if self.chance(0.5):
            lines = [f"{state} = [{self.scalar(scope, 1)}]", f"def {inner}(e):"]
            lines += [f"    {state}[0] = np.sin({state}[0] * e)", f"    return {state}[0]"]
            after = f"{state}[0]"
        else:
            lines = [f"{state} = {self.scalar(scope, 1)}", f"def {inner}(e):"]
            lines += [f"    nonlocal {state}", f"    {state} = np.sin({state} + e)"]
            lines += [f"    return {state} * e"]
            after = state
        calls = " + ".join(f"{inner}({self.scalar(scope, 1)})" for _ in range(2))
        scope.names[name] = Name(())
        return [*lines, f"{name} = {calls}", f"{name} = {name} * {after}"]


__all__ = ["Containers"]
