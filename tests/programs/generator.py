"""Random programs as Python text: a module with helpers, globals and a function ``f`` that returns a number.

Every program is well defined: names are read only where they are bound, indices are within their axes,
loops end. Arrays are written in place through whatever name shows them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .containers import Containers
from .objects import CLASS, Objects
from .scope import Name, Scope, Shape
from .trips import Trips
from .writes import Writes

PLAIN = ("s", "t", "r", "z", "q", "p", "acc", "mean", "loss", "tmp")
ARRAYS = ("v", "u", "h", "y", "d", "A", "B")


@dataclass(frozen=True)
class Program:
    """A generated program and how to call it."""

    seed: int
    text: str
    arguments: tuple[tuple[str, Shape], ...]


def generate(seed: int) -> Program:
    """The program of a seed."""
    return _Writer(seed).program()


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


class _Writer(Trips, Objects, Containers):
    """Statements; each method gives lines and notes in the scope what they bind."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.seed = seed
        self.writing = self.random.random() < 0.6  # the program writes in place
        self.holding = self.random.random() < 0.35  # the program has lists and dicts
        self.count = 0
        self.budget = 0

    def new(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    # -- the module ---------------------------------------------------------------------------------

    def program(self) -> Program:
        head = ["import math", "", "import numpy as np", ""]
        base = Scope()
        for name, shape in (("SCALE", ()), ("BIAS", (self.n,)), ("TABLE", (self.m,))):
            if self.chance(0.4):
                head.append(f"{name} = {self.literal(shape)}")
                base.names[name] = Name(shape, fixed=True)
        head.append("")
        for _ in range(self.random.choice((0, 0, 1, 1, 2, 3))):
            head += ["", *self.helper(base), ""]
        arguments: list[tuple[str, Shape]] = [("x", (self.n,))]
        for name, shape in (("w", (self.m, self.n)), ("a", ()), ("c", (self.m,)), ("b", ())):
            if self.chance(0.45):
                arguments.append((name, shape))
        scope = base.child()
        for name, shape in arguments:
            written = self.writing and bool(shape) and self.chance(0.25)
            scope.names[name] = Name(shape, buffer=written)
        factory = self.chance(0.15)
        if factory:
            scope.names["gain"] = Name((), fixed=True)
            scope.names["offset"] = Name((self.n,), fixed=True)
        self.budget = self.random.choice((4, 6, 8, 10, 14))
        body = self.body(scope, self.random.choice((2, 3, 4, 5)))
        body.append(f"return {self.final(scope)}")
        function = [f"def f({', '.join(n for n, _ in arguments)}):", *indented(body)]
        if factory:
            function = ["def make(gain, offset):", *indented(function), "    return f", "", ""]
            function.append(f"f = make({self.literal(())}, {self.literal((self.n,))})")
        head += ["", *CLASS, ""] if self.has_class else []
        return Program(self.seed, "\n".join([*head, "", *function, ""]), tuple(arguments))

    def literal(self, shape: Shape) -> str:
        if not shape:
            return repr(round(self.random.uniform(-1.2, 1.2), 2))
        return f"np.array([{', '.join(self.literal(shape[1:]) for _ in range(shape[0]))}])"

    def helper(self, base: Scope) -> list[str]:
        """A module-level function of one value and a number with a default."""
        takes: Shape = self.random.choice(((), (), (self.n,), (self.m,)))
        gives: Shape = self.random.choice(((), takes))
        scope = base.child()
        scope.names["e"] = Name(takes)
        scope.names["k"] = Name(())
        self.budget = self.random.choice((1, 2, 3, 5))
        body = self.body(scope, self.random.choice((1, 2)), gives)
        body.append(f"return {self.value(scope, gives, 2)}")
        name = self.new("helper")
        base.functions.append((name, takes, gives))
        return [f"def {name}(e, k={self.literal(())}):", *indented(body)]

    def final(self, scope: Scope) -> str:
        """A result that reads much of what is bound."""
        parts = []
        for name, value in scope.names.items():
            if value.bounds is not None or not self.chance(0.75):
                continue
            weight = round(self.random.uniform(0.2, 1.5), 2)
            parts.append(f"{weight} * np.sum({name})" if value.shape else f"{weight} * {name}")
        self.random.shuffle(parts)
        return " + ".join([*parts, "0.3 * np.sum(np.sin(x))"])

    # -- statement lists ----------------------------------------------------------------------------

    def body(self, scope: Scope, size: int, gives: Shape = ()) -> list[str]:
        """Some statements."""
        lines: list[str] = []
        for _ in range(size):
            if self.budget <= 0:
                break
            self.budget -= 1
            kinds = self.STATEMENTS + self.WRITES * self.writing + self.HOLDS * self.holding
            kind = self.random.choice(kinds)
            lines += kind(self, scope, gives)
        return lines or self.assign(scope, gives)

    def arm(self, scope: Scope, gives: Shape) -> list[str]:
        return self.body(scope, self.random.choice((1, 1, 2, 3)), gives)

    # -- simple statements --------------------------------------------------------------------------

    def target(self, scope: Scope, shape: Shape) -> str:
        """A name to bind to a value of this shape: an old one of this shape, or a new one."""
        fixed = scope.counters
        old = [n for n in scope.of_shape(shape) if not scope.names[n].fixed and n not in fixed]
        if old and self.chance(0.6):
            return self.random.choice(old)
        free = [n for n in (ARRAYS if shape else PLAIN) if n not in scope.names]
        return (
            self.random.choice(free)
            if free and self.chance(0.8)
            else self.new("v" if shape else "s")
        )

    def calm(self, scope: Scope, shape: Shape, depth: int = 3) -> str:
        """A value that stays bounded when a loop feeds it back."""
        e = self.value(scope, shape, depth)
        if scope.loops and self.chance(0.8):
            return f"{self.pick('np.sin', 'np.tanh')}({e})"
        return e

    def shape(self) -> Shape:
        return self.random.choice(((), (), (), (self.n,), (self.n,), (self.m,), (self.m, self.n)))

    def assign(self, scope: Scope, gives: Shape) -> list[str]:
        shape = self.shape()
        e, name = self.calm(scope, shape), self.target(scope, shape)
        self.unshare(scope, name, e)
        scope.names[name] = Name(shape)
        return [f"{name} = {e}"]

    def unshare(self, scope: Scope, name: str, e: str) -> None:
        """Arrays that an expression may hand on are shared from now on."""
        for other, value in list(scope.names.items()):
            if value.sole and other in e:
                scope.names[other] = Name(value.shape)

    def fresh(self, scope: Scope, gives: Shape) -> list[str]:
        """An array of its own, or a number to count in."""
        shape = self.random.choice(((self.n,), (self.m,), (self.m, self.n), (), ()))
        if not shape:
            name = self.target(scope, ())
            scope.names[name] = Name(())
            return [f"{name} = {self.random.choice(('0', '0.0', '1.0', '0'))}"]
        if scope.arms or scope.loops:
            return self.assign(scope, gives)
        name = self.new("own")
        axes = repr(shape if len(shape) > 1 else shape[0])
        e = self.random.choice((f"np.zeros({axes})", f"1.0 * ({self.array(scope, shape, 2)})"))
        scope.names[name] = Name(shape, sole=True)
        return [f"{name} = {e}"]

    def update(self, scope: Scope, gives: Shape) -> list[str]:
        """``name op= value``."""
        sole = [n for n, v in scope.names.items() if v.sole]
        if sole and self.chance(0.6):
            name = self.random.choice(sole)
            shape = scope.names[name].shape
            own = scope.child()
            own.names.pop(name)
            e = self.calm(own, self.random.choice((shape, shape, (), shape[1:])), 2)
            return [f"{name} {self.pick('+=', '-=', '+=', '*=')} {e}"]
        numbers = [
            n for n in scope.of_shape(()) if not scope.names[n].fixed and n not in scope.counters
        ]
        if not numbers:
            return self.assign(scope, gives)
        name = self.random.choice(numbers)
        if self.chance(0.2):
            return [f"{name} *= {self.number()}", f"{name} /= 1.3"]
        return [f"{name} {self.pick('+=', '-=')} {self.calm(scope, (), 2)}"]

    def unpack(self, scope: Scope, gives: Shape) -> list[str]:
        """Tuple unpacking and swaps."""
        shape = self.shape()
        old = [
            n for n in scope.of_shape(shape) if not scope.names[n].fixed and not scope.names[n].sole
        ]
        if len(old) >= 2 and self.chance(0.6):
            a, b = self.random.sample(old, 2)
            scope.names[a], scope.names[b] = Name(shape), Name(shape)
            right = self.random.choice(
                (
                    f"{b}, {a}",
                    f"{b}, {a}",
                    f"{b}, {self.calm(scope, shape, 2)}",
                    f"{self.calm(scope, shape, 2)}, {a}",
                )
            )
            return [f"{a}, {b} = {right}"]
        e, d = self.calm(scope, shape, 2), self.calm(scope, shape, 2)
        self.unshare(scope, "", e + d)
        a = self.target(scope, shape)
        scope.names[a] = Name(shape)
        b = self.new("v" if shape else "s")
        scope.names[b] = Name(shape)
        return [f"{a}, {b} = {self.random.choice((f'{e}, {d}', f'({e}, {d})', f'[{e}, {d}]'))}"]

    def inner(self, scope: Scope, gives: Shape) -> list[str]:
        """A nested function or lambda that reads the names around it."""
        if scope.loops or scope.arms:
            return self.assign(scope, gives)
        for name, value in scope.names.items():
            scope.names[name] = (
                Name(value.shape, value.bounds, fixed=True) if self.chance(0.5) else value
            )
        visible = Scope({n: v for n, v in scope.names.items() if v.fixed and not v.sole})
        takes: Shape = self.random.choice(((), (self.n,)))
        own = visible.child()
        own.names["e"] = Name(takes)
        gives_ = self.random.choice(((), takes))
        name = self.new("inner")
        scope.functions.append((name, takes, gives_))
        if self.chance(0.5):
            return [f"{name} = lambda e: {self.value(own, gives_, 2)}"]
        lines = self.assign(own, gives) if self.chance(0.5) else []
        return [f"def {name}(e):", *indented([*lines, f"return {self.value(own, gives_, 2)}"])]

    # -- choices ------------------------------------------------------------------------------------

    def choice(self, scope: Scope, gives: Shape) -> list[str]:
        """``if`` with ``elif`` and ``else``, some arms of which may leave."""
        lines: list[str] = []
        ends: list[Scope] = []
        words = ["if"] + ["elif"] * self.random.choice((0, 0, 0, 1, 2))
        for word in words:
            lines.append(f"{word} {self.test(scope)}:")
            self.one_arm(scope, gives, lines, ends)
        if self.chance(0.6):
            lines.append("else:")
            self.one_arm(scope, gives, lines, ends)
        else:
            ends.append(scope.child())
        if not ends:
            lines.pop()
            lines.append("    pass")
            ends.append(scope.child())
        scope.keep(ends)
        return lines

    def one_arm(self, scope: Scope, gives: Shape, lines: list[str], ends: list[Scope]) -> None:
        own = scope.child(arms=scope.arms + 1)
        body = self.arm(own, gives)
        leaving = self.leave(own, gives) if self.chance(0.3) else None
        if leaving is None:
            ends.append(own)
        else:
            body.append(leaving)
        lines += indented(body)

    def leave(self, scope: Scope, gives: Shape) -> str | None:
        if scope.loops and self.chance(0.7):
            return str(self.pick("break", "continue"))
        if not scope.may_return:
            return None
        return f"return {self.value(scope, gives, 2)}"

    def exit(self, scope: Scope, gives: Shape) -> list[str]:
        """``if test: break`` and the like."""
        leaving = self.leave(scope, gives)
        if leaving is None:
            return self.assign(scope, gives)
        return [f"if {self.test(scope)}:", f"    {leaving}"]

    def one_sided(self, scope: Scope, gives: Shape) -> list[str]:
        """A name bound in one arm only, and read only where it is bound."""
        flag, name = self.new("flag"), self.new("only")
        lines = [f"{flag} = {self.test(scope)}"]
        own = scope.child(arms=scope.arms + 1)
        shape = self.shape()
        lines += [f"if {flag}:", f"    {name} = {self.value(own, shape, 2)}"]
        if self.chance(0.3):
            lines += ["else:", *indented(self.assign(scope.child(arms=scope.arms + 1), gives))]
        if self.chance(0.5):
            lines += self.body(scope, 1, gives)
        own = scope.child(arms=scope.arms + 1)
        own.names[name] = Name(shape)
        lines += [f"if {flag}:", *indented(self.assign(own, gives))]
        scope.keep([scope.child(), own])
        default = self.random.choice([*scope.of_shape(()), self.number()])
        result = self.target(scope, ())
        lines.append(f"{result} = {f'np.sum({name})' if shape else name} if {flag} else {default}")
        scope.names[result] = Name(())
        return lines

    # -- loops --------------------------------------------------------------------------------------

    def loop(self, scope: Scope, gives: Shape) -> list[str]:
        """``for`` over something."""
        if scope.loops >= 2:
            return self.choice(scope, gives)
        own = scope.child(loops=scope.loops + 1, arms=scope.arms)
        head, trips, targets = self.head(scope, own)
        body = self.arm(own, gives)
        if self.chance(0.4):
            body += self.exit(own, gives)
            body += self.body(own.child(), 1, gives)
        lines = [f"for {head}:", *indented(body)]
        surely = trips > 0 and not any(
            w in line for line in body for w in ("break", "continue", "return")
        )
        if surely:
            scope.keep([own])
        else:
            after = scope.child()
            after.keep([scope.child(), own])
            if self.daring and trips > 0:
                after.names = {**own.names, **after.names}
            scope.names = after.names
            for name in targets:
                if trips > 0 and name in own.names:
                    scope.names[name] = own.names[name]
        return lines + self.orelse(scope, gives)

    def orelse(self, scope: Scope, gives: Shape) -> list[str]:
        if not self.chance(0.15):
            return []
        own = scope.child(arms=scope.arms + 1)
        lines = ["else:", *indented(self.arm(own, gives))]
        scope.keep([scope.child(), own])
        return lines

    def head(self, scope: Scope, own: Scope) -> tuple[str, int, list[str]]:
        """Target and iterable of a ``for``, the least number of trips, and the names bound."""
        kind = self.random.choice(
            ("range", "range", "range", "array", "zip", "enumerate", "tuple", "rows")
        )
        i, e, d = (self.new(p) for p in ("i", "e", "d"))
        vectors = [n for n, v in scope.names.items() if len(v.shape) == 1]
        if kind == "range" or not vectors:
            return self.counted(scope, own, i)
        name = self.random.choice(vectors)
        length = scope.names[name].shape[0]
        self.unshare(own, "", name)
        own.names[e] = Name(())
        if kind == "array":
            source = self.random.choice((name, name, f"reversed({name})", f"np.sin({name})"))
            return f"{e} in {source}", length, [e]
        if kind == "zip":
            other = self.random.choice(vectors)
            own.names[d] = Name(())
            return (
                f"{e}, {d} in zip({name}, {other})",
                min(length, scope.names[other].shape[0]),
                [e, d],
            )
        if kind == "enumerate":
            own.names[i] = Name((), (0, length - 1))
            return f"{i}, {e} in enumerate({name})", length, [i, e]
        if kind == "tuple":
            items = ", ".join(self.scalar(scope, 1) for _ in range(self.random.choice((2, 3))))
            return f"{e} in ({items})", 2, [e]
        matrices = [n for n, v in scope.names.items() if len(v.shape) == 2]
        if not matrices:
            return f"{e} in {name}", length, [e]
        name = self.random.choice(matrices)
        self.unshare(own, "", name)
        own.names[e] = Name(scope.names[name].shape[1:])
        return f"{e} in {name}", scope.names[name].shape[0], [e]

    def counted(self, scope: Scope, own: Scope, i: str) -> tuple[str, int, list[str]]:
        n = self.n
        spans = [
            ("range({})", 0, self.random.choice((2, 3, 4)), 1),
            ("range(len(x))", 0, n, 1),
            ("range(x.shape[0])", 0, n, 1),
        ]
        spans += [
            ("range(1, len(x))", 1, n, 1),
            (f"range({n} - 1, -1, -1)", n - 1, -1, -1),
            ("range(0, 5, 2)", 0, 5, 2),
        ]
        spans += [("range(1, 1)", 1, 1, 1)] if self.chance(0.2) else []
        text, start, stop, step = self.random.choice(spans)
        if "x" not in scope.names or scope.names["x"].shape != (n,):
            text, start, stop, step = "range({})", 0, 3, 1
        outer = scope.integers(0, 3)
        if outer and self.chance(0.3):
            j = self.random.choice(outer)
            own.names[i] = Name((), (0, max(scope.names[j].bounds[1], 0)))  # type: ignore[index]
            return f"{i} in range({j} + 1)", 1, [i]
        if outer and self.chance(0.2):
            j = self.random.choice(outer)
            own.names[i] = Name((), (0, max(scope.names[j].bounds[1] - 1, 0)))  # type: ignore[index]
            return f"{i} in range({j})", 0, [i]
        values = list(range(start, stop, step))
        own.names[i] = Name((), (min(values), max(values)) if values else (0, 0))
        return f"{i} in {text.format(stop)}", len(values), [i]

    def bounded_while(self, scope: Scope, gives: Shape) -> list[str]:
        """A ``while`` with a counter."""
        if scope.loops >= 2:
            return self.choice(scope, gives)
        k, most = self.new("k"), self.random.choice((2, 3, 4))
        own = scope.child(loops=scope.loops + 1)
        own.names[k] = Name((), (1, most))
        own.counters = own.counters | {k}
        condition = f"{k} < {most}"
        if self.chance(0.5):
            before = scope.child()
            condition = self.random.choice(
                (f"{condition} and {self.test(before)}", f"{self.test(before)} and {condition}")
            )
        body = [f"{k} += 1", *self.arm(own, gives)]
        if self.chance(0.4):
            body += self.exit(own, gives)
            body += self.body(own.child(), 1, gives)
        lines = [f"{k} = 0", f"while {condition}:", *indented(body)]
        after = scope.child()
        after.keep([scope.child(), own])
        if self.daring:
            after.names = {**own.names, **after.names}
        scope.names = after.names
        scope.names[k] = Name((), (0, most))
        return lines + self.orelse(scope, gives)

    def alias(self, scope: Scope, gives: Shape) -> list[str]:
        """Now and then an update of an array that another name shares: right or refused."""
        sole = [n for n, v in scope.names.items() if v.sole]
        if not self.risky or not sole:
            return self.assign(scope, gives)
        name, other = self.random.choice(sole), self.new("shared")
        scope.names[other] = Name(scope.names[name].shape)
        return [f"{other} = {name}", f"{name} += {self.scalar(scope, 1)}"]

    STATEMENTS = (
        assign,
        assign,
        assign,
        fresh,
        update,
        update,
        unpack,
        inner,
        choice,
        choice,
        one_sided,
        loop,
        loop,
        loop,
        bounded_while,
        Trips.started_inside,
        exit,
        alias,
    )
    WRITES = (
        Writes.buffer,
        Writes.view,
        Writes.view,
        Writes.write,
        Writes.write,
        Writes.write,
        Writes.write,
        Writes.whole,
        Writes.whole,
        Writes.procedure,
    )
    HOLDS = (
        Containers.listing,
        Containers.listing,
        Containers.gathered,
        Containers.table,
        Containers.counted_closure,
        Objects.cell,
        Objects.cell,
    )
