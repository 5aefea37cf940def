"""Markdown, coloured where it stands: no character is taken away, its signs are drawn faint."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from annotator.text.block import Syntax
from annotator.text.escape import BLANK
from annotator.text.line import Style
from annotator.text.markup.syntax import LONGEST, Mark, Tokens, tokens_of

LOOK = 20_000
"""Characters from the start of a text in which signs of Markdown are looked for."""
SIGNS = re.compile(
    r"^ {0,3}(?:#{1,6} +\S|```|~~~|> |[-*+] +\S|\d{1,3}[.)] +\S|\|.*\|)"
    r"|\*\*\S[^\n*]{0,200}\*\*|(?<!`)`[^`\n]{1,200}`(?!`)|\[[^\[\]\n]{1,200}\]\([^\s()]{1,500}\)",
    re.MULTILINE,
)
BLOCK = re.compile(
    r"(?P<heading> {0,3}(?P<hashes>#{1,6})[ ].*)"
    r"|(?P<rule> {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,}|=+)\s*)$"
    r"|(?P<lead>(?: {0,3}> ?)*)(?P<item>\s*(?:[-*+]|\d{1,9}[.)])(?= )(?: \[[ xX]\](?= ))?)?"
)
INLINE = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`{1,3})(?!`)[^\n]{1,400}?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<strong>\*\*(?=[^\s*])[^\n]{1,400}?(?<=[^\s])\*\*|(?<!\w)__(?=[^\s_])[^\n]{1,400}?(?<=[^\s])__(?!\w))"
    r"|(?P<emphasis>(?<![\w*\\])\*(?=[^\s*])[^*\n]{1,400}?(?<=[^\s\\])\*(?![\w*])|(?<![\w\\])_(?=[^\s_])[^_\n]{1,400}?(?<=[^\s\\])_(?!\w))"
    r"|(?P<link>!?\[(?P<words>[^\]\n]{0,400})\]\((?P<target>[^\s()]{1,2000}(?: \"[^\"\n]{0,200}\")?)\))"
    r"|(?P<url>\bhttps?://[^\s<>\"'`()\[\]{}|│]{1,2000})"
)
DELIMITER = re.compile(r" {0,3}\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?$")
FENCE = re.compile(r" {0,3}(?:[-*+>]|\d{1,3}[.)])? {0,9}(?P<fence>`{3,}|~{3,}) *(?P<language>[\w+#.-]*)")
MOST = 2000
"""Fences beyond which none is looked for."""
LANGUAGES: dict[str, Syntax] = {"json": "json", "jsonl": "json", "diff": "diff", "patch": "diff", "traceback": "stack", "pytb": "stack"}
"""Languages of a fence that are not pygments' to colour."""


class Fence(NamedTuple):
    """A piece of code between two lines of ticks."""

    start: int
    """Of the line that opens it."""
    inside: int
    """Of the code."""
    until: int
    """Of the line that closes it, or the end of the text."""
    end: int
    language: str


def is_markdown(text: str) -> bool:
    """True when the text has something that Markdown would draw otherwise."""
    return SIGNS.search(text, 0, LOOK) is not None


def fences(text: str, start: int, end: int) -> Iterator[Fence]:
    """The pieces of code of a Markdown text, in order."""
    opened: tuple[int, int, str, str] | None = None
    place = start
    signs = {"```": -1, "~~~": -1}
    for _ in range(MOST):
        for sign, known in signs.items():
            if known < place:  # looked for once: a large text may have one of the two only
                found_at = text.find(sign, place, end)
                signs[sign] = found_at if found_at >= 0 else end
        place = min(signs.values())
        if place >= end:
            break
        begin = max(text.rfind("\n", start, place) + 1, start)
        stop = text.find("\n", place, end)
        stop = end if stop < 0 else stop
        found = FENCE.match(text, begin, stop)
        if found and opened is None and "`" not in text[found.end() : stop]:
            opened = (begin, min(stop + 1, end), found["fence"], found["language"].lower())
        elif found and opened and found["fence"].startswith(opened[2]) and not text[found.end("fence") : stop].strip(BLANK):
            yield Fence(opened[0], opened[1], begin, stop, opened[3])
            opened = None
        place = stop
    if opened is not None:
        yield Fence(opened[0], opened[1], end, end, opened[3])


