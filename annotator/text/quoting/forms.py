"""A value as the screen shows it, with a way back to the characters that each of its characters came from."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from annotator.text.escape import HIDDEN, visible

SHOWN_OTHERWISE = re.compile(f"\r\n|\t|{HIDDEN.pattern}")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
"""Of JSON; half of a surrogate pair stays one."""
CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
DEEPEST = 2
"""How often a value is unescaped: JSON in a string of JSON."""


class Piece(NamedTuple):
    """A run of the form and the run of the source that it shows."""

    at: int
    source: int
    whole: bool
    """All of it is shown by all of the source's run: an escape is taken whole or not at all."""


class Form:
    """Text that was made of a source by replacing some of its runs."""

    def __init__(self, source: str, pattern: "re.Pattern[str]", shown: "Callable[[re.Match[str]], str]") -> None:
        parts: list[str] = []
        self._pieces: list[Piece] = []
        size = at = 0
        for match in pattern.finditer(source):
            if match.start() > at:
                size = self._add(parts, source[at : match.start()], size, at, False)
            size = self._add(parts, shown(match), size, match.start(), True)
            at = match.end()
        size = self._add(parts, source[at:], size, at, False)
        self._pieces.append(Piece(size, len(source), True))
        self.text: str = "".join(parts)
        self._starts = [piece.at for piece in self._pieces]
        self._sources = [piece.source for piece in self._pieces]

    def _add(self, parts: list[str], text: str, size: int, source: int, whole: bool) -> int:
        parts.append(text)
        self._pieces.append(Piece(size, source, whole))
        return size + len(text)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end], which is not empty, came from."""
        first, last = bisect_right(self._starts, start) - 1, bisect_right(self._starts, end - 1) - 1
        piece = self._pieces[first]
        begin = piece.source if piece.whole else piece.source + start - piece.at
        piece = self._pieces[last]
        return begin, self._pieces[last + 1].source if piece.whole else piece.source + end - piece.at

    def shows(self, start: int, end: int) -> tuple[int, int]:
        """Where source[start:end], which is not empty, stands in the text."""
        first, last = bisect_right(self._sources, start) - 1, bisect_right(self._sources, end - 1) - 1
        piece = self._pieces[first]
        begin = piece.at if piece.whole else piece.at + start - piece.source
        piece = self._pieces[last]
        return begin, self._pieces[last + 1].at if piece.whole else piece.at + end - piece.source


class Composed:
    """A form of a form."""

    def __init__(self, inner: Form, outer: "Form | Composed") -> None:
        self._inner, self._outer = inner, outer
        self.text: str = outer.text

    def source(self, start: int, end: int) -> tuple[int, int]:
        """See Form."""
        return self._inner.source(*self._outer.source(start, end))

    def shows(self, start: int, end: int) -> tuple[int, int]:
        """See Form."""
        return self._outer.shows(*self._inner.shows(start, end))


AnyForm = Form | Composed


def seen(value: str) -> Form:
    """As `visible` writes it."""
    return Form(value, SHOWN_OTHERWISE, _shown)


def _shown(match: "re.Match[str]") -> str:
    char, shown = match[0], visible(match[0])
    # A variation selector is hidden where it follows another: alone it is none.
    return shown if shown != char else f"\\u{ord(char):04x}"


def forms(value: str) -> Iterator[AnyForm]:
    """As it stands, then unescaped as the strings of JSON are read."""
    yield seen(value)
    outer: list[Form] = []
    for _ in range(DEEPEST):
        if "\\" not in value:
            return
        outer.append(Form(value, ESCAPE, _meant))
        value = outer[-1].text
        form: AnyForm = seen(value)
        for inner in reversed(outer):
            form = Composed(inner, form)
        yield form


def _meant(escape: "re.Match[str]") -> str:
    return chr(int(escape[1], 16)) if escape[1] else CONTROLS.get(escape[2], escape[2])
