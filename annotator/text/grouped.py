"""The line of a group: what it stands for, and how much of that has no row of its own."""

from collections.abc import Sequence

from annotator.text.block import Block
from annotator.text.facts import counted

NAMED = ("call", "agent", "guardrail", "evaluator", "step", "model")
"""Kinds that are known by their heads."""
NAMES = 40
"""Steps that the line names: more than it has room for."""
CONTINUED = ("=", "✗", "")
"""Titles of what belongs to the step before."""


def steps_line(members: Sequence[Block], more: bool = False) -> str:
    """`3 steps: CALL look ✗, ASSISTANT`; `more`: others of the group have rows of their own."""
    names: list[str] = []
    count = 0
    for block in members:
        if block.title not in CONTINUED:
            count += 1
            if count <= NAMES:
                names.append(f"{block.title} {block.head}" if block.kind in NAMED else block.title)
        elif block.title == "✗" and names and count <= NAMES:
            names[-1] += " ✗"
    if not count:
        return ", ".join(_count(number, noun, more) for noun, number in _kinds(members).items() if number)
    return f"{_count(count, 'step', more)}: {', '.join(names)}"


def earlier_line(members: Sequence[Block], more: bool = False) -> str:
    """`2 earlier turns, 3 earlier messages`: what was said before the question, in other traces of the session and in the prompt."""
    turns = len({unit_of(block) for block in members if unit_of(block) != block.key})
    messages = sum(1 for block in members if not block.key.startswith("turn/"))
    counts = (turns and _count(turns, "earlier turn", more), messages and _count(messages, "earlier message", more))
    return ", ".join(count for count in counts if count) or "earlier turns"


def unit_of(block: Block) -> str:
    """The key of the turn that an earlier question or answer is a part of; its own key where it is of none."""
    return block.key.rpartition("/")[0] if block.key.startswith("turn/") and block.kind != "turn" else block.key


def _kinds(members: Sequence[Block]) -> dict[str, int]:
    """Of blocks that only go on with the step before."""
    errors = sum(1 for block in members if block.weight == "error")
    results = sum(1 for block in members if block.kind == "result" and block.weight != "error")
    documents = sum(1 for block in members if block.kind == "document")
    return {"error": errors, "result": results, "document": documents, "part": len(members) - errors - results - documents}


def _count(number: int, noun: str, more: bool) -> str:
    return counted(number, f"more {noun}" if more else noun)
