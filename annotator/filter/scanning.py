"""Where the parser is in the text, what may come there, and what to say where something else does."""

import re
from collections.abc import Collection
from typing import Literal, NoReturn

from annotator.domain.filter import Answer, Subject
from annotator.domain.record import record
from annotator.errors import FilterError

BLANK = re.compile(r"\s*")
BARE = re.compile(r"""[^\s()=!<>~,\[\]"']+""")
"""A value without quotes."""
PIECE = re.compile(r"""[^\s.()=!<>~,\[\]"']+""")
"""A part of a name without quotes, between dots."""
OPERATOR = re.compile(r"==|!=|<=|>=|[=<>~]")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"' + r"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
SHOWN = 40
"""Characters of the text that an error quotes."""


@record
class Place:
    """What may come at a place."""

    kind: Literal["condition", "operator", "value", "list", "connective", "close", "key", "name", "time"]
    """name: of an annotation; time: after `since`; list: after `in`."""
    subject: Subject | None = None
    """What the operator or the value belongs to."""
    right: Answer | None = None
    """At a value: rows of somebody may come too."""


class Scanner:
    """One pass over a text, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.furthest = -1
        self.wanted: list[Place] = []
        """What was looked for at `furthest`, the last place at which anything was."""

    def want(self, *places: Place) -> int:
        """Skip blanks; note what is looked for here. The place."""
        blank = BLANK.match(self.text, self.at)
        assert blank is not None
        self.at = blank.end()
        if self.at > self.furthest:
            self.furthest, self.wanted = self.at, []
        self.wanted += [place for place in places if place not in self.wanted]
        return self.at

    def ends(self) -> bool:
        return self.at >= len(self.text)

    def take(self, text: str) -> bool:
        """Step over it if it comes now."""
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def word(self, pattern: re.Pattern[str] = PIECE) -> str:
        """The word that comes now, without stepping over it; '' where none does."""
        match = pattern.match(self.text, self.at)
        return match[0] if match else ""

    def take_word(self, word: str) -> bool:
        """Step over a whole word, whatever its case."""
        if self.word(BARE).casefold() == word:
            self.at += len(word)
            return True
        return False

    def quoted(self) -> str | None:
        """Step over a quoted text; None where none begins here."""
        if self.text[self.at : self.at + 1] not in ('"', "'"):
            return None
        match = QUOTED.match(self.text, self.at)
        if match is None:
            self.fail("The quotation mark is never closed.", "Put the same mark at the end of the text.", self.at)
        self.at = match.end()
        return ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], match[1] if match[1] is not None else match[2])

    def found(self) -> str:
        """What comes now, for an error."""
        match = BARE.match(self.text, self.at)
        return self.text[self.at : match.end() if match else self.at + 1][:SHOWN]

    def fail(self, title: str, advice: str, position: int | None = None) -> NoReturn:
        raise FilterError(title, advice, self.text, self.at if position is None else position)


def nearest(word: str, known: Collection[str]) -> str:
    """'Nearest: status, state. ' or ''."""
    from difflib import get_close_matches

    folded = {one.casefold(): one for one in known}
    near = get_close_matches(word.casefold(), folded, 3)
    return f"Nearest: {', '.join(folded[one] for one in near)}. " if near else ""
