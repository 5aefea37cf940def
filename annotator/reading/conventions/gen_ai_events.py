"""Messages of OpenTelemetry's GenAI conventions that travel as events: on the span, or as log records joined to it."""

from collections.abc import Iterable, Mapping
from typing import Any

from annotator.domain.message import Evaluation, Message
from annotator.domain.span import Span
from annotator.reading.conventions.gen_ai import conversation, evaluation_of, kind_of, placed, reasons, spoken
from annotator.reading.pieces import payload
from annotator.reading.pieces.tools import joined
from annotator.reading.values.nested import fields, parse, restored, text
from annotator.reading.values.nesting import nest

HEARD = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
"""Events of a request, with the role of a message that names none."""
ENVELOPE = frozenset(("gen_ai", "event", "event_name", "body", "gen_ai.event.content"))
"""What is not part of the message where an event's attributes are the message."""


class GenAIEvents:
    """https://github.com/open-telemetry/semantic-conventions/blob/v1.36.0/docs/gen-ai/gen-ai-events.md, and what came after it.

    The body of an event is its attribute `body` (a log record's), `gen_ai.event.content` (Azure, Semantic Kernel), or its attributes.
    A log record without an event's name is called `log`; then an attribute names the event.
    """

    roots = frozenset(("gen_ai", "log"))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        if not span.events:
            return {}
        found = told((event.name, event.attributes) for event in span.events)
        return placed(found, kind_of(fields(tree.get("gen_ai"))))


def told(events: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Fields of `Reading` that events say, in their order."""
    heard: list[Message] = []
    said: list[Message] = []
    tools: list[Any] = []
    found: dict[str, Any] = {}
    judged: list[Evaluation] = []
    for named, attributes in events:
        name = named if named.startswith("gen_ai.") else text(attributes.get("event.name")) or text(attributes.get("event_name")) or ""
        if not name.startswith("gen_ai."):
            continue
        node, body = _event(attributes)
        if name in HEARD:
            heard.extend(payload.message_of({"role": HEARD[name], **_named(body)}, HEARD[name]))
        elif name == "gen_ai.choice" or (name == "gen_ai.content.completion" and "message" in body):
            said.extend(_choice(body))
            found.setdefault("finish_reason", reasons(body.get("finish_reason")))
        elif name == "gen_ai.content.prompt":
            heard.extend(spoken(restored(node.get("prompt")) if not body.get("role") else [body], "user"))
        elif name == "gen_ai.content.completion":
            said.extend(spoken(restored(node.get("completion")) or [body], "assistant"))
        elif name.endswith("operation.details"):
            details = conversation({**body, **attributes}, node or fields(nest(body).get("gen_ai")))
            asked = details["input_messages"]
            if len(asked) == 1 and asked[0].role == "system":  # Strands sends the instructions after the messages
                heard.insert(0, asked[0])
            else:
                heard.extend(asked)
            said.extend(details["output_messages"])
            tools.extend(details["tools"])
        elif name == "gen_ai.evaluation.result" and (single := evaluation_of(node or fields(nest(body).get("gen_ai")))) is not None:
            judged.append(single)
    return found | {
        "input_messages": tuple(heard),
        "output_messages": tuple(said),
        "tools": joined(tools, ()),
        "evaluations": tuple(judged),
    }


def _event(attributes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stands under `gen_ai`, and the body."""
    tree = nest(attributes)
    node = fields(tree.get("gen_ai"))
    own = {key: restored(value) for key, value in tree.items() if key not in ENVELOPE}
    for packed in (attributes.get("gen_ai.event.content"), attributes.get("body")):
        value = parse(packed) if isinstance(packed, str) else packed
        if isinstance(value, dict):
            own |= value
        elif packed is not None and packed != "":
            own["content"] = packed
    return node, own


def _named(body: dict[str, Any]) -> dict[str, Any]:
    """Without a role that is no text, so that the event's own stands."""
    return body if text(body.get("role")) else {key: value for key, value in body.items() if key != "role"}


def _choice(body: dict[str, Any]) -> list[Message]:
    """A choice: its `message`, an object or text, or the body itself; calls may stand beside the message."""
    message = body.get("message")
    if isinstance(message, str):
        message = parse(message) if message.startswith('{"role"') else {"content": message}
    inner = fields(message) if message is not None else {key: value for key, value in body.items() if key not in ("index", "finish_reason")}
    if "tool_calls" in body and "tool_calls" not in inner:
        inner = {**inner, "tool_calls": body["tool_calls"]}
    found = payload.message_of({"role": "assistant", **_named(inner)}, "assistant")
    if results := text(fields(body.get("tool")).get("result")):  # Strands, on a cycle of its loop
        found.extend(payload.message_of({"role": "tool", "content": results}, "tool"))
    return found
