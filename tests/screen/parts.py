"""Traces with every kind of part in them, for the keys that go by parts."""

import base64
from typing import Any

from tests.screen.scene import span

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(60))).decode()
WIDE = "left edge " + "lorem ipsum " * 30 + "RIGHT EDGE"


def message(role: str, content: str, *calls: tuple[str, str]) -> dict[str, Any]:
    asked = [{"tool_call": {"id": f"c{n}", "function": {"name": name, "arguments": given}}} for n, (name, given) in enumerate(calls)]
    return {"message": {"role": role, "content": content} | ({"tool_calls": asked} if asked else {})}


def saying(number: int, text: str) -> dict[str, Any]:
    """An LLM call with this answer."""
    one = span(number)
    one["attributes"]["llm.output_messages"] = [message("assistant", text)]
    return one


def agent(number: int = 1) -> list[dict[str, Any]]:
    """A system prompt, two tool calls of which one fails, three documents, an answer of one long line."""
    root = span(number)
    system = "\n".join(f"rule {line} of the house" for line in range(40))
    calls = (("weigh", '{"stone": 1}'), ("weigh", '{"stone": 2}'))
    root["attributes"]["llm.input_messages"] = [
        message("system", system),
        message("user", f"question {number:03}"),
        message("assistant", "two stones to weigh", *calls),
        {"message": {"role": "tool", "tool_call_id": "c0", "content": "12 g"}},
        {"message": {"role": "tool", "tool_call_id": "c1", "content": "the scales broke"}},
    ]
    root["attributes"]["llm.output_messages"] = [message("assistant", f"answer {number:03}. {WIDE}")]
    found = span(number, 1, name="search", span_kind="RETRIEVER")
    found["attributes"] = {
        "openinference.span.kind": "RETRIEVER",
        "retrieval.documents": [
            {"document": {"id": f"d{place}", "content": f"passage {place}", "score": 0.9 - place / 10}} for place in range(3)
        ],
    }
    failed = span(number, 2, status_code="ERROR", status_message="scales: broken")
    return [root, found, failed]


def picture(number: int = 1, *images: str) -> list[dict[str, Any]]:
    """A question with images: data URLs, or addresses."""
    root = span(number)
    contents = [{"message_content": {"type": "text", "text": f"question {number:03}"}}] + [
        {"message_content": {"type": "image", "image": {"image": {"url": image}}}} for image in images
    ]
    root["attributes"]["llm.input_messages"] = [{"message": {"role": "user", "contents": contents}}]
    return [root]
