"""What the calls of a trace say, to find out which other spans only repeat it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from annotator.domain.message import Reading
from annotator.text.escape import BLANK
from annotator.text.markup.readable import said
from annotator.text.shape.history import calls, canonical

LONGEST = 20_000
"""Characters of a text beyond which it is compared as a whole only."""
TOTAL = 200_000
"""Characters that are searched for parts of what they hold."""
HEAD = 32
"""Characters by which a text is recognised inside another."""
LEAST = 4
HEADS = 200


def uttered(reading: Reading) -> tuple[str, ...]:
    """What came out of a span: the texts and calls of its messages, else its output."""
    if reading.output_messages:
        texts = [text for message in reading.output_messages if (text := said(message).strip(BLANK))]
        asked = [f"{call.name}({canonical(call.arguments)})" for message in reading.output_messages for call in calls(message)]
        return (*texts, *asked)
    told = (reading.output_text or "").strip(BLANK)
    return (told,) if told else ()


class Told:
    """The texts of a trace's calls."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._whole: dict[str, None] = {}
        ids: dict[str, None] = {}
        for reading in readings:
            self._whole.update(dict.fromkeys(_texts(reading)))
            ids.update((call.call_id, None) for message in reading.output_messages for call in message.tool_calls if call.call_id)
        self._whole.pop("", None)
        parts: list[str] = []
        room = TOTAL
        for text in self._whole:
            if len(text) <= LONGEST and len(text) <= room:
                parts.append(text)
                room -= len(text)
        self._searched = "\0".join(parts)
        heads = dict.fromkeys(text.partition("\n")[0][:HEAD] for text in parts[:HEADS])
        self._heads = [head for head in (*heads, *list(ids)[:HEADS]) if len(head) >= LEAST]
        self._known: dict[str, bool] = {}

    def holds(self, text: str) -> bool:
        """True when a call says the same, or says it among other things."""
        found = self._known.get(text)
        if found is None:
            found = text in self._whole or (len(text) <= LONGEST and text in self._searched)
            self._known[text] = found
        return found

    def is_in(self, text: str) -> bool:
        """True when a text repeats among other things what a call says."""
        start = text[:LONGEST]
        return any(head in start for head in self._heads)


def _texts(reading: Reading) -> Iterable[str]:
    for message in (*reading.input_messages, *reading.output_messages):
        yield said(message).strip(BLANK)
        for call in message.tool_calls:
            yield f"{call.name}({canonical(call.arguments)})"
    for text in (reading.input_text, reading.output_text, reading.tool_arguments, *reading.embedded):
        if text:
            yield text.strip(BLANK)
    for document in (*reading.documents, *reading.input_documents):
        yield document.content.strip(BLANK)


NAMELESS = ("type", "role", "id", "object", "model", "usage")
"""Keys whose values only say what stands beside them, or what the facts of a trace say."""
REPR = re.compile(r"[A-Za-z_][\w.]*\(.*\)", re.DOTALL)


def is_repr_of(text: str, answer: str) -> bool:
    """True for the Python repr of an object that holds the answer: a message with what its library keeps beside the text."""
    return REPR.fullmatch(text) is not None and repr(answer)[1:-1] in text


def leaves(value: Any) -> Iterator[str]:
    """The texts and numbers of a JSON value, but for what only says of which type something is."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(inner for key, inner in node.items() if key not in NAMELESS)
        elif isinstance(node, list):
            waiting.extend(node)
        elif node is not None and not isinstance(node, bool) and (text := str(node).strip(BLANK)):
            yield text
