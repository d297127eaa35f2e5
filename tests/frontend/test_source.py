"""Source retrieval finds every kind of function, proves that it was loaded, or refuses."""

from __future__ import annotations

import ast
import doctest
import functools
import importlib.util
import linecache
import os
import threading
import time
import warnings
from pathlib import Path
from types import FunctionType, ModuleType

import gast
import numpy as np
import pytest

from srcgrad.errors import SourceError, UnsupportedSyntaxError
from srcgrad.frontend.source import read_source


def module_from(path: Path, text: str) -> ModuleType:
    """Write and load a module."""
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    return module


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    stamp = time.time() + 10
    os.utime(path, (stamp, stamp))


def code_of(function):
    with pytest.raises((SourceError, UnsupportedSyntaxError)) as caught:
        read_source(function)
    return caught.value.code


def plain(x, scale=2.0):
    """Scale."""
    y = x * scale  # the product
    return y


def test_plain_function():
    source = read_source(plain)
    assert source.function is plain and source.file == __file__
    assert source.first_line == plain.__code__.co_firstlineno
    assert source.text == (
        'def plain(x, scale=2.0):\n    """Scale."""\n'
        "    y = x * scale  # the product\n    return y\n"
    )
    assert isinstance(source.tree, gast.FunctionDef) and source.tree.name == "plain"


def test_span_and_segment_give_true_places():
    source = read_source(plain)
    product = source.tree.body[1].value
    span = source.span(product)
    assert (span.line, span.col, span.end_col) == (source.first_line + 2, 8, 17)
    assert source.segment(span) == "x * scale"
    assert source.line(span.line) == "    y = x * scale  # the product\n"
    assert source.segment(source.span(source.tree)) == source.text.rstrip("\n")


def test_nested_function_is_dedented_and_spans_stay_in_the_file():
    def inner(größe, b):
        text = """
    kept as it is
"""
        return größe + b, text

    source = read_source(inner)
    assert source.text.startswith("def inner(größe, b):\n    text")
    span = source.span(source.tree.body[-1].value.elts[0])
    assert source.segment(span) == "größe + b" and span.col == 15
    assert source.line(span.line)[span.col : span.end_col] == "größe + b"


def test_closures_and_classes_compile_to_what_was_loaded():
    k = 3.0

    class Base:
        def value(self, x):
            return x

    class Model(Base):
        __weight = 2.0

        def value(self, x):
            return super().value(x) * self.__weight * k

        @staticmethod
        def still(x):
            return x * k

        @classmethod
        def named(cls, x):
            return x * cls.__weight

    model = Model()
    assert model.value(1.0) == 6.0
    for function in (model.value, Model.value, Model.still, Model.named, model.still):
        source = read_source(function)
        assert source.tree.decorator_list == []
    assert read_source(Model.__dict__["still"]).text.startswith("def still(x):")


def tag(function):
    function.tagged = True
    return function


@tag
@tag
def decorated(x: np.ndarray, *, k: int = 2) -> np.ndarray:
    return x * k


def test_decorated_function_is_read_without_decorators():
    source = read_source(decorated)
    assert source.text.startswith("def decorated(") and source.tree.decorator_list == []
    assert source.first_line == decorated.__code__.co_firstlineno + 2


