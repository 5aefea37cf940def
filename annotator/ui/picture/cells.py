"""A row of the screen as two strings with one character for each cell: what stands there, and how it looks."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.cells import split_graphemes
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

TAIL = "\0"
"""The right half of a wide character."""
BLANK = " "
"""A blank without colours, as text and as look. A blank in a style that shows on no blank is one too."""

_ONE_CELL = (
    " -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f"  # Latin, Greek, Cyrillic
    "\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u25fc\u2713\u2717"  # punctuation, arrows, lines, our own marks
)
_TWO_CELLS = ("\u3001\u3029", "\u3041\u3096", "\u309b\u30ff", "\u3400\u4dbf", "\u4e00\u9fff", "\uac00\ud7a3", "\uff01\uff60")
"""Kana, ideographs, Hangul; compared, since a pattern of them takes 2 ms to compile."""
_NARROW = re.compile(f"[{_ONE_CELL}]*")

_FIRST_INK, _FIRST_SHOWN, _LAST_INK = 0x100, 0x800, 0xFFF  # few, since compiling a pattern of so many takes 0.1 ms a thousand
_FIRST_CLUSTER, _LAST_CLUSTER = 0xF0000, 0x10FFFD
INKS = f"[{chr(_FIRST_INK)}-{chr(_FIRST_SHOWN - 1)}]"
"""Styles that leave a blank blank."""
SHOWN_INKS = f"[{chr(_FIRST_SHOWN)}-{chr(_LAST_INK)}]"
"""Styles with a background, a line or reversed colours."""
CLUSTERS = f"[{chr(_FIRST_CLUSTER)}-{chr(_LAST_CLUSTER)}]"
"""Characters, and what is joined to them, that terminals do not all give the same width: emoji, marks, joined and rare scripts."""
CLUSTER = re.compile(CLUSTERS)
PIECE = re.compile(f"{CLUSTERS}{TAIL}*(?: *{CLUSTERS}{TAIL}*)*")
"""What is written in one go: within it nobody knows where a terminal puts what."""


class Row(NamedTuple):
    """Both strings have the screen's width."""

    text: str
    look: str


class Full(Exception):
    """More different characters or styles than there is room for."""


@lru_cache(4096)
def sgr(style: Style, colours: ColorSystem) -> str:
    """The parameters that turn a style on after a reset; the default colours need none."""
    codes = Strip.render_ansi(style, colours)
    for colour, default in ((style.bgcolor, "49"), (style.color, "39")):
        if colour is not None and colour.is_default:
            codes = codes.removesuffix(default).removesuffix(";")
    return codes


def _shows_when_blank(style: Style) -> bool:
    background = style.bgcolor is not None and not style.bgcolor.is_default
    return bool(background or style.reverse or style.underline or style.underline2 or style.strike or style.overline)


class Cells:
    """Turns segments into cells, and knows what the cells stand for."""

    def __init__(self, colours: ColorSystem) -> None:
        self.colours = colours
        self.codes: dict[str, str] = {}
        """The parameters of each ink."""
        self.clusters: list[str] = []
        self._inks: dict[Style | None, tuple[str, bool]] = {}
        self._by_code: dict[tuple[str, bool], str] = {}
        self._by_cluster: dict[str, str] = {}

    def row(self, segments: Iterable[Segment]) -> Row:
        """The cells of some segments. Raises Full."""
        texts, looks = [], []
        for text, style, _ in segments:
            if text:
                ink, shows = self._inks.get(style) or self._ink(style)
                if not (text.isascii() or _NARROW.fullmatch(text)):
                    text = self._spread(text)
                texts.append(text)
                if shows or BLANK not in text:
                    looks.append(ink * len(text))
                else:
                    looks.append(BLANK.join([ink * len(word) for word in text.split(BLANK)]))
        return Row("".join(texts), "".join(looks))

    def cluster(self, cell: str) -> str:
        """The characters that stand in a cell of disputed width."""
        return self.clusters[ord(cell) - _FIRST_CLUSTER]

    def _ink(self, style: Style | None) -> tuple[str, bool]:
        code, shows = (sgr(style, self.colours), _shows_when_blank(style)) if style is not None else ("", False)
        shows = shows and bool(code)
        ink = self._by_code.get((code, shows))
        if ink is None:
            number = (_FIRST_SHOWN if shows else _FIRST_INK) + len(self.codes)
            if number > (_LAST_INK if shows else _FIRST_SHOWN - 1):
                raise Full
            ink = self._by_code[code, shows] = chr(number)
            self.codes[ink] = code
        self._inks[style] = ink, shows
        return ink, shows

    def _spread(self, text: str) -> str:
        """As many characters as cells: a wide one is followed by a tail, and a cluster stands for what is joined in its cells."""
        cells: list[str] = []
        for start, end, width in split_graphemes(text)[0]:
            joined = text[start:end]
            if end - start == 1 and width == 1 and _NARROW.fullmatch(joined):
                cells.append(joined)
            elif end - start == 1 and width == 2 and any(ends[0] <= joined <= ends[1] for ends in _TWO_CELLS):
                cells.append(joined + TAIL)
            elif width:
                cells.append(self._cluster(joined) + TAIL * (width - 1))
            elif cells:
                last = cells.pop()
                cells.append(self._cluster(self._characters(last[0]) + joined) + last[1:])
        return "".join(cells)

    def _characters(self, cell: str) -> str:
        return self.cluster(cell) if CLUSTER.match(cell) else cell

    def _cluster(self, joined: str) -> str:
        cell = self._by_cluster.get(joined)
        if cell is None:
            number = _FIRST_CLUSTER + len(self.clusters)
            if number > _LAST_CLUSTER:
                raise Full
            cell = self._by_cluster[joined] = chr(number)
            self.clusters.append(joined)
        return cell


def blank(width: int) -> Row:
    return Row(BLANK * width, BLANK * width)
