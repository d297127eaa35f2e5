"""The printer writes what an expert would, and only what reads back as the tree it was given."""

import ast
import copy
import keyword
import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from srcgrad.codegen.printer import WIDTH, Comment, expression, strip_comments, unparse
from srcgrad.errors import CodegenError

EXPRESSIONS = r"""
a + b * c
(a + b) * c
a - b - c
a - (b - c)
a + (b + c)
a / b / c
a / (b / c)
a * b / c % d // e
a * (b / c)
a @ b @ c
a @ (b @ c)
-x ** 2
(-x) ** 2
(-2.0) ** 2
-2.0 ** 2
2 ** -x
a ** b ** c
(a ** b) ** c
(a ** -b) ** -c
-a * b
-(a * b)
-(a + b)
--x
-+~x
a - -b
a * -b
not x
not not x
not (a and b)
not a == b
(not a) + b
-(not a)
~(a | b)
a << b + c
(a << b) + c
a | b ^ c & d
((a | b) ^ c) & d
a & (b | c)
a < b
a < b <= c
(a < b) < c
a < (b < c)
a == b != c is d is not e in f not in g
(a < b) == (c < d)
(a < b) & (c > d)
a and b and c
a and (b and c)
(a and b) and c
a and b or c
a and (b or c)
a or b and not c
a if b else c
a if b else c if d else e
(a if b else c) if d else e
a if (b if c else d) else e
(a if b else c) + d
[a if b else c for x in y]
lambda: 0
lambda x, y=1, *a, z, w=2, **k: x + y
lambda x, /, y: x
lambda *, x: x
lambda *a: lambda b: b
(lambda x: x)(1)
(lambda: x) if c else lambda: y
f()
f(x)
f(x, y, *z, axis=0, **w)
f((a, b), c=(d, e))
f(x for x in y)
f((x for x in y), 1)
f(lambda x: x, a if b else c)
f(*(a or b))
f(x)(y)[z].w
f(-x ** 2)
x[i]
x[i, j]
x[i, ..., :]
x[:, None]
x[None, :]
x[...]
x[:]
x[::2]
x[a:b]
x[a:b:c]
x[::-1, 1:]
x[a + 1:b - 1]
x[()]
x[i,]
x[:,]
x[(a, b), c]
x[(*i, j)]
x[(slice(None), *i)]
x[y[z]]
x[-1]
x[lambda: 0]
x[a if b else c]
(a + b)[i]
(-x)[i]
(-x).T
x.T.real
x @ w.T
(x @ w).T
(1).real
1.0.real
2j.imag
1e+16.real
(-1).real
"a".join(b)
(a, b)[0]
[a, b][0]
{a: b}[c]
(a,)
()
(a, b, c)
(a, (b, c))
[]
[a, *b]
[(a, b)]
(*a, b)
{a}
{*a, b}
{}
{a: b, c: d}
{**a, b: c}
{**(a or b)}
{a: (b, c)}
[x for x in y]
[x for x, y in z if x if y]
[(x, y) for x in a for y in b]
[x for x in (a if b else c)]
[x for x in a or b]
{x for x in y}
{x: y for x, y in z}
(x for x in y)
[x async for x in y]
(a := b)
f((a := b))
a + (b := c)
await x
await x.y(z)
(await x).y
-await x
await x ** 2
await (a + b)
(yield)
(yield x)
(yield x, y)
(yield from x)
1
1.0
0.1
1e-300
1e+16
1e+22
1.7976931348623157e+308
5e-324
2j
1.0 + 2j
True
None
...
"a"
"it's"
'say "hi"'
"'\""
"\\"
"\n\t\x00\x7f"
"é λ 漢"
"\ud800"
"\u202e"
b"a"
b'"\xff'
f"{x}"
f"a{x!r:>{w}}b"
f"{x:.2f} it"
""".strip().split("\n")


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def module(*body: ast.stmt) -> ast.Module:
    return ast.Module(list(body), [])


