"""Programs of syntax newer than Python 3.10, as text, each with the version that it needs."""

PROGRAMS: dict[str, tuple[tuple[int, int], str]] = {
    "except_star": (
        (3, 11),
        """
def except_star(x):
    total = x[0]
    try:
        if x[1] < 0:
            raise ExceptionGroup("two", [ValueError(1), KeyError(2)])
    except* ValueError:
        total = total * x[1]
    except* KeyError:
        total = total * x[2]
    return total
""",
    ),
    "type_alias": (
        (3, 12),
        """
def type_alias(x):
    type Vector[T] = list[T]
    y: Vector[float] = [v * v for v in x]
    return y[0] * y[1]
""",
    ),
    "type_parameters": (
        (3, 12),
        """
def type_parameters(x):
    def first[T: float, *Ts, **P](v: T, *rest: *Ts) -> T:
        return v * v
    return first(x[0]) * first(x[1], 2)
""",
    ),
    "nested_fstring_quotes": (
        (3, 12),
        """
def nested_fstring_quotes(x):
    d = {"ab": x[0]}
    return d[f"{"a"}{f"{"b"}"}"] * x[1]
""",
    ),
    "template_string": (
        (3, 14),
        """
def template_string(x):
    t = t"value {x[0]!r:>4} and {x[1]}"
    return t.interpolations[0].value * t.interpolations[1].value
""",
    ),
    "except_without_brackets": (
        (3, 14),
        """
def except_without_brackets(x):
    try:
        y = x[0] * x[1]
    except ValueError, TypeError:
        y = x[2]
    return y
""",
    ),
}
