"""What a line of JSON, of a table, a diff or a stack trace is coloured by; each line stands for itself."""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from annotator.text.block import Syntax
from annotator.text.line import Style

Mark = tuple[int, int, Style]
"""(start, end, style) in the offsets of the whole text; later marks win."""
LONGEST = 4000
"""Characters of a line beyond which it is not coloured."""


class Tokens(Protocol):
    """The colours of one section of a text."""

    def line(self, begin: int, stop: int) -> Sequence[Mark]:
        """The marks of text[begin:stop], a whole line without its newline."""


class Lines:
    """A syntax whose lines stand for themselves."""

    def __init__(self, text: str, start: int, marks: Callable[[str, int, int, int], list[Mark]]) -> None:
        self._text, self._start, self._marks = text, start, marks

    def line(self, begin: int, stop: int) -> Sequence[Mark]:
        return self._marks(self._text, begin, stop, self._start) if stop - begin <= LONGEST else ()


def tokens_of(syntax: Syntax, text: str, start: int, end: int) -> Tokens:
    """The colours of text[start:end]."""
    if syntax == "markdown":
        from annotator.text.markup.markdown import Markdown

        return Markdown(text, start, end)
    if syntax in LINES:
        return Lines(text, start, LINES[syntax])
    from annotator.text.markup.code import Code

    return Code(text, start, end, syntax)


TOKEN = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:)|(?<!\S)[A-Za-z_][\w.-]*(?=:(?:\s|$)))'
    r'|(?P<string>"(?:[^"\\]|\\.)*"?|(?<!\w)\'(?:[^\'\\]|\\.)*\'(?!\w))'
    r"|(?P<number>(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|\b(?:true|false|null|True|False|None)\b)"
)
BAR = re.compile(r"\s*│")


def json_line(text: str, begin: int, stop: int, start: int) -> list[Mark]:
    """JSON, arguments as pairs, Python reprs; a line after a bar is a line of a string."""
    if bar := BAR.match(text, begin, stop):
        return [(begin, bar.end(), "faint"), (bar.end(), stop, "string")]
    return [(match.start(), match.end(), match.lastgroup) for match in TOKEN.finditer(text, begin, stop)]  # type: ignore[misc]


def table_line(text: str, begin: int, stop: int, start: int) -> list[Mark]:
    """A table's head, and the rule below it."""
    if begin == start:
        return [(begin, stop, "strong")]
    return [(begin, stop, "faint")] if text.startswith("──", begin) else []


DIFF: tuple[tuple[str, Style], ...] = (
    ("+++", "strong"),
    ("---", "strong"),
    ("+", "added"),
    ("-", "removed"),
    ("@@", "accent"),
    ("diff ", "strong"),
    ("Index: ", "strong"),
    ("index ", "dim"),
    ("new file", "dim"),
    ("deleted file", "dim"),
    ("rename ", "dim"),
    ("similarity ", "dim"),
    ("\\ No newline", "dim"),
)


def diff_line(text: str, begin: int, stop: int, start: int) -> list[Mark]:
    """A unified diff, by how its lines begin."""
    return next(([(begin, stop, style)] for sign, style in DIFF if text.startswith(sign, begin, stop)), [])


MARKED = re.compile(r"\[-.*?-\]|\{\+.*?\+\}")
"""What a word diff took out, and put in."""


def worddiff_line(text: str, begin: int, stop: int, start: int) -> list[Mark]:
    """A word diff: [-out-]{+in+}."""
    return [(found.start(), found.end(), "removed" if found[0][0] == "[" else "added") for found in MARKED.finditer(text, begin, stop)]


FRAME = re.compile(
    r'\s*File (?P<name>"[^"]*"), line (?P<number>\d+)(?:, in (?P<tool>.*))?'  # Python
    r"|\s*at (?:(?P<called>[^()\s][^()]{0,200}?) )?\(?(?P<where>[^()]{1,300}:\d+(?::\d+)?)\)?\s*$"  # JavaScript
    r"|\s*at (?P<method>[\w.$<>/]+)\((?P<java>[^()]*)\)\s*$"  # Java
    r"|(?P<error>(?:Caused by: |Uncaught )?[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit|Panic|Fault)\b(?::.*)?$)"
)
FRAMES: dict[str, Style] = {
    "name": "name",
    "number": "number",
    "tool": "tool",
    "called": "tool",
    "where": "name",
    "method": "tool",
    "java": "name",
    "error": "error",
}


def stack_line(text: str, begin: int, stop: int, start: int) -> list[Mark]:
    """A frame of a stack trace, or the line that names the exception."""
    found = FRAME.match(text, begin, stop)
    if found is None:
        return []
    return [(*found.span(group), style) for group, style in FRAMES.items() if found[group]]


LINES: dict[Syntax, Callable[[str, int, int, int], list[Mark]]] = {
    "json": json_line,
    "table": table_line,
    "diff": diff_line,
    "worddiff": worddiff_line,
    "stack": stack_line,
}
