r"""Renders source text for a person: plain, in colour for a terminal, or as HTML for a notebook.

Invariant: without the escape codes or tags, what is shown is the text itself. Colour needs
pygments; without it the text is shown plain.

>>> Listing("y = 2 * x\n", "python").plain
'y = 2 * x\n'
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

_LEXERS = {"python": "python", "c": "c", "cuda": "cuda"}


@dataclass(frozen=True)
class Listing:
    """A text in one of the languages ``python``, ``c``, ``cuda``; others are shown plain."""

    text: str
    language: str

    @property
    def plain(self) -> str:
        """The text, ending in a newline."""
        return self.text if self.text.endswith("\n") else self.text + "\n"

    @property
    def ansi(self) -> str:
        """The text with the colour codes of a terminal."""
        found = self._highlighted("terminal")
        return self.plain if found is None else found

    @property
    def html(self) -> str:
        """The text as one HTML element, styled in place."""
        found = self._highlighted("html")
        return f"<pre>{html.escape(self.plain)}</pre>" if found is None else found

    def _highlighted(self, form: str) -> str | None:
        try:
            import pygments
            from pygments.formatters import HtmlFormatter, TerminalFormatter
            from pygments.lexers import get_lexer_by_name
        except ImportError:
            return None
        if self.language not in _LEXERS:
            return None
        lexer = get_lexer_by_name(_LEXERS[self.language], stripnl=False)
        formatter: Any = HtmlFormatter(noclasses=True, nobackground=True)
        if form == "terminal":
            formatter = TerminalFormatter()
        return str(pygments.highlight(self.plain, lexer, formatter))
