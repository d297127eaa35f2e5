"""One program for each expression, and some for its corners."""

import numpy as np

from tests.grammar.statements import program


@program
def bool_operators(x):
    a = (x[0] > 0 and x[1]) or x[2]
    b = x[3] if not (x[0] < 0 or x[1] > 0) else x[1]
    c = (x[1] > 0 and x[0]) or 3.0
    return a * b + c * x[2]


@program
def walrus(x):
    total = 0.0
    if (m := x[0] * x[1]) < 0:
        total += m * m
    while (total := total + x[2]) < 9:
        pass
    y = [last := v * 2 for v in x]
    return total + y[1] * last


@program
def arithmetic_operators(x):
    m = np.outer(x, x)
    y = (x + 2) * (x - 1) / (x + 5) ** 2
    return np.sum(m @ y) - y[0]


@program
def integer_operators(x):
    n = 7 // 2 + (5 % 3) * (1 << 3) - (12 >> 2) + (6 & 3) + (6 | 3) + (6 ^ 3)
    return np.sum(x**2) * n


@program
def integers_that_count(x):
    n = len(x)
    a, b, c = n << 1, n >> 1, n | 3
    d, e = n & 6, n ^ 1
    return x[0] * a + x[1] * b + x[2] * c * d + x[3] * e * ~n


@program
def rounding_operators(x):
    return np.sum((x * 2 % 3.5) * x) + np.sum(x // 0.45 * x) + divmod(x[0], 0.4)[1] * x[1]


@program
def mask_operators(x):
    inside = (x > 0) & (x < 2) | (x == x[3]) ^ (x < -5)
    return np.sum(x[inside] ** 2) + np.sum(x[~inside])


@program
def unary_operators(x):
    return np.sum(-x * +x) + (not x[0]) * x[2] + ~3 * x[1]


@program
def python_numbers(x):
    a, n = x[0] * 2, 3
    return +a * -a + (a if not n == 2 else 0.0) + n // 2 * a + n % 2 * a**n


@program
def comparisons(x):
    total = 0.0
    if 0 < x[0] < 2 <= x[2] != x[3]:
        total += x[0] ** 2
    if x is x and x[0] is not None and 2 in (1, 2) and 3 not in [1]:
        total += x[1]
    if x[0] == x[0] and x[0] >= x[1] and x[1] <= x[0]:
        total *= x[2]
    return total


@program
def lambdas(x):
    f = lambda a, b=2.0, *c, k=x[0], **d: a * b * k + len(c) + len(d)
    return f(x[1]) + f(x[2], 1.0, 5, k=x[3], z=1) + (lambda: x[0])()


@program
def conditional_expression(x):
    return (x[0] if x[1] < 0 else x[2]) * (x[3] if x[1] > 0 else x[1])


@program
def plain_lambda_and_dict(x):
    f = lambda a, b=2.0: a * b
    d = {"a": x[0], 2: f(x[1])}
    return d["a"] * d[2]


@program
def dictionaries(x):
    d = {"a": x[0], 2: x[1], **{"c": x[2]}, (1, 2): x[3]}
    d |= {"e": x[0] * x[1]}
    return d["a"] * d[2] + d["c"] ** 2 + d[1, 2] + d["e"] + d.get("z", x[0])


@program
def sets(x):
    chosen = {0, 2} | {k for k in range(2) if k}
    total = 0.0
    for k in sorted(chosen):
        total += x[k] ** 2
    return total * len(chosen) + (3 in chosen)


@program
def list_comprehension(x):
    squares = [v * v for v in x if v > 0]
    pairs = [a * b for a in x for b in squares if b > 1]
    table = [[x[i] * x[j] for j in range(i)] for i in range(4)]
    return sum(squares) * sum(pairs) + table[3][1]


@program
def dict_comprehension(x):
    d = {f"k{i}": v**2 for i, v in enumerate(x)}
    e = {k: d[k] * 2 for k in d if k != "k1"}
    return d["k1"] * e["k2"] + sum(e.values())


@program
def generator_expression(x):
    total = sum(a * b for a, b in zip(x, x[1:]))
    return total * max(v * v for v in x) + any(v > 2 for v in x) + all(v < 3 for v in x)


def halves(v, n):
    for _ in range(n):
        v = v / 2
        yield v
    yield from (v * 2, v * 3)


@program
def generators(x):
    total = 0.0
    for k, v in enumerate(halves(x[0] ** 2, 3)):
        total += v * x[k % 4]
    first, *rest = halves(x[1], 1)
    return total + first * rest[0]


@program
def generator_with_send(x):
    def running():
        total = 0.0
        while True:
            v = yield total
            if v is None:
                return
            total += v * v

    g = running()
    next(g)
    g.send(x[0])
    return g.send(x[1]) * x[2]


@program
def calls_with_stars(x):
    def f(a, b, *rest, scale=1.0, **options):
        return scale * a * b + sum(rest) + options.get("extra", 0.0)

    args, options = (x[0], x[1], x[2]), {"scale": x[3], "extra": x[0]}
    return f(*args, **options) + f(*x[:2], *x[2:], scale=2.0)


@program
def stars_in_displays(x):
    a = [*x[:2], x[0] * x[1], *(x[2], x[3])]
    b = (*a, *[x[0]])
    first, *middle, last = b
    return first * last + sum(middle) + len({*range(3)}) * middle[0]


@program
def formatted_strings(x):
    name = f"{'a'}{2 + 3:03d}{x.shape!r:>8}"
    d = {"a005    (4,)": x[0]}
    return d[name] ** 2 + len(f"{len(x)}")


@program
def constants(x):
    return x[0] * 2 + x[1] * 0.5 + True * x[2] + (None is None) + len("éb") + len(b"ab") + 0x1F


@program
def attributes(x):
    return x.T.shape[0] * x.real.sum() + np.linalg.norm(x) + x.size * np.pi


@program
def subscripts_and_slices(x):
    m = np.outer(x, x)
    k = slice(1, None, 2)
    return (
        m[1, 2] * m[-1][0]
        + m[1:, ::2].sum()
        + m[..., 0].sum()
        + m[None, 0, k].sum()
        + (m[::-1, 1:3] ** 2).sum()
        + x[[0, 1, 1]].sum()
        + [x, m][1][0, 0]
    )


@program
def lists_and_tuples(x):
    l = [x[0], [x[1], (x[2],)], ()]
    l[1][0] = l[0] * x[3]
    l += [x[0]]
    return l[1][0] * l[1][1][0] + l[-1] + (1, x[3])[1] + ([x[1]] * 3)[2]


@program
def complex_numbers(x):
    z = complex(x[0], x[1]) * (1 + 2j)
    return (z * z.conjugate()).real + abs(z) * z.imag
