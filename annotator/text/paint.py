"""Rows of a text as styled pieces: JSON coloured, escapes and matches marked."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from annotator.text.escape import SHOWN
from annotator.text.line import Piece, Style

Mark = tuple[int, int, Style]
"""(start, end, style) in the offsets of the whole text; later marks win."""
TOKEN = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:)|(?<!\S)[A-Za-z_][\w.-]*(?=:(?:\s|$)))'
    r'|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|\b(?:true|false|null)\b)"
)
LONGEST = 4000
"""Characters of a line beyond which JSON is not coloured."""


class Painter:
    """Pieces of the rows of one text. `json` starts at `json_from`; marks are searched for row by row."""

    def __init__(self, text: str, base: Style, marks: Sequence[Mark] = (), json: bool = False, json_from: int = 0) -> None:
        self._text = text
        self._base = base
        self._marks = marks
        self._json = json
        self._json_from = json_from
        self._tokens: tuple[int, list[Mark]] = (-1, [])
        self._escapes = "\\" in text

    def row(self, start: int, end: int) -> list[Piece]:
        """The pieces of text[start:end]."""
        if start >= end:
            return []
        marks: list[Mark] = []
        if self._json and end > self._json_from:
            marks.extend(self._json_marks(start))
        if self._escapes:
            marks.extend((match.start(), match.end(), "escape") for match in SHOWN.finditer(self._text, start, end))
        marks.extend(self._marks)
        marks = [mark for mark in marks if mark[0] < end and mark[1] > start]
        if not marks:
            return [Piece(self._text[start:end], self._base)]
        styles: list[Style] = [self._base] * (end - start)
        for first, last, style in marks:
            first, last = max(first, start) - start, min(last, end) - start
            styles[first:last] = [style] * (last - first)
        return list(_pieces(self._text[start:end], styles))

    def _json_marks(self, start: int) -> list[Mark]:
        """The tokens of the line (not the row) that holds `start`, so that a wrapped string stays a string."""
        begin = max(self._text.rfind("\n", 0, start) + 1, self._json_from)
        if self._tokens[0] != begin:
            stop = self._text.find("\n", begin)
            stop = len(self._text) if stop < 0 else stop
            found: list[Mark] = []
            for match in TOKEN.finditer(self._text, begin, stop) if stop - begin <= LONGEST else ():
                style: Style = "name" if match.lastgroup == "name" else "string" if match.lastgroup == "string" else "number"
                found.append((match.start(), match.end(), style))
            self._tokens = (begin, found)
        return self._tokens[1]


def _pieces(text: str, styles: list[Style]) -> Iterator[Piece]:
    at = 0
    for style, run in groupby(styles):
        length = len(list(run))
        yield Piece(text[at : at + length], style)
        at += length