def test_table_is_large_and_distinct():
    assert len(set(EXPRESSIONS)) == len(EXPRESSIONS) >= 80


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expression_prints_to_itself(text):
    assert expression(parsed(text)) == text


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expression_is_never_longer_than_the_oracle(text):
    # Two characters more: `(1).real` and the index that Python 3.10 can read.
    assert len(expression(parsed(text))) <= len(ast.unparse(parsed(text))) + 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-2.0, "(-2.0) ** 2"),
        (-2, "(-2) ** 2"),
        (2.0, "2.0 ** 2"),
        (-0.0, "(-0.0) ** 2"),
        (-2j, "(-2j) ** 2"),
        (1 + 2j, "(1.0 + 2j) ** 2"),
        (-1 - 2j, "(-1.0 - 2j) ** 2"),
        (complex(0.0, -2.0), "(0.0 - 2j) ** 2"),
        ((1, (-2,)), "(1, (-2,)) ** 2"),
        ((), "() ** 2"),
    ],
)
def test_constant_is_printed_true_and_bracketed_by_its_place(value, text):
    node = ast.BinOp(ast.Constant(value), ast.Pow(), ast.Constant(2))
    assert expression(node) == text
    assert repr(ast.literal_eval(text.removesuffix(" ** 2"))) == repr(value)


def test_negative_constant_has_brackets_only_where_needed():
    call = ast.Call(ast.Name("f"), [ast.Constant(-1.5)], [ast.keyword("axis", ast.Constant(-1))])
    assert expression(call) == "f(-1.5, axis=-1)"
    assert expression(ast.BinOp(ast.Name("x"), ast.Mult(), ast.Constant(-2))) == "x * -2"
    assert expression(ast.Attribute(ast.Constant(-2), "real")) == "(-2).real"
    tree = module(ast.Expr(ast.JoinedStr([ast.FormattedValue(ast.Constant(-2.0), -1)])))
    assert unparse(tree) == 'f"{-2.0}"\n'


@pytest.mark.parametrize(
    "value",
    [
        float("inf"),
        float("-inf"),
        float("nan"),
        complex("inf"),
        complex(0.0, float("nan")),
        complex(-0.0, 0.0),
        complex(-0.0, 2.0),
        frozenset({1}),
        type("Real", (float,), {})(1.0),
        object(),
        [1],
        (1, float("inf")),
        pytest.param(10**5000, id="5000 digits"),
    ],
)
def test_constant_without_a_literal_is_refused(value):
    with pytest.raises(CodegenError):
        expression(ast.Constant(value))


STATEMENTS = [
    "pass",
    "return",
    "return a",
    "return a, b",
    "return (a,)",
    "return ()",
    "return *a, b",
    "return (yield x)",
    "a = b",
    "a = b = c",
    "a, b = b, a",
    "(a,) = b",
    "a, *b = c",
    "[a, b] = c",
    "a = yield",
    "a = yield b, c",
    "x[i, :] = 0",
    "x[i] += a * b",
    "x **= 2",
    "x @= y",
    "x //= (a, b)",
    "x: int",
    "x: int = 1",
    "(x): int = 1",
    "x.y: list[int] = a, b",
    "del x",
    "del x, y[i]",
    "assert x",
    'assert x, "no"',
    "raise",
    "raise ValueError",
    'raise ValueError("no") from error',
    "import a",
    "import a.b as c, d",
    "from a import b",
    "from a.b import c as d, e",
    "from . import a",
    "from ..a import *",
    "global a, b",
    "nonlocal a, b",
    "break",
    "continue",
    "f(x)",
    "yield x",
    "await x",
    'x\n"text"',
    "a, b",
    "for i in range(n):\n    x",
    "for i, (j, k) in enumerate(x):\n    x\nelse:\n    y",
    "for (i,) in x:\n    break",
    "for i in (a, b):\n    continue",
    "while x < y:\n    x += 1\nelse:\n    y",
    "if a:\n    x",
    "if a:\n    x\nelse:\n    y",
    "if a:\n    x\nelif b:\n    y\nelif c:\n    z\nelse:\n    w",
    "if a:\n    x\nelse:\n    if b:\n        y\n    z",
    "with a:\n    x",
    "with a as b, c(d) as (e, f):\n    x",
    "try:\n    x\nfinally:\n    y",
    "try:\n    x\nexcept:\n    y",
    "try:\n    x\nexcept (A, B) as e:\n    y\nexcept C:\n    z\nelse:\n    u\nfinally:\n    v",
    "match x, y:\n    case [1, -2, *r] if r:\n        pass\n    case C(a=None) | {}:\n        b",
    "match x:\n    case _:\n        def f():\n            pass",
    "def f():\n    pass",
    "def f(x, y=1, *a, z, w=2, **k):\n    pass",
    "def f(x: int, /, y: int = 1, *a: int, z: str, **k: int) -> list[int]:\n    return x",
    "def f(*, x):\n    pass",
    "@a\n@b.c(d)\ndef f():\n    pass",
    'def f():\n    """Say "it" \\\\ twice.\n\n    More.\n    """\n    pass',
    'def f():\n    """"quoted\\""""',
    'def f():\n    """a\\"\\"\\"b"""',
    "async def f():\n    async for x in y:\n        pass\n    async with a as b:\n        await c",
    "class A:\n    pass",
    "class A(B, metaclass=C):\n    x = 1\n\n    def f(self):\n        pass",
    "def f():\n    pass\n\n\ndef g():\n    pass\n\n\nx = 1",
    "def f():\n    x\n\n    def g():\n        pass\n\n    def h():\n        pass\n\n    y",
    'def f():\n    """Doc."""\n\n    def g():\n        pass',
    '"""Doc."""\n\nimport a\nfrom b import c\n\nx = 1',
    "import a\n\n\ndef f():\n    pass",
    "",
]


