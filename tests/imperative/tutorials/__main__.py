"""Prints for each cell of each tutorial whether its output is that of the page.

`python -m tests.imperative.tutorials [package]`, where the package is `srcgrad` unless given:
`mxnet` asks MXNet itself, with its interpreter. Exits with 1 where an output differs.
"""

from __future__ import annotations

import sys

from tests.imperative.tutorials.cells import read_cells, run_cells, same_output, tutorials


def main(package: str = "srcgrad") -> int:
    """Prints the table and what differs."""
    differences = []
    for tutorial in tutorials():
        cells = read_cells(tutorial)
        outputs = run_cells(cells, package)
        for cell, output in zip(cells, outputs, strict=True):
            same = same_output(output, cell.output)
            shown = "output" if cell.output else "no output"
            print(f"{tutorial:18}{cell.name:8}{shown:11}{'ok' if same else 'DIFFERS'}")
            if not same:
                differences.append((tutorial, cell, output))
    for tutorial, cell, output in differences:
        print(f"\n{tutorial}, cell {cell.name}\n{cell.code}\npage:\n{cell.output}\nhere:\n{output}")
    return bool(differences)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
