"""Styled lines: what the screen draws and `show` prints. Text in them is already safe to send to a terminal."""

from typing import Literal, NamedTuple

Style = Literal[
    "text",  # what a trace says
    "strong",  # the question, the answer, what is current
    "dim",  # facts around it
    "faint",  # rules, hints, what is folded away
    "role",  # USER, SYSTEM, ANSWER ...
    "tool",  # tool and function names
    "error",  # loud
    "good",  # pass, ok, sent
    "warn",  # unsent, offline, refused key
    "key",  # a key to press
    "accent",  # the current config, the focused span
    "number",
    "string",
    "name",  # JSON keys
    "heading",  # of a Markdown text
    "emphasis",
    "code",  # within a sentence, or in a language without colours
    "link",
    "keyword",
    "comment",
    "added",  # a line of a diff, and its sign
    "removed",
    "escape",  # a control character made visible
    "match",  # a search hit
    "selected",  # a chosen row
    "evidence",  # what an annotation rests on
]


class Piece(NamedTuple):
    """A run of text in one style; no newline, no control character."""

    text: str
    style: Style = "text"


class Line(NamedTuple):
    """One row."""

    pieces: tuple[Piece, ...] = ()
    block: int = -1
    """Index of the block that it belongs to; -1 for none."""

    @property
    def plain(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def line(*parts: str | Piece, block: int = -1) -> Line:
    """A line of pieces and plain strings."""
    return Line(tuple(part if isinstance(part, Piece) else Piece(part) for part in parts), block)