@pytest.mark.parametrize("text", STATEMENTS)
def test_statement_prints_to_itself(text):
    assert unparse(ast.parse(text)) == text + "\n"


@pytest.mark.skipif("not hasattr(ast, 'TryStar')", reason="Python 3.11")
def test_exception_groups_keep_their_star():
    text = "try:\n    try:\n        x\n    except A:\n        y\nexcept* B as e:\n    z\n"
    assert unparse(ast.parse(text)) == text


@pytest.mark.skipif("not hasattr(ast, 'TypeAlias')", reason="Python 3.12")
@pytest.mark.parametrize("text", ["type A[T] = list[T]\n", "def f[T: int](x: T) -> T:\n    x\n"])
def test_type_parameters_are_printed(text):
    assert unparse(ast.parse(text)) == text


def test_indented_foreign_text_keeps_its_content():
    text = "def f():\n    return f'''a\n  b{x}\"'''\n"
    tree = ast.parse(text)
    assert ast.dump(ast.parse(unparse(tree))) == ast.dump(tree)


# Comments


def test_comments_stand_at_their_indentation_and_stay_with_a_definition():
    tree = ast.parse("import a\ndef f():\n    if x: y\ndef g(): pass")
    tree.body.insert(2, Comment("the next\n\nfunction  "))
    tree.body[1].body[0].body.append(Comment("after y"))
    tree.body.append(Comment(""))
    assert unparse(tree) == (
        "import a\n\n\ndef f():\n    if x:\n        y\n        # after y\n\n\n"
        "# the next\n#\n# function\ndef g():\n    pass\n\n\n#\n"
    )


def test_trailing_comment_follows_the_first_line():
    tree = ast.parse("def f(): return\nif a: x\nelif b: y\n@d\ndef g(): z\n'''s\nt'''")
    tree.body[0].comment = "one\n two"
    tree.body[0].body[0].comment = "three"
    tree.body[1].comment = "four"
    tree.body[1].orelse[0].comment = "five"
    tree.body[2].comment = "six"
    tree.body[3].comment = "seven"
    assert unparse(tree) == (
        "def f():  # one two\n    return  # three\n\n\nif a:  # four\n    x\nelif b:  # five\n"
        '    y\n\n\n@d  # six\ndef g():\n    z\n\n\n"s\\nt"  # seven\n'
    )


def test_trailing_comment_of_a_docstring_and_of_a_broken_line():
    tree = ast.parse(f"'''a\nb'''\nx = f({', '.join(['argument'] * 12)})")
    tree.body[0].comment = tree.body[1].comment = "why"
    lines = unparse(tree).split("\n")
    assert lines[:4] == ['"""a', 'b"""  # why', "", "x = f(  # why"]


def test_block_of_comments_gets_pass():
    tree = module(
        ast.If(ast.Name("x", ast.Load()), [Comment("nothing")], [Comment("a"), Comment("b")])
    )
    text = "if x:\n    # nothing\n    pass\nelse:\n    # a\n    # b\n    pass\n"
    assert unparse(tree) == text
    assert ast.dump(strip_comments(tree)) == ast.dump(module(*ast.parse(text).body))
    assert unparse(module(Comment("alone"))) == "# alone\n"


