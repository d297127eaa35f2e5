"""The command line prints each stage, refuses with one clean message, and exits rightly."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import srcgrad
from srcgrad.codegen.listing import Listing
from srcgrad.errors import CODES
from srcgrad.tools import errorpages
from srcgrad.tools.cli import main
from srcgrad.tools.stages import gradient_of
from srcgrad.tools.target import find

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
MODEL = '''\
import functools
import numpy as np
from srcgrad import grad, value_and_grad

SCALE = 2.0

def loss(w, x, y):
    """Squared error."""
    h = np.tanh(x @ w)
    if not (SCALE is None):
        h = h * SCALE
    return np.sum((h - y) ** 2)

def doubled(a):
    b = a * 2.0
    while np.linalg.norm(b) < 1000.0:
        b = b * 2.0
    return np.sum(b)

@value_and_grad(argnums="y", unroll=False)
def product(x, y):
    return np.sum(x * np.exp(y))

class Model:
    @grad
    def step(self, x):
        return np.sum(x * x)

def missing(x):
    return np.sum(np.sort_complex(x))

def shapes(x, y):
    s = np.sum(x + y)
    while s < 1.0:
        s = s * 2.0
    return s

def writes(x):
    with open("f") as f:
        pass
    return np.sum(x)

NUMBER = 3
'''


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model_for_show.py"
    path.write_text(MODEL)
    return path


@pytest.fixture(autouse=True)
def clean_imports(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a command imports and puts on the path is forgotten after a test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith(("model_for_show", "package_for_show", "json_")):
            del sys.modules[name]


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs a command and gives status, output and errors."""

    def call(*words: object) -> tuple[int, str, str]:
        status = main([str(word) for word in words])
        return (status, *capsys.readouterr())

    return call


SHOWN = {
    "loss_source": ["loss", "--stage", "source"],
    "loss_normalised": ["loss", "--stage", "normalised"],
    "loss_ir": ["loss", "--stage", "ir"],
    "doubled_unrolled": ["doubled", "--args", "np.ones(3)", "--unroll"],
    "doubled_ir_unrolled": ["doubled", "--args", "np.full(3, 200.0)", "--unroll", "--stage", "ir"],
    "doubled_c": ["doubled", "--args", "np.ones(3)", "--target", "c"],
}


@pytest.mark.parametrize("name", SHOWN)
def test_show_prints_a_stage(name: str, run: Run, model: Path, golden: Callable[[Path, str], None]):
    function, *options = SHOWN[name]
    status, out, err = run("show", f"{model}:{function}", *options)
    assert (status, err) == (0, "")
    golden(GOLDEN / f"{name}.txt", out)


PYTHON = {
    "def loss(w, x, y, SCALE):": ["loss", "--stage", "primal"],
    "def dloss(w, x, y, SCALE):": ["loss", "--args", "np.ones((3, 2)), np.ones((4, 3)), y=1.0"],
    "return dw, dy": ["loss", "--wrt", "w,y", "--args", "np.ones(3), np.ones((4, 3)), np.ones(4)"],
    "return np.sum(": ["loss", "--value", "--args", "np.ones(3), np.ones((4, 3)), np.ones(4)"],
    "while np.linalg.norm(b) < 1000.0:": ["doubled", "--args", "np.ones(3)"],
    "def doubled(a):": ["doubled", "--args", "np.ones(3)", "--unroll", "--stage", "primal"],
    "def dstep(self, x):": ["Model.step", "--args", "None, np.ones(2)"],
}


@pytest.mark.parametrize("line", PYTHON)
def test_show_prints_python(line: str, run: Run, model: Path):
    function, *options = PYTHON[line]
    status, out, err = run("show", f"{model}:{function}", *options)
    assert (status, err) == (0, "") and line in out
    compile(out, "shown", "exec")


@pytest.mark.parametrize("target, line", [("c", "void dproduct("), ("cuda", "__global__")])
def test_show_prints_other_targets(target: str, line: str, run: Run, model: Path):
    call = ["--args", "np.ones(3), np.ones(3)", "--target", target]
    status, out, err = run("show", f"{model}:product", *call)
    assert (status, err) == (0, "") and line in out and "model_for_show.py:22" in out


def test_show_without_arguments_knows_no_ranks(run: Run, model: Path):
    status, out, err = run("show", f"{model}:loss")
    assert (
        status == 0
        and err == ""
        and "def dloss(w, x, y, SCALE):" in out
        and "unbroadcast_to" in out
    )


