"""Random expressions, guarded so that they stay smooth and finite."""

from __future__ import annotations

import random

from .scope import Scope, Shape

ELEMENTARY = ("np.sin", "np.cos", "np.tanh", "np.arctan", "np.sin", "np.tanh")
NUMERIC = ("math.sin", "math.cos", "math.tanh", "math.atan")


class Words:
    """Expressions over the names of a scope; ``n`` and ``m`` are the lengths of the program's axes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.n = self.random.choice((1, 3, 4, 4, 5))
        self.m = self.random.choice((2, 3, 3, 1))
        self.risky = self.random.random() < 0.04  # updates arrays that other names share
        self.daring = self.random.random() < 0.1  # reads names that a path may leave unbound

    def pick(self, *options: object) -> object:
        return self.random.choice(options)

    def chance(self, p: float) -> bool:
        return self.random.random() < p

    def number(self) -> str:
        if self.chance(0.1):
            return str(self.random.choice((0, 1, 2)))
        return repr(round(self.random.uniform(-1.4, 1.4), 2))

    # -- scalars ------------------------------------------------------------------------------------

    def scalar(self, scope: Scope, depth: int = 3) -> str:
        """A scalar expression."""
        if depth <= 0 or self.chance(0.2):
            return self.scalar_leaf(scope)
        kind = self.random.choice(self.SCALARS)
        return kind(self, scope, depth - 1)

    def scalar_leaf(self, scope: Scope) -> str:
        names = scope.of_shape(())
        if names and self.chance(0.65):
            return self.random.choice(names)
        element = self.element(scope)
        if element is not None and self.chance(0.7):
            return element
        return self.number()

    def element(self, scope: Scope) -> str | None:
        """``x[i]`` and the like."""
        arrays = [(name, v.shape) for name, v in scope.names.items() if v.shape]
        if not arrays:
            return None
        name, shape = self.random.choice(arrays)
        entries = ", ".join(self.index(scope, length) for length in shape)
        return f"{name}[{entries}]"

    def index(self, scope: Scope, length: int) -> str:
        """An index that is within an axis of this length."""
        options = [str(self.random.randrange(-length, length))]
        options += scope.integers(-length, length - 1) * 3
        options += [f"{i} - 1" for i in scope.integers(1 - length, length)]
        options += [f"{i} + 1" for i in scope.integers(-length - 1, length - 2)]
        options += [f"{length - 1} - {i}" for i in scope.integers(0, length - 1)]
        options += [f"({i} + 1) % {length}" for i in scope.integers(-99, 99)]
        return self.random.choice(options)

    def _sum_of(self, scope: Scope, depth: int) -> str:
        shape = self.random.choice(((self.n,), (self.n,), (self.m, self.n), (self.m,)))
        inner = self.array(scope, shape, depth)
        how = self.random.choice(
            ("np.sum({})", "np.sum({})", "np.mean({})", "np.max({})", "np.min({})", "sum")
        )
        if how == "sum":
            return f"({inner}).sum()"
        return how.format(inner)

    def _dot(self, scope: Scope, depth: int) -> str:
        shape = self.random.choice(((self.n,), (self.m,)))
        a, b = self.array(scope, shape, depth), self.array(scope, shape, depth)
        return self.random.choice(("np.dot({}, {})", "(({}) @ ({}))", "np.sum({} * ({}))")).format(
            a, b
        )

    def _partial_sum(self, scope: Scope, depth: int) -> str:
        arrays = [n for n, v in scope.names.items() if len(v.shape) == 1]
        integers = scope.integers(0, 99)
        if not arrays or not integers:
            return self._binary(scope, depth)
        name, i = self.random.choice(arrays), self.random.choice(integers)
        return self.random.choice(
            (f"np.sum({name}[{i}:])", f"np.sum({name}[:{i}])", f"np.sum({name}[:{i} + 1] ** 2)")
        )

    def _elementary(self, scope: Scope, depth: int) -> str:
        e = self.scalar(scope, depth)
        function = self.random.choice((*ELEMENTARY, *NUMERIC))
        return f"{function}({e})"

    def _guarded(self, scope: Scope, depth: int) -> str:
        return self.guarded(self.scalar(scope, depth), self.scalar(scope, depth))

    def guarded(self, e: str, d: str) -> str:
        form = self.random.choice(
            (
                "({0}) / (1.5 + ({1}) ** 2)",
                "np.log(1.5 + ({0}) ** 2)",
                "np.sqrt(1.0 + ({0}) * ({0}))",
                "np.exp(np.sin({0}))",
                "({0}) ** 2",
                "(1.2 + ({0}) ** 2) ** 0.5",
                "(1.2 + ({0}) ** 2) ** np.tanh({1})",
                "abs({0})",
                "np.maximum({0}, {1})",
                "np.minimum({0}, {1})",
                "1.0 / (1.0 + np.exp(-np.tanh({0})))",
            )
        )
        return form.format(e, d)

    def _binary(self, scope: Scope, depth: int) -> str:
        a, b = self.scalar(scope, depth), self.scalar(scope, depth)
        return self.join(a, b)

    def join(self, a: str, b: str) -> str:
        operator = self.random.choice(("+", "-", "*", "+", "*"))
        return f"({a} {operator} {b})"

    def _minus(self, scope: Scope, depth: int) -> str:
        return f"(-{self.scalar(scope, depth)})"

    def _choice(self, scope: Scope, depth: int) -> str:
        a, b = self.scalar(scope, depth), self.scalar(scope, depth)
        return f"({a} if {self.test(scope)} else {b})"

    def _extremum(self, scope: Scope, depth: int) -> str:
        a, b = self.scalar(scope, depth), self.scalar(scope, depth)
        return f"{self.pick('max', 'min')}({a}, {b})"

    def _call(self, scope: Scope, depth: int) -> str:
        return self.call(scope, (), depth) or self._binary(scope, depth)

    def call(self, scope: Scope, shape: Shape, depth: int) -> str | None:
        """A call of a helper that gives this shape."""
        fitting = [f for f in scope.functions if f[2] == shape]
        if not fitting:
            return None
        name, takes, _ = self.random.choice(fitting)
        argument = self.value(scope, takes, depth)
        if name.startswith("inner") or self.chance(0.4):
            return f"{name}({argument})"
        other = self.scalar(scope, 1)
        return (
            f"{name}({argument}, {other})" if self.chance(0.5) else f"{name}({argument}, k={other})"
        )

    def value(self, scope: Scope, shape: Shape, depth: int = 3) -> str:
        """An expression of a shape."""
        return self.array(scope, shape, depth) if shape else self.scalar(scope, depth)

    SCALARS = (
        _sum_of,
        _sum_of,
        _dot,
        _partial_sum,
        _elementary,
        _elementary,
        _guarded,
        _guarded,
        _binary,
        _binary,
        _binary,
        _minus,
        _choice,
        _extremum,
        _call,
        _call,
    )

    # -- arrays -------------------------------------------------------------------------------------

    def array(self, scope: Scope, shape: Shape, depth: int = 3) -> str:
        """An array expression of exactly this shape."""
        names = scope.of_shape(shape)
        if names and (depth <= 0 or self.chance(0.3)):
            return self.random.choice(names)
        if depth <= 0:
            return self.filled(scope, shape)
        kind = self.random.choice(self.ARRAYS)
        return kind(self, scope, shape, depth - 1)

    def filled(self, scope: Scope, shape: Shape) -> str:
        axes = repr(shape if len(shape) > 1 else shape[0])
        return self.random.choice(
            (
                f"np.ones({axes})",
                f"np.full({axes}, {self.scalar_leaf(scope)})",
                f"(np.zeros({axes}) + {self.scalar_leaf(scope)})",
            )
        )

    def _a_elementary(self, scope: Scope, shape: Shape, depth: int) -> str:
        return f"{self.random.choice(ELEMENTARY)}({self.array(scope, shape, depth)})"

    def _a_guarded(self, scope: Scope, shape: Shape, depth: int) -> str:
        other = self.array(scope, shape, depth) if self.chance(0.5) else self.scalar(scope, depth)
        return self.guarded(self.array(scope, shape, depth), other)

    def _a_binary(self, scope: Scope, shape: Shape, depth: int) -> str:
        a = self.array(scope, shape, depth)
        smaller: list[Shape] = [(), shape, shape[1:], tuple(1 for _ in shape)]
        if len(shape) == 2:
            smaller += [(shape[0], 1), (1, shape[1])]
        b = self.value(scope, self.random.choice(smaller), depth)
        return self.join(a, b) if self.chance(0.5) else self.join(b, a)

    def _a_where(self, scope: Scope, shape: Shape, depth: int) -> str:
        mask = f"{self.array(scope, shape, depth)} {self.pick('<', '>')} {self.number()}"
        taken = self.value(scope, self.random.choice((shape, ())), depth)
        return f"np.where({mask}, {taken}, {self.array(scope, shape, depth)})"

    def _a_structure(self, scope: Scope, shape: Shape, depth: int) -> str:
        if len(shape) == 2:
            return self._matrix(scope, shape, depth)
        (length,) = shape
        options = [f"({self.array(scope, shape, depth)})[::-1]"]
        if (self.m, self.n) in ((length, self.n), (self.m, length)):
            other = self.n if length == self.m else self.m
            matrix = self.array(scope, (length, other), depth)
            options += [
                f"(({matrix}) @ ({self.array(scope, (other,), depth)}))",
                f"np.sum({matrix}, axis=1)",
                f"({self.array(scope, (other, length), depth)}).mean(axis=0)",
                f"({matrix})[:, {self.index(scope, other)}]",
                f"({self.array(scope, (other, length), depth)})[{self.index(scope, other)}]",
            ]
        if length > 2:
            a = self.array(scope, shape, depth)
            options += [
                f"np.concatenate((({a})[1:], ({self.array(scope, shape, depth)})[:1]))",
                f"np.concatenate((({a})[:-2], ({a})[-2:]))",
            ]
        if length in (2, 3):
            parts = ", ".join(self.scalar(scope, depth - 1) for _ in range(length))
            options += [f"np.array([{parts}])", f"np.stack([{parts}])"]
        return self.random.choice(options)

    def _matrix(self, scope: Scope, shape: Shape, depth: int) -> str:
        rows, columns = shape
        options = [
            f"np.outer({self.array(scope, (rows,), depth)}, {self.array(scope, (columns,), depth)})",
            f"({self.array(scope, (rows,), depth)})[:, None] * ({self.array(scope, (columns,), depth)})",
            f"({self.array(scope, (columns, rows), depth)}).T",
        ]
        if rows in (self.n, self.m) and columns in (self.n, self.m):
            options.append(
                f"(({self.array(scope, (rows, self.n), depth)})"
                f" @ ({self.array(scope, (self.n, columns), depth)}))"
            )
        return self.random.choice(options)

    def _a_choice(self, scope: Scope, shape: Shape, depth: int) -> str:
        a, b = self.array(scope, shape, depth), self.array(scope, shape, depth)
        return f"({a} if {self.test(scope)} else {b})"

    def _a_call(self, scope: Scope, shape: Shape, depth: int) -> str:
        return self.call(scope, shape, depth) or self._a_binary(scope, shape, depth)

    ARRAYS = (
        _a_elementary,
        _a_elementary,
        _a_guarded,
        _a_binary,
        _a_binary,
        _a_binary,
        _a_where,
        _a_structure,
        _a_structure,
        _a_choice,
        _a_call,
    )

    # -- tests --------------------------------------------------------------------------------------

    def test(self, scope: Scope, depth: int = 2) -> str:
        """A condition on numbers."""
        if depth > 0 and self.chance(0.3):
            a, b = self.test(scope, depth - 1), self.test(scope, depth - 1)
            return self.random.choice((f"({a} and {b})", f"({a} or {b})", f"not {a}"))
        integers = [i for i, v in scope.names.items() if v.bounds is not None]
        if integers and self.chance(0.35):
            i = self.random.choice(integers)
            return self.random.choice(
                (f"{i} % 2 == {self.pick(0, 1)}", f"{i} > {self.pick(0, 1, 2)}", f"{i} != 1")
            )
        e = self.scalar(scope, 1)
        if self.chance(0.2):
            low = round(self.random.uniform(-1, 0.2), 2)
            return f"{low} < {e} < {round(low + self.random.uniform(0.2, 1.2), 2)}"
        return f"{e} {self.pick('<', '>', '<=', '>=')} {round(self.random.uniform(-0.8, 0.8), 2)}"
