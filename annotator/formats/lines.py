"""Formats of one JSON object a line."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from annotator.domain.dataset import target_id
from annotator.domain.exported import Exported
from annotator.formats.openai import chat_to_json, joined, messages_to_json, tools_to_json
from annotator.formats.record import document_to_json, dumped, to_json


class Lines:
    """JSON Lines in UTF-8 on a stream. `write` says why an item was left out; '' where it was written."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, one: Exported) -> str:
        value = self.value(one)
        if isinstance(value, str):
            return value
        self._stream.write(dumped(value).encode() + b"\n")
        return ""

    def end(self) -> None:
        """After the last."""

    def value(self, one: Exported) -> Mapping[str, Any] | str:
        """What the item's line says, or why it has none."""
        return to_json(one)


class EvalItems(Lines):
    """`{"item": {…}}`: the rows of a JSONL data source of OpenAI's Evals API, where graders say {{item.expected_output}}.

    https://platform.openai.com/docs/api-reference/evals/createRun
    """

    def value(self, one: Exported) -> Mapping[str, Any] | str:
        recorded, target = one.recorded, one.item.target
        return {
            "item": {
                "id": example_id(one),
                "trace_id": one.item.trace_id,
                "span_id": target.id if target.kind in ("span", "document") else one.item.span_id,
                "input": recorded.input,
                "messages": chat_to_json(recorded.messages),
                "tools": tools_to_json(recorded.tools),
                "documents": [document_to_json(found) for found in recorded.documents],
                "output": recorded.output,
                "expected_output": one.wanted,
                "outcome": one.outcome or None,
                "labels": {name: row.label for name, row in one.answers.items() if row.label is not None},
                "scores": {name: row.score for name, row in one.answers.items() if row.score is not None},
                "model": recorded.model,
                "split": one.split,
            }
        }


class FineTuning(Lines):
    """`{"messages": […], "tools": […]}`: OpenAI's chat format for supervised fine-tuning. The expected output is the answer where
    there is one, else what was answered where that is right.

    https://platform.openai.com/docs/api-reference/fine-tuning/chat-input
    """

    def value(self, one: Exported) -> Mapping[str, Any] | str:
        recorded = one.recorded
        if reason := unanswered(one):
            return reason
        if one.expected is not None:
            answer = {"role": "assistant", "content": one.expected}
        else:
            answer = joined([message for message in messages_to_json(recorded.answer) if message["role"] == "assistant"])
        asked = chat_to_json(recorded.messages)
        if not any(message["role"] == "user" for message in asked):
            return "no question"
        if not answer["content"] and not answer.get("tool_calls"):
            return "no answer"
        tools = tools_to_json(recorded.tools)
        return {"messages": [*asked, answer]} | ({"tools": tools} if tools else {})


NOT_RIGHT = {
    "fail": "failed, and no expected output",
    "disputed": "people differ",
    "between": "neither right nor wrong",
    "": "without a verdict",
}
"""By outcome: why an item without an expected output tells no right answer."""
DOCUMENT = "documents, which answer nothing"


def unanswered(one: Exported) -> str:
    """Why the right answer is not known; '' where it is."""
    if one.item.target.kind == "document":
        return DOCUMENT
    if one.expected is not None or one.outcome != "pass":
        return "" if one.expected is not None else NOT_RIGHT[one.outcome]
    return "several answers" if one.recorded.choices > 1 else ""


def example_id(one: Exported) -> str:
    """See `target_id`."""
    return target_id(one.item.target)