def test_show_keeps_and_overrides_the_options_of_a_decorator(model: Path):
    _, product = find(f"{model}:product")
    kept = gradient_of(product, None, value=False)
    assert (kept.wrt, kept.single, kept.options.value, kept.unroll) == (("y",), True, True, False)
    assert gradient_of(product, ("x", 1), value=False).wrt == ("x", "y")
    assert kept.primal is product.primal


@pytest.mark.parametrize(
    "words, message",
    [
        (["loss"], "'loss' does not name a function: write FILE.py:function"),
        (["missing.py:loss"], "there is no file missing.py"),
        (["MODEL:lost"], "has no lost; did you mean loss?"),
        (["MODEL:doubled", "--unroll"], "--unroll needs --args"),
        (["MODEL:doubled", "--stage", "ir", "--target", "c"], "the same for every target"),
        (["MODEL:doubled", "--stage", "wrong"], "invalid choice: 'wrong'"),
        ([], "required: FILE.py:function"),
    ],
)
def test_a_command_that_makes_no_sense_exits_with_2(
    words: list[str], message: str, run: Run, model: Path
):
    status, out, err = run("show", *[w.replace("MODEL", str(model)) for w in words])
    assert status == 2 and out == "" and message in err and "Traceback" not in err


@pytest.mark.parametrize(
    "words, messages",
    [
        (["missing"], [":30:19:", "numpy.sort_complex", "[SG201]", "^^^", "remedy:"]),
        (["writes"], [":39:10:", "[SG107]", "remedy: enter the context"]),
        (["NUMBER"], ["3 is not a function [SG310]"]),
        (["loss", "--wrt", "q"], ["no parameter 'q' [SG303]", "remedy: use one of w, x, y"]),
        (["loss", "--wrt", "7"], ["argnums=7 but loss has 3 parameters [SG303]"]),
        (["loss", "--args", "1/0"], ["--args '1/0': ZeroDivisionError: division by zero"]),
        (["loss", "--args", "np.ones(3"], ["--args 'np.ones(3'", "SyntaxError"]),
        (["loss", "--args", "unknown"], ["NameError: name 'unknown' is not defined"]),
        (["loss", "--args", "np.ones(3)"], ["missing a required argument: 'x' [SG302]"]),
        (["doubled", "--args", "np.arange(3)"], ["argument 'a' is an array of int64", "[SG301]"]),
        (["doubled", "--target", "c"], ["the path of doubled depends", "[SG508]"]),
        (["loss", "--args", "np.ones(3), np.ones((4, 3)), 1.0", "--target", "c"], [":9:17: matmul in `h = np.tanh(x @ w)` is not available", "[SG510]"]),  # noqa: E501
        (["shapes", "--args", "np.ones(2), np.ones(3)", "--unroll"], ["shapes fails for these --args: ValueError: operands"]),  # noqa: E501
    ],
)  # fmt: skip
def test_a_failure_is_one_located_message_and_exits_with_1(
    words: list[str], messages: list[str], run: Run, model: Path
):
    status, out, err = run("show", f"{model}:{words[0]}", *words[1:])
    assert (status, out) == (1, "")
    assert "Traceback" not in err and "<module" not in err
    for message in messages:
        assert message in err


@pytest.mark.parametrize(
    "text, message",
    [
        ("import numpy\n1 / 0\n", "cannot import broken_model.py: .*broken_model.py:2: ZeroDiv"),
        ("def f(:\n", "broken_model.py:1: SyntaxError"),
        ("import not_there_at_all\n", "No module named 'not_there_at_all'"),
        ("raise SystemExit(3)\n", "ends Python when it is imported: 3"),
    ],
)
def test_a_file_that_cannot_be_imported(text: str, message: str, run: Run, tmp_path: Path):
    path = tmp_path / "broken_model.py"
    path.write_text(text)
    status, out, err = run("show", f"{path}:f")
    assert (status, out) == (1, "") and re.search(message, err) and "Traceback" not in err


def test_a_file_in_a_package_and_one_beside_its_neighbours(run: Run, tmp_path: Path):
    package = tmp_path / "package_for_show"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "scale.py").write_text("def scale(x):\n    return 2.0 * x\n")
    text = "import numpy as np\nfrom {}scale import scale\ndef f(x):\n    return np.sum(scale(x))\n"
    (package / "inner.py").write_text(text.format("."))
    status, out, _ = run("show", f"{package / 'inner.py'}:f", "--args", "np.ones(2)")
    assert status == 0 and "np.full_like(x, 2.0)" in out


def test_a_file_named_like_a_module_does_not_replace_it(run: Run, tmp_path: Path):
    import json

    path = tmp_path / "json.py"
    path.write_text("import numpy as np\ndef f(x):\n    return np.sum(x * x)\n")
    assert run("show", f"{path}:f")[0] == 0
    assert sys.modules["json"] is json


