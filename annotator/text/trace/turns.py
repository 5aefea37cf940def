"""A session's other traces as turns of one conversation."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from annotator.domain.message import Reading
from annotator.domain.span import Trace
from annotator.text.block import Block, Weight
from annotator.text.escape import BLANK, one_line
from annotator.text.facts import counted
from annotator.text.markup.readable import prose, spoken
from annotator.text.shape.scope import Scope
from annotator.text.trace.ends import answers, question
from annotator.text.trace.keyed import SUMMED


class Turn(NamedTuple):
    """What was asked and answered in one trace; not yet escaped."""

    trace_id: str
    place: int
    """From 1, in the session."""
    question: str | None
    """None where none was recorded, or the trace was not read."""
    answer: str | None
    failure: str = ""
    """What went wrong, where nothing was answered."""
    unread: str = ""
    """Why the trace was not read."""


class Conversation(NamedTuple):
    """The session that a trace belongs to."""

    session_id: str
    place: int
    """Of the trace, from 1."""
    turns: int
    """How many traces the session has."""
    earlier: tuple[Turn, ...] = ()
    """Oldest first; the oldest ones may be left out."""
    later: tuple[Turn, ...] = ()
    judged: bool = False
    """The session is what is judged: its turns are no background."""

    @property
    def standing(self) -> str:
        """turn 3 of 4."""
        return f"turn {self.place} of {self.turns}"


def turn(trace: Trace, readings: Mapping[str, Reading], place: int) -> Turn:
    """The ends of a trace."""
    scope = Scope(trace, readings, "")
    texts = [end.text for end in answers(scope) if end.text]
    failures = [failure for span, _ in scope.order for failure in scope.reading(span).failures] if not texts else []
    failure = ": ".join(part for part in (failures[0].kind, failures[0].message) if part) or "failed" if failures else ""
    return Turn(trace.trace_id, place, question(scope).text, "\n".join(texts) or None, failure)


def earlier_turns(conversation: Conversation, told: Collection[str]) -> list[Block]:
    """USER and ANSWER of each earlier turn, newest last, on one line each until it is opened.

    A turn that the trace's own history repeats (`told`: its texts) is left out, unless the session is judged.
    """
    found: list[Block] = []
    first = conversation.earlier[0].place if conversation.earlier else conversation.place
    if first > 1:
        body = f"{counted(first - 1, 'earlier turn')} of this session before these"
        found.append(Block("turn/before", "", "turn", "", body, weight="background", summary=body, note=True))
    for one in conversation.earlier:
        repeated = one.question and one.answer and one.question.strip(BLANK) in told and one.answer.strip(BLANK) in told
        if conversation.judged or not repeated:
            found.extend(_blocks(one, "step" if conversation.judged else "background"))
    return found


def later_turns(conversation: Conversation) -> list[Block]:
    """One line that says how many there are; what they say only when it is opened: a judgement must not know the future."""
    count = conversation.turns - conversation.place
    if not count:
        return []
    body = f"{counted(count, 'later turn')} of this session"
    detail = "\n".join(f"{block.title} {block.head}\n{block.body}" for one in conversation.later for block in _blocks(one, "background"))
    left = count - len(conversation.later)
    detail += f"\nand {counted(left, 'more turn')}" if left else ""
    return [Block("turn/later", "", "turn", "LATER", body, detail=detail.strip("\n"), weight="background", summary=body, note=True)]


def _blocks(one: Turn, weight: Weight) -> list[Block]:
    head = f"turn {one.place}"
    if one.unread:
        return [_block(one, "user", "USER", head, f"{one.unread}: trace {one_line(one.trace_id)}", weight, note=True)]
    asked = one.question.strip(BLANK) if one.question else ""
    told = one.answer.strip(BLANK) if one.answer else ""
    missing = f"✗ {one_line(one.failure)}" if one.failure else "no answer was recorded"
    return [
        _block(one, "user", "USER", head, asked or "no input was recorded", weight, note=not asked),
        _block(one, "assistant", "ANSWER", head, told or missing, weight, note=not told),
    ]


def _block(one: Turn, kind: str, title: str, head: str, text: str, weight: Weight, note: bool) -> Block:
    body, syntax = prose(text) if note or kind == "user" else spoken(text)
    summary = f"{head}  {one_line(text[:SUMMED])}"
    key = f"turn/{one.trace_id}/{kind}"
    return Block(key, "", kind, title, body, head, syntax=syntax, weight=weight, summary=summary, note=note)
