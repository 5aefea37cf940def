"""The two ends of a trace: what was asked and what was answered."""

import json
import re
from typing import NamedTuple

from annotator.domain.message import Message, Part
from annotator.text.escape import BLANK, one_line
from annotator.text.markup.readable import ANSWERS, QUESTIONS, chosen, media, parsed, said
from annotator.text.markup.values import is_large_json
from annotator.text.shape.scope import Scope

STREAM = re.compile(r"<(async_)?generator")
"""A stream was recorded instead of what it brought."""
ENVELOPE = {"id", "model", "object", "created", "usage", "system_fingerprint", "service_tier", "finish_reason", "finish_reasons"}
LONGEST_ENVELOPE = 1000
LONGEST_ROLE = 20
CHOOSERS = ("LLM", "UNKNOWN")
"""Kinds with several answers to one question; what others say is said one after the other."""
SPEAKS = ("LLM", "AGENT", "CHAIN", "UNKNOWN")
"""Kinds whose plain input is taken for a person's words."""


class End(NamedTuple):
    """A question or an answer, not yet escaped; `text` is None where nothing was recorded."""

    text: str | None
    title: str
    span_id: str
    whole: bool = True
    """The recorded value holds nothing else."""
    media: tuple[Part, ...] = ()
    """What the text holds placeholders of."""


def is_envelope(told: str) -> bool:
    """A provider's response without what it says: Phoenix keeps `{"id": …, "model": …}` of GenAI spans."""
    if len(told) > LONGEST_ENVELOPE or not told.startswith("{"):
        return False
    value = parsed(told)
    return isinstance(value, dict) and value.keys() <= ENVELOPE


def last_user(messages: tuple[Message, ...]) -> Message | None:
    """The last thing that a user said; else the last message that is no instruction."""
    for message in reversed(messages):
        if message.role == "user" and message.parts:
            return message
    others = (message for message in reversed(messages) if message.role not in ("system", "developer", "assistant"))
    return next((message for message in others if message.parts), None)


def question(scope: Scope) -> End:
    """The last user message of the root, else its input made readable, else the first model span's last user message."""
    reading, span_id = scope.top, scope.root.span_id
    asked = last_user(reading.input_messages)
    if asked is not None:
        title = "INPUT" if asked.role == "user" and scope.top_kind not in SPEAKS else _role(asked)
        return End(said(asked).strip(BLANK), title, span_id, media=media(asked))
    spoken = _first_asked(scope)
    if reading.embedded:
        return End("\n".join(reading.embedded), "INPUT", span_id)
    if (given := reading.input_text) and given.strip(BLANK):
        title = "USER" if scope.top_kind in SPEAKS else "INPUT"
        value = parsed(given)
        if value is None and not is_large_json(given):
            return End(given.strip(BLANK), title, span_id)
        if spoken and _inside(spoken.text or "", given):
            return End(spoken.text, "USER", span_id, False, spoken.media)
        if (found := chosen(value, QUESTIONS)) and scope.top_kind in SPEAKS:
            return End(found.strip(BLANK), title, span_id, isinstance(value, dict) and len(value) == 1)
        if spoken and scope.top_kind in SPEAKS:
            return End(spoken.text, spoken.title, spoken.span_id, False, spoken.media)
        return End(given.strip(BLANK), "INPUT", span_id)
    return spoken or End(None, "USER" if scope.top_kind in SPEAKS else "INPUT", span_id)


def _first_asked(scope: Scope) -> End | None:
    for span, _ in scope.order:
        if span.span_id in scope.models and (asked := last_user(scope.heard(span))):
            return End(said(asked).strip(BLANK), _role(asked), span.span_id, media=media(asked))
    return None


def _role(message: Message) -> str:
    return "USER" if message.role in ("user", "") else "RESULT" if message.role == "tool" else one_line(message.role.upper())[:LONGEST_ROLE]


def answers(scope: Scope) -> list[End]:
    """The root's answer (one a choice), else its output made readable, else what the last model span said; empty for none."""
    reading, span_id = scope.top, scope.root.span_id
    title = "ANSWER" if scope.top_kind in SPEAKS else "OUTPUT"
    if texts := _texts(reading.output_messages):
        return _choices(texts if scope.top_kind in CHOOSERS else texts[-1:], span_id, reading.output_messages)
    last = scope.last_said()
    spoken = _texts(last[1]) if last else []
    told = (reading.output_text or "").strip(BLANK)
    if told and not is_envelope(told):
        if scope.top_kind in ("LLM", "EMBEDDING") and (reading.output_messages or reading.embedded):
            return []  # the provider's JSON around calls, an empty answer, vectors
        if len(spoken) == 1 and last and _inside(spoken[0], told):
            return [End(spoken[0], title, span_id, False)]
        if len(spoken) == 1 and last and STREAM.search(told):
            return [End(spoken[0], title, span_id)]
        value = parsed(told)
        if isinstance(value, dict) and scope.top_kind in SPEAKS and (found := chosen({**_strings(value)}, ANSWERS)):
            return [End(found.strip(BLANK), title, span_id, len(value) == 1)]
        return [End(told, title, span_id)]
    if spoken and last and not reading.failures:
        return _choices(spoken, last[0].span_id, last[1])
    return []


def _choices(texts: list[str], span_id: str, messages: tuple[Message, ...]) -> list[End]:
    shown = {said(message).strip(BLANK): media(message) for message in messages}
    titles = ["ANSWER"] if len(texts) == 1 else [f"ANSWER {place} of {len(texts)}" for place in range(1, len(texts) + 1)]
    return [End(text, title, span_id, media=shown[text]) for text, title in zip(texts, titles, strict=True)]


def _texts(messages: tuple[Message, ...]) -> list[str]:
    return [text for message in messages if message.role in ("assistant", "model", "") and (text := said(message).strip(BLANK))]


def _strings(value: dict[str, object]) -> dict[str, object]:
    return {name: found for name, found in value.items() if isinstance(found, str)}


def _inside(spoken: str, recorded: str) -> bool:
    """True when the start of a text (less of it where the value was cut) is within a recorded value, also as JSON."""
    start = spoken.strip(BLANK)[: 24 if recorded.endswith("...") else 60]
    return len(start) > 1 and any(
        form in recorded for form in (start, json.dumps(start, ensure_ascii=False)[1:-1], json.dumps(start)[1:-1])
    )
