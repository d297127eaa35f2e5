"""Loaded texts run, are shown by tracebacks and inspect, and are forgotten with their function."""

from __future__ import annotations

import gc
import inspect
import linecache
import os
import sys
import threading
import traceback
import warnings
from pathlib import Path

import pytest

from srcgrad.errors import CodegenError
from srcgrad.runtime import load as loading
from srcgrad.runtime.load import annotate, filename_for, load

TEXT = """\
def helper(x):
    return x / 0


def dloss(x):
    # h = x * 2
    h = x * 2
    # y = helper(h)
    y = helper(h)
    return y
"""
LINES = {6: ("model.py", 12, "h = x * 2"), 8: ("model.py", 13, "y = helper(h)\n")}
needs_notes = pytest.mark.skipif(sys.version_info < (3, 11), reason="notes are new in 3.11")


def failure(function, *arguments) -> BaseException:
    try:
        function(*arguments)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_load_returns_the_named_function():
    filename = filename_for("f", "def f(x): return x + c\n")
    namespace: dict[str, object] = {"c": 3}
    f = load("def f(x): return x + c\n", "f", namespace, filename)
    assert f(4) == 7
    assert f.__globals__ is namespace
    assert f.__code__.co_filename == filename


def test_load_does_not_inherit_future_statements():
    text = "def f(x: int): return x\n"
    assert load(text, "f", {}, filename_for("f", text)).__annotations__ == {"x": int}


@pytest.mark.parametrize(
    "text, name",
    [("def f(:\n", "f"), ("def f(): pass\n", "g"), ("f = 3\n", "f"), ("def f(): '\0'\n", "f")],
)
def test_load_refuses_what_defines_no_function(text, name):
    with pytest.raises(CodegenError, match="SG503"):
        load(text, name, {}, "<srcgrad f 0>")
    assert "<srcgrad f 0>" not in linecache.cache


def test_load_refuses_a_function_that_was_there_before():
    with pytest.raises(CodegenError, match="SG503"):
        load("c = 1\n", "failure", {"failure": failure}, "<srcgrad f 0>")


def test_filename_is_deterministic_and_printable():
    assert filename_for("loss", TEXT) == filename_for("loss", TEXT)
    assert filename_for("loss", TEXT) != filename_for("loss", TEXT + "\n")
    hostile = filename_for("../../etc\n\x1b[31m" + "x" * 500, TEXT)
    assert hostile.startswith("<srcgrad ") and hostile.endswith(">")
    assert hostile.isprintable() and len(hostile) < 120


def test_traceback_and_inspect_show_the_text():
    filename = filename_for("dloss", TEXT)
    f = load(TEXT, "dloss", {}, filename)
    shown = "".join(traceback.format_exception(failure(f, 1.0)))
    assert f'File "{filename}", line 9, in dloss\n    y = helper(h)' in shown
    assert f'File "{filename}", line 2, in helper\n    return x / 0' in shown
    assert inspect.getsource(f) == TEXT[TEXT.index("def dloss") :]
    linecache.checkcache()
    assert linecache.getline(filename, 9) == "    y = helper(h)\n"


def test_lines_are_counted_as_python_counts_them():
    text = "def f(x):\n    s = 'a\x0cb\u2028c'\n    return x / 0\n"
    filename = filename_for("f", text)
    error = failure(load(text, "f", {}, filename), 1.0)
    assert traceback.extract_tb(error.__traceback__)[-1].line == "return x / 0"


def test_linecache_forgets_a_collected_function():
    filename = filename_for("dloss", TEXT + "# once\n")
    first = load(TEXT, "dloss", {}, filename)
    second = load(TEXT, "dloss", {}, filename)
    del first
    gc.collect()
    assert filename in linecache.cache
    del second
    gc.collect()
    assert filename not in linecache.cache
    assert filename not in loading._owners


def test_thousand_loads_leave_nothing_behind():
    before = len(linecache.cache)
    for number in range(1000):
        text = f"def f(x): return x + {number}\n"
        assert load(text, "f", {}, filename_for("f", text))(1) == number + 1
    gc.collect()
    assert len(linecache.cache) <= before
    assert not [name for name in loading._owners if name.startswith("<srcgrad f ")]


def test_threads_loading_one_text_keep_its_lines():
    filename = filename_for("dloss", TEXT + "# threads\n")
    kept, failures = [], []

    def work() -> None:
        for _ in range(100):
            f = load(TEXT, "dloss", {}, filename)
            if linecache.getline(filename, 2) != "    return x / 0\n":
                failures.append(filename)
            del f
        kept.append(load(TEXT, "dloss", {}, filename))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gc.collect()
    assert not failures
    assert filename in linecache.cache and len(loading._owners[filename]) == 8
    kept.clear()
    gc.collect()
    assert filename not in linecache.cache


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fork_while_another_thread_loads_does_not_deadlock():
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with loading._lock:
            held.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12: fork with threads
        child = os.fork()
    if child == 0:
        import signal

        signal.alarm(10)
        status = 1
        try:
            status = load("def f(): return 0\n", "f", {}, "<srcgrad f fork>")()
        finally:
            os._exit(status)
    done.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@needs_notes
def test_annotate_names_the_line_of_the_user():
    filename = filename_for("dloss", TEXT)
    error = failure(load(TEXT, "dloss", {}, filename), "a")  # fails in helper: "aa" / 0
    annotate(error, TEXT, filename, LINES)
    assert not hasattr(error, "__notes__")  # helper has no lines of its own: nothing is guessed
    text = TEXT.replace("y = helper(h)\n    return", "y = h / 0\n    return")
    filename = filename_for("dloss", text)
    error = failure(load(text, "dloss", {}, filename), 1.0)
    annotate(error, text, filename, LINES)
    assert error.__notes__ == ["in the adjoint of model.py:13: y = helper(h)"]
    annotate(error, text, filename, LINES)
    assert len(error.__notes__) == 1


@needs_notes
def test_annotate_takes_the_nearest_line_above():
    filename = filename_for("dloss", TEXT)
    text = TEXT.replace("h = x * 2\n    # y", "h = x / 0\n    # y")
    error = failure(load(text, "dloss", {}, filename), 1.0)
    annotate(error, text, filename, LINES)
    assert error.__notes__ == ["in the adjoint of model.py:12: h = x * 2"]
    error = failure(load(text, "dloss", {}, filename), 1.0)
    annotate(error, text, filename, {7: ("m.py", 3, "")})
    assert error.__notes__ == ["in the adjoint of m.py:3"]


def test_annotate_leaves_other_exceptions_alone():
    error = failure(lambda: 1 / 0)
    annotate(error, TEXT, filename_for("dloss", TEXT), LINES)
    annotate(ValueError("no traceback"), TEXT, filename_for("dloss", TEXT), LINES)
    assert not hasattr(error, "__notes__")


@pytest.mark.parametrize("module", ["cache.py", "load.py", "__init__.py"])
def test_runtime_reads_no_pickle_and_leaves_the_path_alone(module):
    text = (Path(loading.__file__).parent / module).read_text(encoding="utf-8")
    assert not [word for word in ("pickle", "marshal", "sys.path", "shelve") if word in text]
