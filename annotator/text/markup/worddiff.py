"""Two texts as one, as `git diff --word-diff` writes it: [-taken out-] and {+put in+}."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from annotator.text.markup.syntax import MARKED

UNIT = re.compile(r"\n|[^\S\n]*[^\s]+|[^\S\n]+")
"""A word with the space before it, or a line end."""
MOST_LINES, MOST_WORDS = 4_000, 400
"""Lines, and words of a changed part, beyond which a part is replaced as a whole: looking for what they share would take long."""
PAIRS = 300_000
"""Pairs of equal ones beyond which it would, too: 0.1 s."""
AROUND = 2
"""Unchanged lines that are shown before and after a change."""
SKIPPED = "⋯"
"""Stands for unchanged lines that are not shown."""


def word_diff(old: str, new: str) -> str:
    """Each line stands for itself; unchanged lines far from any change are left out. '' where the texts are the same."""
    if old == new:
        return ""
    lines = "".join(_changes(old, new)).split("\n")
    changed = [place for place, line in enumerate(lines) if MARKED.search(line)]
    near = {place for at in changed for place in range(at - AROUND, at + AROUND + 1)}
    shown: list[str] = []
    for place, line in enumerate(lines):
        if place in near:
            shown.append(line)
        elif not shown or shown[-1] != SKIPPED:
            shown.append(SKIPPED)
    return "\n".join(shown)


def _changes(old: str, new: str) -> Iterator[str]:
    """Lines first, then the words of those that differ."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for same, first, last, begin, end in _blocks(before, after, MOST_LINES):
        gone, come = "".join(before[first:last]), "".join(after[begin:end])
        if same:
            yield gone
            continue
        old_words, new_words = UNIT.findall(gone), UNIT.findall(come)
        for kept, one, two, three, four in _blocks(old_words, new_words, MOST_WORDS):
            if kept:
                yield "".join(old_words[one:two])
            else:
                yield _marked("".join(old_words[one:two]), "[-", "-]") + _marked("".join(new_words[three:four]), "{+", "+}")


def _blocks(one: Sequence[str], other: Sequence[str], most: int) -> Iterator[tuple[bool, int, int, int, int]]:
    """What is the same and what is not: one[a:b] and other[c:d], in order."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    if start:
        yield True, 0, start, 0, start
    middle, rest = one[start : len(one) - end], other[start : len(other) - end]
    counts = Counter(middle)
    if max(len(middle), len(rest)) > most or sum(counts[text] for text in rest) > PAIRS:
        yield False, start, start + len(middle), start, start + len(rest)
    else:
        from difflib import SequenceMatcher

        for tag, a, b, c, d in SequenceMatcher(None, middle, rest).get_opcodes():
            yield tag == "equal", start + a, start + b, start + c, start + d
    if end:
        yield True, len(one) - end, len(one), len(other) - end, len(other)


def _marked(text: str, opening: str, closing: str) -> str:
    """Each line between marks of its own; ¶ stands for its end."""
    lines = text.replace("\n", "¶\n").split("\n")
    return "\n".join(f"{opening}{line}{closing}" if line else "" for line in lines)