def test_strip_comments_leaves_its_argument_alone():
    tree = ast.parse("def f():\n    try: x\n    except A: y\nmatch a:\n    case 1: z")
    tree.body[0].body[0].handlers[0].body.insert(0, Comment("h"))
    tree.body[1].cases[0].body[:] = [Comment("c")]
    before = unparse(tree)
    stripped = strip_comments(tree)
    assert unparse(tree) == before
    assert unparse(stripped) == unparse(ast.parse(before))
    assert not any(isinstance(node, Comment) for node in ast.walk(stripped))


def test_comment_copies_and_pickles():
    for made in (copy.deepcopy(Comment("a")), pickle.loads(pickle.dumps(Comment("a")))):
        assert isinstance(made, Comment) and made.text == "a"


@settings(max_examples=500, deadline=None)
@given(st.text(), st.text())
def test_comment_never_becomes_code(text, behind):
    tree = ast.parse("x = 1\ny = 2")
    tree.body[0].comment = behind
    tree.body.insert(1, Comment(text))
    try:
        printed = unparse(tree)
    except CodegenError:  # a `coding:` comment on one of the first two lines
        assert "coding" in text + behind
    else:
        assert ast.dump(ast.parse(printed.encode())) == ast.dump(ast.parse("x = 1\ny = 2"))
        assert all(line.isprintable() for line in printed.splitlines())


@pytest.mark.parametrize(
    "text", ["x\nimport os", "x\rimport os", "x\x0cy", "\x00", "\u2028a", "\ud800"]
)
def test_comment_with_an_odd_character_is_harmless(text):
    assert len(ast.parse(unparse(module(Comment(text), ast.Pass()))).body) == 1


# Names


