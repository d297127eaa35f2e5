"""Prints what becomes of every whole program, and how many are refused for each reason.

Run: python -m tests.whole [NAME ...]
"""

from __future__ import annotations

import collections
import contextlib
import io
import sys
import warnings

from tests.verdict import verdict
from tests.whole.test_whole import PROGRAMS, check_program


def main(names: list[str]) -> None:
    found = {}
    for name in names or PROGRAMS:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("error")
            found[name] = " ".join(verdict(check_program, name).split())
        print(f"{name:24} {found[name]}", flush=True)
    words = (text.split()[0].rstrip(":") for text in found.values())
    print(dict(collections.Counter(words).most_common()))


if __name__ == "__main__":
    main(sys.argv[1:])
