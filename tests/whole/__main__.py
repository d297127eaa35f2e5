"""Prints what becomes of every whole program, and how many are refused for each reason.

Run: python -m tests.whole [NAME ...]
"""

from __future__ import annotations

import collections
import contextlib
import io
import sys
import traceback
import warnings

from srcgrad.errors import SrcgradError
from tests.whole.test_whole import PROGRAMS, check_program


def outcome(name: str) -> tuple[str, str]:
    """One word (right, wrong, error, or the code of a refusal), and the reason in one line."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("error")
            check_program(name)
    except SrcgradError as refusal:
        return refusal.code, str(refusal).strip().splitlines()[0]
    except AssertionError as wrong:
        return "wrong", " ".join(str(wrong).split())
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[::-1][:3]
        places = " < ".join(f"{f.filename.split('/')[-1]}:{f.lineno}:{f.name}" for f in frames)
        return "error", f"{type(error).__name__}: {error} at {places}"
    return "right", ""


def main(names: list[str]) -> None:
    found = {}
    for name in names or PROGRAMS:
        found[name] = outcome(name)
        print(f"{name:24} {found[name][0]:6} {found[name][1]}", flush=True)
    print(dict(collections.Counter(word for word, _ in found.values()).most_common()))


if __name__ == "__main__":
    main(sys.argv[1:])