def test_output_is_plain_unless_it_goes_to_a_terminal(
    run: Run, model: Path, monkeypatch: pytest.MonkeyPatch
):
    _, plain, _ = run("show", f"{model}:loss", "--stage", "source")
    assert "\x1b" not in plain
    monkeypatch.setattr("srcgrad.runtime.views._wants_colour", lambda out: True)
    _, coloured, _ = run("show", f"{model}:loss", "--stage", "source")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    pytest.importorskip("pygments")
    assert "\x1b" in coloured


def test_a_listing_is_plain_without_pygments(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pygments", None)
    listing = Listing("x = 1 < 2", "python")
    assert listing.ansi == listing.plain == "x = 1 < 2\n"
    assert listing.html == "<pre>x = 1 &lt; 2\n</pre>"


def test_a_listing_as_html_holds_the_text():
    pytest.importorskip("pygments")
    page = Listing("x = '<b>'\n", "python").html
    assert "style=" in page and "&lt;b&gt;" in page and "<b>" not in page


def test_show_of_a_gradient_prints_or_draws(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    _, product = find(f"{model}:product")
    assert product.show() is None
    assert "def dproduct(x, y):" in capsys.readouterr().out
    monkeypatch.setattr("srcgrad.runtime.views.in_notebook", lambda: True)
    drawn = product.show()
    assert "dproduct" in drawn._repr_html_() and capsys.readouterr().out == ""


# -- the other commands ----------------------------------------------------------------------------


def test_cache_lists_and_clears(run: Run, model: Path, tmp_path: Path, monkeypatch: Any):
    monkeypatch.setenv("SRCGRAD_CACHE", "disk")
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "cache"))
    assert run("show", f"{model}:loss", "--args", "np.ones(3), np.ones((4, 3)), 1.0")[0] == 0
    status, out, _ = run("cache", "ls")
    assert status == 0 and "model_for_show.loss" in out and "1 entry" in out
    assert run("cache", "clear")[1].startswith("removed 1 entry")
    assert run("cache", "ls")[1].startswith("0 entries")


def test_cache_says_when_it_is_off(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SRCGRAD_CACHE", "memory")
    assert run("cache", "ls") == (0, "the disk cache is not used: SRCGRAD_CACHE=memory\n", "")


def test_a_wrong_setting_is_a_clean_message(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SRCGRAD_CACHE", "sometimes")
    status, out, err = run("cache", "ls")
    assert (status, out) == (1, "") and "[SG604]" in err and "remedy: set it to disk" in err


def test_doctor_reports_what_is_there(run: Run, monkeypatch: pytest.MonkeyPatch):
    status, out, _ = run("doctor")
    rows = dict(re.split(r"\s\s+", line, maxsplit=1) for line in out.splitlines())
    assert status == 0
    assert rows["srcgrad"] == srcgrad.__version__
    assert {"numpy", "C compiler", "CUDA compiler", "CuPy", "cache", "scipy", "pygments"} <= set(
        rows
    )
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "C compiler     absent: the C target" in run("doctor")[1]


def test_doctor_fails_where_a_needed_part_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("srcgrad.tools.doctor.package_version", lambda name: "")
    status, out, _ = run("doctor")
    assert status == 1 and "gast           MISSING" in out


def test_explain_prints_a_page(run: Run):
    status, out, _ = run("explain", "sg108")
    assert status == 0 and out.startswith("SG108: match statement\n")
    status, out, _ = run("explain", "SG999")
    assert status == 2 and "there is no code SG999" in out


def test_every_code_has_a_remedy_and_a_group():
    assert list(errorpages.REMEDIES) == list(CODES)
    assert {code[2] for code in CODES} == set(errorpages.GROUPS)


def test_the_page_of_errors_is_current():
    written = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert written == errorpages.document(), "run python -m srcgrad.tools.errorpages"


def test_version_and_help(run: Run):
    assert run("--version") == (0, f"srcgrad {srcgrad.__version__}\n", "")
    status, out, _ = run("--help")
    assert status == 0 and all(word in out for word in ("show", "cache", "doctor", "explain"))
    assert run()[0] == 2
    assert run("no-such-command")[0] == 2


def test_the_command_runs_as_a_program_and_survives_a_closed_pipe(model: Path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "srcgrad.tools.cli", "show", f"{model}:doubled"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "def ddoubled(a):" in done.stdout
    read, write = os.pipe()
    os.close(read)
    closed = subprocess.run(
        words, env=environment, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(write)
    assert "Traceback" not in closed.stderr and "Exception ignored" not in closed.stderr