@settings(max_examples=2000, deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_name_is_printed_as_it_is_or_refused(name):
    checked = [
        module(ast.Expr(ast.Name(name))),
        module(ast.Expr(ast.Attribute(ast.Name("x"), name))),
        module(ast.Global([name])),
        module(ast.Import([ast.alias(name)])),
    ]
    for tree in checked:
        try:
            text = unparse(tree)
        except CodegenError:
            assert not (name.isidentifier() and name.isascii()) or keyword.iskeyword(name)
        else:
            assert name in text and all(part.isidentifier() for part in name.split("."))


@settings(max_examples=2000, deadline=None)
@given(st.text(), st.binary())
@example('"""', b"'")
@example('\\"', b"\\")
@example('""""\n""', b"\"'")
def test_string_reads_back(text, data):
    for value in (text, data):
        assert ast.literal_eval(expression(ast.Constant(value))) == value
        assert expression(ast.Constant(value)).isprintable()
    function = ast.parse("def f(): pass\nclass A: pass\npass")
    for owner in (function, *function.body[:2]):
        owner.body.insert(0, ast.Expr(ast.Constant(text)))
    assert ast.get_docstring(ast.parse(unparse(function)), clean=False) == text


@pytest.mark.parametrize(
    "name",
    [
        "x; import os",
        "a.b",
        "a + b",
        "None",
        "x # ",
        "ﬁ",
        "x\n",
        "",
        " x",
        "lambda",
        "x\x01",
        "e\u0301",
    ],
)
def test_name_that_is_no_identifier_is_refused(name):
    trees = [
        module(ast.Expr(ast.Name(name))),
        module(ast.Assign([ast.Name(name)], ast.Name("y"))),
        module(ast.Expr(ast.Call(ast.Name("f"), [], [ast.keyword(name, ast.Name("y"))]))),
        module(ast.Nonlocal([name])),
    ]
    for tree in trees:
        with pytest.raises(CodegenError):
            unparse(tree)


# Refusals


@pytest.mark.parametrize(
    "node",
    [
        ast.Set([]),
        ast.BoolOp(ast.And(), [ast.Name("a")]),
        ast.Starred(ast.Name("a")),
        ast.Slice(),
        ast.Compare(ast.Name("a"), [ast.Lt()], []),
        ast.BinOp(ast.Name("a"), ast.Not(), ast.Name("b")),
        ast.Name(3),
        ast.Tuple([None]),
        ast.Name(),
    ]
    if not hasattr(ast, "TypeAlias")
    else [ast.Set([]), ast.BoolOp(ast.And(), [ast.Name("a")]), ast.Name(3)],
)
def test_expression_without_text_is_refused(node):
    with pytest.raises(CodegenError):
        expression(node)


def test_empty_block_is_refused_with_the_line():
    with pytest.raises(CodegenError, match="parse"):
        unparse(module(ast.If(ast.Name("x"), [], [])))
    with pytest.raises(CodegenError, match=r"line 'a \+ b'"):
        unparse(module(ast.Expr(ast.Name("a + b"))))


def test_missing_positions_contexts_and_the_tree_itself_do_not_matter():
    tree = ast.parse("def f(x):\n    for i in x: y[i] = -2.0, u'a'\n    return lambda: 0")
    for node in ast.walk(tree):
        for name in ("lineno", "col_offset", "end_lineno", "end_col_offset", "ctx", "kind"):
            if hasattr(node, name):
                delattr(node, name)
    before = ast.dump(tree)
    text = 'def f(x):\n    for i in x:\n        y[i] = -2.0, "a"\n    return lambda: 0\n'
    assert unparse(tree) == text
    assert ast.dump(tree) == before


# Long lines

LONG = [
    """dw_with_a_long_name = (
    np.sum(alpha_result * beta_result, axis=0, keepdims=True)
    + np.tanh(gamma_result) * delta_result
    - out_1
)""",
    """dw_with_a_long_name = some_module.some_function(
    alpha_result, beta_result * gamma_result, keyword=delta_result
)""",
    """dw_with_a_long_name = function_name(alpha_result_one, alpha_result_two)[
    beta_result, :, None, gamma_result_three
]""",
    """dw_with_a_long_name = {
    "alpha_result": alpha_result, **beta_result, "gamma_result": gamma_result, "d": delta_1
}""",
    """return np.einsum(
    "ij,jk->ik", alpha_result_of_long_name, beta_result_of_long_name, optimize=optimize
)[:, None, gamma_result_of_long_name]""",
    """return (
    alpha_result_of_long_name,
    beta_result_of_long_name,
    gamma_result_of_long_name,
    delta_result_of_long_name,
)""",
    """x = function(
    alpha_result_of_long_name * beta_result_of_long_name,
    [gamma_result_of_long_name, delta_result_of_long_name, epsilon],
    keyword=alpha_result_of_long_name
    + np.tanh(beta_result_of_long_name, out=gamma_result_of_long_name, where=condition_of_it)
    - x,
)""",
]


@pytest.mark.parametrize("text", LONG)
def test_long_line_is_broken_at_its_brackets(text):
    joined = " ".join(line.strip() for line in text.split("\n"))
    assert unparse(ast.parse(joined)) == text + "\n"


@pytest.mark.parametrize(
    ("opening", "items", "closing"),
    [
        ("return (", "name_{}", ")"),
        ("x = f(", "name_{}", ")"),
        ("x = f(", "name_{0}=value_{0}", ")"),
        ("x = [", "name_{}", "]"),
        ("x = {", "name_{0}: value_{0}", "}"),
        ("def f(", "name_{}=None", "): pass"),
        ("def f(", "name_{}", ") -> Tuple[int, ...]: pass"),
        ("from a import (", "name_{}", ")"),
        ("if f(", "name_{}", "): pass"),
        ("x[", "name_{}", "] = 0"),
        ("f(", "g(name_{0}, name_{0}), h(1)", ")"),
    ],
)
def test_many_items_stand_one_on_a_line(opening, items, closing):
    tree = ast.parse(opening + ", ".join(items.format(i) for i in range(30)) + closing)
    lines = unparse(tree).split("\n")
    assert max(map(len, lines)) <= WIDTH
    assert sum(line.startswith("    ") and line.endswith(",") for line in lines) >= 30
    assert lines[0][-1] in "([{"


@pytest.mark.parametrize(
    "text",
    [
        "x = " + " + ".join(f"name_{i} * value_{i}" for i in range(20)),
        "if " + " and ".join(f"(name_{i} or value_{i} < {i})" for i in range(20)) + ": pass",
        "while " + " < ".join(f"name_{i}" for i in range(30)) + ": pass",
        "for i in " + " | ".join(f"name_{i}" for i in range(30)) + ": pass",
        "x += " + " if a else ".join(f"name_{i}" for i in range(30)),
        "return [" + "name_of_element" * 3 + " for name in " + "iterable" * 7 + " if condition]",
        "x = f(" * 12 + "name_of_argument, name_of_argument_2" + ")" * 12,
        "a.b." + ".".join(f"method_{i}(x, y)" for i in range(20)),
        "x = f(" + "lambda x, y: x + y, " * 20 + "z)",
        "f(" + "name" * 20 + ", " + "x" * 70 + "[i])",
        "x[" + ", ".join(f"name_{i}:stop_{i}" for i in range(12)) + "] = 0",
    ],
)
def test_long_line_is_broken_and_stable(text):
    printed = unparse(ast.parse(text))
    assert max(map(len, printed.split("\n"))) <= WIDTH
    assert ast.dump(ast.parse(printed)) == ast.dump(ast.parse(text))
    assert unparse(ast.parse(printed)) == printed


def test_line_without_brackets_stays_long():
    text = "x = '" + "a" * 200 + "'"
    assert unparse(ast.parse(text)) == text.replace("'", '"') + "\n"


# Random trees

names = st.sampled_from("abcxyz").map(ast.Name)
constants = st.one_of(
    st.integers(-9, 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([True, None, ..., 2j, 1 - 2j, (1, -1.0), "a", b"b"]),
).map(ast.Constant)


def grown(inner):
    def build(kind, *parts):
        return st.builds(kind, *parts)

    binary = [ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult, ast.Pow]
    binary += [ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor]
    compared = [ast.Eq, ast.NotEq, ast.Lt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn]
    signs = st.sampled_from([ast.USub, ast.UAdd, ast.Invert, ast.Not])
    some = st.lists(inner, min_size=1, max_size=3)
    parameters = ast.parse("lambda u, v=1: 0", mode="eval").body.args
    clause = build(
        lambda i, t: ast.comprehension(ast.Name("u"), i, t, 0), inner, st.lists(inner, max_size=1)
    )
    maybe = st.none() | inner
    item = inner | build(ast.Slice, maybe, maybe, maybe)
    return st.one_of(
        build(lambda a, o, b: ast.BinOp(a, o(), b), inner, st.sampled_from(binary), inner),
        build(lambda a, o, b: ast.BinOp(a, o(), b), inner, st.sampled_from(binary), inner),
        build(lambda o, a: ast.UnaryOp(o(), a), signs, inner),
        build(
            lambda o, v: ast.BoolOp(o(), v),
            st.sampled_from([ast.And, ast.Or]),
            st.lists(inner, min_size=2, max_size=3),
        ),
        build(
            lambda a, pairs: ast.Compare(a, [o() for o, _ in pairs], [b for _, b in pairs]),
            inner,
            st.lists(st.tuples(st.sampled_from(compared), inner), min_size=1, max_size=2),
        ),
        build(ast.IfExp, inner, inner, inner),
        build(lambda b: ast.Lambda(parameters, b), inner),
        build(
            lambda f, a, k: ast.Call(f, a, [ast.keyword(n, v) for n, v in k]),
            inner,
            some,
            st.lists(st.tuples(st.sampled_from(["k", None]), inner), max_size=1),
        ),
        build(lambda v: ast.Attribute(v, "T"), inner),
        build(ast.Subscript, inner, item),
        build(lambda v, i: ast.Subscript(v, ast.Tuple(i)), inner, st.lists(item, max_size=3)),
        build(lambda v, a: ast.Call(v, [ast.Starred(a)], []), inner, inner),
        build(ast.Tuple, st.lists(inner, max_size=3)),
        build(ast.List, some),
        build(ast.Set, some),
        build(lambda k, v, s: ast.Dict([k, None], [v, s]), inner, inner, inner),
        build(lambda e, c: ast.ListComp(e, [c]), inner, clause),
        build(lambda e, c: ast.GeneratorExp(e, [c]), inner, clause),
        build(lambda a: ast.NamedExpr(ast.Name("n"), a), inner),
        build(ast.Await, inner),
        build(ast.Yield, maybe),
    )


trees = st.recursive(names | constants, grown, max_leaves=25)


def normal(node: ast.expr) -> str:
    """Dump the tree that the oracle's text parses to, once constants are in normal form."""

    class Normalise(ast.NodeTransformer):
        def visit_Constant(self, node):
            if isinstance(node.value, complex) and node.value.real:
                plus = ast.Add() if node.value.imag > 0 else ast.Sub()
                imaginary = ast.Constant(complex(0, abs(node.value.imag)))
                return ast.BinOp(ast.Constant(node.value.real), plus, imaginary)
            return ast.parse(repr(node.value), mode="eval").body if node.value is not ... else node

    tree = Normalise().visit(copy.deepcopy(node))
    return ast.dump(ast.parse(ast.unparse(ast.fix_missing_locations(tree)), mode="eval").body)


@settings(max_examples=1500, deadline=None)
@given(trees)
def test_random_expression_reads_back_as_the_oracle_does(node):
    text = expression(node)
    assert "\n" not in text
    assert ast.dump(parsed(text)) == normal(node)
    assert expression(parsed(text)) == text


@settings(max_examples=500, deadline=None)
@given(trees, trees, trees)
def test_random_statements_read_back(a, b, c):
    body = [
        ast.Assign([ast.Name("x" * 60), ast.Subscript(ast.Name("y"), a)], b),
        ast.AugAssign(ast.Name("z"), ast.Add(), ast.Tuple([a, b])),
        ast.If(a, [ast.Return(ast.Tuple([a, b, c]))], [ast.If(b, [ast.Expr(c)], [])]),
        ast.For(ast.Name("i"), a, [ast.While(b, [ast.Raise(c, a)], [ast.Assert(b, c)])], []),
    ]
    text = unparse(module(*body))
    assert unparse(ast.parse(text)) == text


@settings(max_examples=300, deadline=None)
@given(trees, st.data())
def test_every_bracket_pair_is_needed(node, data):
    """Taking one pair of grouping brackets away changes the tree or breaks the text."""
    text = expression(node)
    stack, pairs, quoted = [], [], False
    for i, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter == "(" and not quoted:
            stack.append(i)
        elif letter == ")" and not quoted:
            pairs.append((stack.pop(), i))
    grouping = [
        p for p in pairs if p[0] == 0 or not (text[p[0] - 1].isalnum() or text[p[0] - 1] in ')]}"')
    ]
    if not grouping:
        return
    i, j = data.draw(st.sampled_from(grouping))
    if (
        ":=" in text[i:j]
        or text[:i].endswith("*")
        or "yield" in text[i:j]
        or text[j - 1 : j + 1] == ",)"
    ):
        return
    shorter = f"{text[:i]} {text[i + 1 : j]} {text[j + 1 :]}".strip()
    try:
        other = ast.dump(ast.parse(shorter, mode="eval"))
    except SyntaxError:
        return
    if other == ast.dump(ast.parse(text, mode="eval")):
        # Tuples may keep them where they help the reader, and `(1).real` where `1 .real` is.
        inside = parsed(text[i : j + 1])
        assert isinstance(inside, ast.Tuple) or type(getattr(inside, "value", None)) is int


# Depth and time


@pytest.mark.parametrize("count", [100, 900])
@pytest.mark.parametrize("piece", [" + {}", " * {}", ".a", "[0]", "(x)", " if c else x"])
def test_long_chain_is_printed(piece, count):
    text = "x" + "".join(piece.format(f"x{i}") for i in range(count))
    assert expression(parsed(text)) == text


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("(x + ", ") * y"), ("f(", ")"), ("f(k=", ")"), ("[", "]"), ("x[", "]"), ("x[i, ", "]")],
)
def test_nesting_up_to_the_limit_of_python_is_printed(opening, closing):
    depth = 90 if closing == ") * y" else 150
    text = opening * depth + "z" + closing * depth
    assert len(expression(parsed(text))) == len(text)


@pytest.mark.parametrize("piece", ["-", "not ", "2 ** ", "lambda: "])
def test_prefixes_are_printed(piece):
    text = piece * 150 + "x"
    assert expression(parsed(text)) == text


def test_nesting_that_python_cannot_read_is_refused():
    node = ast.Name("x")
    for _ in range(3000):
        node = ast.Call(ast.Name("f"), [node], [])
    with pytest.raises(CodegenError, match=r"deep|nested"):
        unparse(module(ast.Expr(node)))


def test_elif_chain_is_printed():
    text = "if x == 0:\n    y\n" + "".join(f"elif x == {i}:\n    y\n" for i in range(1, 80))
    assert unparse(ast.parse(text)) == text


def test_a_long_module_prints():
    tree = ast.parse("".join(f"x_{i} = y_{i} + 1\n" for i in range(10_000)))
    assert unparse(tree).count("\n") == 10_000