class Markdown:
    """The colours of a Markdown text, line by line; its fences are found when the first line is asked for."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text, self._start, self._end = text, start, end
        self._fences: list[Fence] | None = None
        self._inside: dict[int, Tokens] = {}

    def line(self, begin: int, stop: int) -> Sequence[Mark]:
        if self._fences is None:
            self._fences = list(fences(self._text, self._start, self._end))
        place = bisect_right(self._fences, begin, key=lambda fence: fence.start) - 1
        if place >= 0 and begin < max(self._fences[place].end, self._fences[place].start + 1):
            return self._code(place, self._fences[place], begin, stop)
        return list(self._prose(begin, stop)) if stop - begin <= LONGEST else ()

    def _code(self, place: int, fence: Fence, begin: int, stop: int) -> Sequence[Mark]:
        if not fence.inside <= begin < fence.until:
            return [(begin, stop, "faint")]
        if place not in self._inside:
            from annotator.text.markup.code import Code

            syntax = LANGUAGES.get(fence.language)
            self._inside[place] = (
                tokens_of(syntax, self._text, fence.inside, fence.until)
                if syntax
                else Code(self._text, fence.inside, fence.until, fence.language)
            )
        return self._inside[place].line(begin, stop) or [(begin, stop, "code")]

    def _prose(self, begin: int, stop: int) -> Iterator[Mark]:
        text = self._text
        found = BLOCK.match(text, begin, stop)
        if found and found["heading"]:
            yield begin, stop, "heading"
            yield begin, found.end("hashes") + 1, "faint"
            yield from self._inline(found.end("hashes") + 1, stop, 1)
            return
        if found and found["rule"]:
            yield begin, stop, "faint"
            return
        if text.startswith("|", begin, stop):
            yield from self._table_row(begin, stop)
        elif found:
            if found["lead"]:
                yield found.end("lead"), stop, "dim"
                yield begin, found.end("lead"), "accent"
            if found["item"]:
                yield found.start("item"), found.end("item"), "name"
        yield from self._inline(found.end() if found else begin, stop, 0)

    def _table_row(self, begin: int, stop: int) -> Iterator[Mark]:
        text = self._text
        if DELIMITER.match(text, begin, stop):
            yield begin, stop, "faint"
            return
        below = text.find("\n", stop + 1, self._end)
        if stop < self._end and DELIMITER.match(text, stop + 1, below if below >= 0 else self._end):
            yield begin, stop, "strong"
        for place in range(begin, stop):
            if text[place] == "|" and text[place - 1] != "\\":
                yield place, place + 1, "faint"

    def _inline(self, begin: int, stop: int, depth: int) -> Iterator[Mark]:
        """Signs within a line; what is strong may hold others."""
        for found in INLINE.finditer(self._text, begin, stop):
            kind = found.lastgroup if found.lastgroup not in ("words", "target") else "link"
            first, last = found.span()
            if kind == "link":
                yield found.start("words"), found.end("words"), "link"
                yield first, found.start("words"), "faint"
                yield found.end("words"), last, "faint"
                continue
            if kind == "url":
                yield first, last, "link"
                continue
            signs = len(found["ticks"]) if found["code"] else 2 if found["strong"] else 1
            style: Style = "code" if found["code"] else "strong" if found["strong"] else "emphasis"
            yield first, last, style
            yield first, first + signs, "faint"
            yield last - signs, last, "faint"
            if style != "code" and depth < 3:
                yield from self._inline(first + signs, last - signs, depth + 1)
