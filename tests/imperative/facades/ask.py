"""Runs the short programs with the library itself and keeps what they print.

`python -m tests.imperative.facades.ask torch` writes `torch.json`; it needs PyTorch, and for `tf`
TensorFlow.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import re
import sys
import warnings
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
LIBRARIES = {"torch": "torch", "tf": "tensorflow"}


def read_programs(name: str) -> dict[str, str]:
    """The programs of a library, by title."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    parts = re.split(r"^== ", text, flags=re.MULTILINE)[1:]
    blocks = [part.partition("\n") for part in parts]
    found = {title.strip(): code for title, _, code in blocks}
    if len(found) != len(blocks):
        raise ValueError(f"{name}: a title is used twice")
    return found


def read_answers(name: str) -> dict[str, list[str]]:
    """What the library printed, by title."""
    found: dict[str, list[str]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def run_program(code: str, name: str, module: Any) -> tuple[list[str], BaseException | None]:
    """The lines that a program prints, and the error that ends it, if one does."""
    printed, ended = io.StringIO(), None
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(code, "<program>", "exec"), {name: module, "__name__": "__main__"})
        except Exception as error:
            ended = error
    return printed.getvalue().splitlines(), ended


def check_program(title: str, name: str, module: Any) -> None:
    """Fail unless a program prints, and ends with, what the library gave."""
    lines, ended = run_program(read_programs(name)[title], name, module)
    wanted = list(read_answers(name)[title])
    if wanted and wanted[-1].startswith("error: "):
        kind = wanted.pop().removeprefix("error: ")
        assert kind in [k.__name__ for k in type(ended).__mro__], ended
    elif ended is not None:
        raise ended
    assert lines == wanted


def main(name: str) -> None:
    """Asks all programs of a library."""
    module = importlib.import_module(LIBRARIES[name])
    answers = {}
    for title, code in read_programs(name).items():
        lines, ended = run_program(code, name, module)
        kinds = [] if ended is None else [k.__name__ for k in type(ended).__mro__]
        builtin = next((k for k in kinds if k in ERRORS), "RuntimeError")
        answers[title] = lines + ([] if ended is None else [f"error: {builtin}"])
    text = json.dumps(answers, indent=1, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


ERRORS = ("RuntimeError", "TypeError", "ValueError", "IndexError", "AttributeError")

if __name__ == "__main__":
    main(sys.argv[1])
