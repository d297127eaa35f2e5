"""Breaks the lines of the printer that are too long, as black does.

Expressions are written with marks (control characters, which no literal or name contains) around
bracketed groups and before possible line breaks. `layout` reads the marks of a line that is too
long; all other lines merely drop them.
"""

from __future__ import annotations

import re
from itertools import pairwise

WIDTH = 100

# Ranks of expressions, weakest first; a node weaker than its place is put in brackets.
YIELD, TUPLE, TEST, OR, AND, NOT, COMPARE, BITOR, BITXOR, BITAND = range(10)
SHIFT, SUM, TERM, FACTOR, POWER, AWAIT, ATOM = range(10, 17)

# Marks: real brackets, brackets that appear only when the line is broken, optional last comma.
OPEN, CLOSE, MAYBE_OPEN, MAYBE_CLOSE, LAST = "\x01\x02\x03\x04\x05"
AT_COMMA, AT_CLAUSE = "\x10\x11"
AT = {rank: chr(0x10 + rank) for rank in range(TEST, POWER)}
_MARKS = re.compile("[\x01-\x04\x10-\x1f]")
ERASE = dict.fromkeys([*range(1, 6), *range(0x10, 0x20)])
COMMA = ", " + AT_COMMA


def layout(line: str, indent: int, inside: bool = False) -> list[str]:
    """Break a marked line that is too long, as black does: at the last brackets that help.

    Inside brackets it may be broken at its weakest operators or commas as well.
    """
    plain = line.translate(ERASE)
    if indent + len(plain) <= WIDTH:
        return [" " * indent + plain]
    groups, breaks = _scan(line)
    if inside and breaks:
        weakest = min(line[i] for i in breaks)
        cuts = [0, *(i for i in breaks if line[i] == weakest), len(line)]
        pieces = [line[i:j].strip(" " + weakest) for i, j in pairwise(cuts)]
        if weakest == AT_COMMA and line.endswith(LAST):
            pieces[-1] += ","
        return [text for piece in pieces for text in layout(piece, indent, True)]
    forced = max(groups, key=lambda group: group[1] - group[0], default=None)
    first = line.startswith(("def ", "async def ", "class "))
    for start, end in groups if first else reversed(groups):
        head, body, tail = line[:start], line[start + 1 : end], line[end + 1 :]
        if line[start] == MAYBE_OPEN:
            if not _scan(body)[1]:
                return layout(head + body + tail, indent, inside)
            head, tail = head + "(", ")" + tail
        widest = indent + max(len(head.translate(ERASE)), len(tail.translate(ERASE)))
        if (body and widest <= WIDTH) or (start, end) == forced:
            lines = [*layout(head, indent), *layout(body, indent + 4, True)]
            return [*lines, *layout(tail, indent, inside)]
    return [" " * indent + plain]


def _scan(line: str) -> tuple[list[tuple[int, int]], list[int]]:
    """Return the outermost groups of a marked line, and its breaks outside of groups."""
    groups, breaks = [], []
    depth = start = 0
    for found in _MARKS.finditer(line):
        mark, at = found[0], found.start()
        if mark in OPEN + MAYBE_OPEN:
            start = start if depth else at
            depth += 1
        elif mark in CLOSE + MAYBE_CLOSE:
            depth -= 1
            if not depth:
                groups.append((start, at))
        elif not depth:
            breaks.append(at)
    return groups, breaks