def doubling(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2 * function(*args, **kwargs)

    return wrapper


def doubling_by_name(function):
    @functools.wraps(function)
    def wrapper(x):
        return 2 * function(x)

    return wrapper


def test_wrapper_of_a_decorator_is_never_looked_through():
    @doubling
    def hidden(x):
        return x

    with pytest.raises(SourceError, match="a decorator hides hidden behind wrapper") as caught:
        read_source(hidden)
    assert caught.value.code == "SG404" and "__wrapped__" in caught.value.remedy

    @doubling_by_name
    def seen(x):
        return x

    assert "2 * function(x)" in read_source(seen).text
    assert code_of(np.vectorize(plain)) == "SG401"
    assert code_of(functools.singledispatch(plain)) == "SG404"


def test_memoising_wrapper_is_looked_through():
    assert read_source(functools.lru_cache(plain)).function is plain


double = lambda x: x * 2
first, second, third = lambda x: x * 2.0, lambda x: x * 3.0, (lambda x: x * 0.0)
minus = [lambda x: x * 0.0, lambda x: x * -0.0, lambda x: x * 0]
pair = (lambda x, k=1: x * k), (lambda x, k=2: x * k)
chain = lambda x: lambda y: x * y
# fmt: off
long = lambda x: (
    x
    + 1
)
# fmt: on


def test_lambda_becomes_a_function_with_one_return():
    source = read_source(double)
    assert source.tree.name == "double" and source.text == "lambda x: x * 2"
    (statement,) = source.tree.body
    assert isinstance(statement, gast.Return)
    assert source.segment(source.span(statement.value)) == "x * 2"
    assert read_source(third).tree.name == "lambda_"
    assert read_source(long).text == "lambda x: (\n    x\n    + 1\n)"


def test_lambdas_on_one_line_are_told_apart():
    assert [read_source(f).text for f in (first, second, third)] == [
        "lambda x: x * 2.0",
        "lambda x: x * 3.0",
        "lambda x: x * 0.0",
    ]
    assert [read_source(f).text for f in minus] == [
        "lambda x: x * 0.0",
        "lambda x: x * -0.0",
        "lambda x: x * 0",
    ]
    assert read_source(chain(1)).text == "lambda y: x * y"
    assert read_source(chain).text == "lambda x: lambda y: x * y"
    assert read_source((lambda: (lambda v: v + 1, lambda v: v + 2))()[1]).text == "lambda v: v + 2"


def test_lambdas_with_equal_code_are_no_ambiguity():
    assert [read_source(f).text.split(":")[1] for f in pair] == [" x * k"] * 2
    if hasattr(double.__code__, "co_positions"):
        assert read_source(pair[1]).text == "lambda x, k=2: x * k"


def test_ambiguous_lambdas_are_refused(tmp_path):
    path = tmp_path / "several.py"
    module = module_from(path, "f, g = (lambda x: x + 1), (lambda x: x + 2)\n")
    edit(path, "x + 1", "x + 3")
    assert read_source(module.g).text == "lambda x: x + 2"
    assert code_of(module.f) == "SG405"


STALE = """
import numpy as np

def helper(x):
    '''Doc.'''
    return np.sum(x - 1)

def f(x, k=2):
    '''Doc.'''
    y = x * k
    def inner(z):
        return z + 1.0
    return inner(y) + helper(x)
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x * k", "x / k"),
        ("z + 1.0", "z + 2.0"),
        ("z + 1.0", "z + 1"),
        ("inner(y) +", "inner(y) -"),
        ("helper(x)\n", "helper(y)\n"),
        ("def f(x, k=2)", "def f(x, *, k=2)"),
        ("def f(x", "def h(x"),
        ("    return inner", "    y = y\n    return inner"),
    ],
)
def test_edited_source_is_refused(tmp_path, old, new):
    path = tmp_path / "stale.py"
    module = module_from(path, STALE)
    read_source(module.f)
    edit(path, old, new)
    with pytest.raises(SourceError, match="not the code that was loaded") as caught:
        read_source(module.f)
    assert caught.value.code == "SG402" and "reload" in caught.value.remedy
    assert read_source(module.helper).tree.name == "helper"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import numpy", "# a comment\n\nimport numpy"),
        ("    y = x * k", "    # why\n    y = (x *\n         k)"),
        ("'''Doc.'''\n    y", "'''Another text.'''\n    y"),
        ("np.sum(x - 1)", "np.sum(x - 2)"),
        ("def f(x, k=2)", "def f(x: float, k: int=3) -> float"),
        ("def f", "@(lambda g: g)\ndef f"),
    ],
)
def test_edits_that_do_not_change_the_function_pass(tmp_path, old, new):
    path = tmp_path / "moved.py"
    module = module_from(path, STALE)
    edit(path, old, new)
    source = read_source(module.f)
    assert source.line(source.first_line).startswith("def f(")


def test_reloaded_source_is_read_anew(tmp_path):
    path = tmp_path / "again.py"
    old = module_from(path, STALE)
    read_source(old.f)
    new = module_from(path, STALE.replace("x * k", "x ** k"))
    os.utime(path, (time.time() + 20,) * 2)
    assert "x ** k" in read_source(new.f).text
    assert code_of(old.f) == "SG402"


def test_broken_file_is_refused(tmp_path):
    path = tmp_path / "broken.py"
    module = module_from(path, STALE)
    edit(path, "y = x * k", "y = (x *")
    assert code_of(module.f) == "SG406"


def test_future_annotations_and_conditional_definitions(tmp_path):
    text = (
        "from __future__ import annotations\nimport math, sys\n"
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n"
        "if sys.version_info > (3,):\n"
        "    def f(x: Nowhere) -> Nowhere:\n"
        "        y: Nowhere = np.sum(x)\n"
        "        return [math.exp(v) for v in (y,)][0]\n"
        "else:\n    def f(x): return x\n"
        "def g(x): return '\\d' if x is 1 else x\n"
    )
    module = module_from(tmp_path / "later.py", text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_source(module.f).text.startswith("def f(x: Nowhere)")
        assert read_source(module.g).text == "def g(x): return '\\d' if x is 1 else x\n"


def test_asserts_that_pytest_rewrote_are_no_edit():
    def checked(x):
        assert x > 0, "positive"
        return x

    assert any(name.startswith("@py") for name in checked.__code__.co_varnames)
    assert "assert x > 0" in read_source(checked).text


def test_function_compiled_alone_as_ipython_does():
    file = "<ipython-input-1-0123>"
    text = "import numpy as np\ndef f(x):\n    return np.sum(x)\ng = lambda x: np.exp(x)\n"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict = {}
    for statement in statements_of(text):
        exec(compile(statement, file, "exec"), scope)
    assert read_source(scope["f"]).file == file
    assert read_source(scope["g"]).text == "lambda x: np.exp(x)"


def statements_of(text):
    return [ast.Module([statement], []) for statement in ast.parse(text).body]


def test_doctest_source():
    """Run a doctest that reads the source of a function of its own."""
    text = (
        ">>> from srcgrad.frontend.source import read_source\n"
        ">>> def f(x):\n...     return x + 1\n"
        ">>> print(read_source(f).text, end='')\ndef f(x):\n    return x + 1\n"
    )
    case = doctest.DocTestParser().get_doctest(text, {}, "case", "case.py", 0)
    assert doctest.DocTestRunner(verbose=False).run(case).failed == 0


def test_function_without_source():
    scope: dict = {}
    exec("def f(x): return x", scope)
    assert code_of(scope["f"]) == "SG401"


@pytest.mark.parametrize("value", [len, np.sum, np.add, "text".upper, int, FunctionType])
def test_compiled_functions_are_refused(value):
    assert code_of(value) in ("SG407", "SG401", "SG404")


def test_objects_and_partials_are_refused_by_name():
    assert code_of(functools.partial(plain, scale=1.0)) == "SG401"
    assert code_of(3) == "SG401"


async def waiting(x):
    return x


async def waiting_generator(x):
    yield x


def test_async_functions_are_refused_with_a_place():
    for function in (waiting, waiting_generator):
        with pytest.raises(UnsupportedSyntaxError) as caught:
            read_source(function)
        assert caught.value.code == "SG403"
        assert caught.value.lineno == function.__code__.co_firstlineno


def test_too_deep_nesting_is_refused(tmp_path):
    text = "def f(x):\n    return " + "-(" * 80 + "x" + ")" * 80 + "\n"
    text += "def g(x):\n    return x" + " + x" * 900 + "\n"
    module = module_from(tmp_path / "deep.py", text)
    assert read_source(module.f).tree.name == "f"
    assert code_of(module.g) == "SG120"


def test_refuse_points_at_a_node():
    source = read_source(plain)
    error = source.refuse(
        UnsupportedSyntaxError, "SG102", "no", source.tree.body[1].value, "do not"
    )
    assert str(error).splitlines()[1:] == [
        "    y = x * scale  # the product",
        "        ^^^^^^^^^",
        "  remedy: do not",
    ]


def test_threads_read_alike(tmp_path):
    module = module_from(tmp_path / "threads.py", STALE + "h = lambda x: x\n" * 50)
    texts = []

    def work():
        for function in (module.f, module.helper, module.h):
            texts.append(read_source(function).text)

    filters = list(warnings.filters)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 24 and len(set(texts)) == 3
    assert warnings.filters == filters
