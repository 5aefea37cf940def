"""Rows of a text as styled pieces: what its syntax colours, escapes and matches marked."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from annotator.text.block import Block, Syntax
from annotator.text.escape import SHOWN
from annotator.text.line import Piece, Style
from annotator.text.lines.find import places
from annotator.text.markup.syntax import Mark, Tokens, tokens_of

__all__ = ["Mark", "Painter", "Section", "syntaxes"]


class Section(NamedTuple):
    """A part of a text that is written in one syntax: text[start:end]."""

    start: int
    end: int
    syntax: Syntax


DETAILS: dict[str, Syntax] = {"error": "stack", "tools": "json", "call": "json"}
"""What the detail of a kind of block is written in."""


def syntaxes(block: Block) -> list[Section]:
    """The sections of a block's `text` that have colours."""
    end = block.flow_size
    found = [Section(end - len(block.body), end, block.syntax)] if block.syntax != "text" and not block.note else []
    if block.detail and (syntax := DETAILS.get(block.kind)):
        found.append(Section(end + 1, end + 1 + len(block.detail), syntax))
    return found


class Painter:
    """Pieces of the rows of one text, each found when its row is asked for."""

    def __init__(
        self,
        text: str,
        base: Style,
        under: Sequence[Mark] = (),
        sections: Sequence[Section] = (),
        query: str = "",
        selected: int = -1,
    ) -> None:
        """`under`: marks that the syntax wins over. `query` is marked wherever it is, `selected` is where the current match begins."""
        self._text = text
        self._base = base
        self._under = under
        self._query = query
        self._selected = selected
        self._sections = [(section, tokens_of(section.syntax, text, section.start, section.end)) for section in sections]
        self._line: tuple[int, int, Sequence[Mark]] = (0, -1, ())
        self._escapes = "\\" in text

    def row(self, start: int, end: int) -> list[Piece]:
        """The pieces of text[start:end], which is within one line."""
        if start >= end:
            return []
        marks = [mark for mark in self._under if mark[0] < end and mark[1] > start]
        for section, tokens in self._sections:
            if section.start < end and section.end > start:
                marks.extend(mark for mark in self._tokens(section, tokens, max(start, section.start)) if mark[0] < end and mark[1] > start)
        if self._escapes:
            marks.extend((match.start(), match.end(), "escape") for match in SHOWN.finditer(self._text, start, end))
        if self._query:
            marks.extend(self._found(start, end))
        if not marks:
            return [Piece(self._text[start:end], self._base)]
        styles: list[Style] = [self._base] * (end - start)
        for first, last, style in marks:
            first, last = max(first, start) - start, min(last, end) - start
            styles[first:last] = [style] * (last - first)
        return list(_pieces(self._text[start:end], styles))

    def _found(self, start: int, end: int) -> Iterator[Mark]:
        """Matches that reach into a row, searched for there: a large text has too many to keep."""
        length = len(self._query)
        for place in places(self._text, self._query, max(0, start - length + 1), end + length - 1):
            yield place, place + length, "match"
        if max(-1, start - length) < self._selected < end:
            yield self._selected, self._selected + length, "selected"

    def _tokens(self, section: Section, tokens: Tokens, start: int) -> Sequence[Mark]:
        """The tokens of the line (not the row) that holds `start`, so that a wrapped string stays a string."""
        if not self._line[0] <= start <= self._line[1]:
            begin = max(self._text.rfind("\n", section.start, start) + 1, section.start)
            stop = self._text.find("\n", begin, section.end)
            stop = section.end if stop < 0 else stop
            self._line = (begin, stop, tokens.line(begin, stop))
        return self._line[2]


def _pieces(text: str, styles: list[Style]) -> Iterator[Piece]:
    at = 0
    for style, run in groupby(styles):
        length = len(list(run))
        yield Piece(text[at : at + length], style)
        at += length
