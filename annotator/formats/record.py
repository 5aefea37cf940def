"""A judged item as one JSON object: the shape of `annotator export --format jsonl`, which `annotator import` reads again."""

import json
from datetime import UTC, datetime
from typing import Any

from annotator.domain.annotation import KnownAnnotation
from annotator.domain.exported import Exported, Retrieved
from annotator.formats.openai import chat_to_json, messages_to_json, tools_to_json


def to_json(one: Exported) -> dict[str, Any]:
    """Every key is always there; null for what is not known."""
    item, recorded = one.item, one.recorded
    return {
        "queue": one.queue,
        "position": item.position,
        "state": item.state.value,
        "reason": item.reason,
        "target": item.target.kind,
        "id": item.target.id,
        "document_position": item.target.position,
        "trace_id": item.trace_id,
        "span_id": item.span_id,
        "session_id": recorded.session_id,
        "name": recorded.name,
        "span_kind": recorded.span_kind,
        "model": recorded.model,
        "prompt_version": recorded.prompt_version,
        "input": recorded.input,
        "output": recorded.output,
        "expected_output": one.expected,
        "outcome": one.outcome or None,
        "messages": chat_to_json(recorded.messages),
        "output_messages": messages_to_json(recorded.answer),
        "tools": tools_to_json(recorded.tools),
        "documents": [document_to_json(found) for found in recorded.documents],
        "rubric": one.rubric,
        "rubric_version": one.rubric_version,
        "rule": item.rule or None,
        "why": item.why or None,
        "weight": one.weight,
        "split": one.split,
        "annotations": [annotation_to_json(known) for known in one.annotations],
    }


def document_to_json(found: Retrieved) -> dict[str, Any]:
    document = found.document
    return {
        "span_id": found.span_id,
        "position": found.position,
        "id": document.document_id,
        "content": document.content,
        "score": document.score,
        "metadata": dict(document.metadata),
    }


def annotation_to_json(known: KnownAnnotation) -> dict[str, Any]:
    """author: whom the row names; updated_at: UTC in ISO 8601 to the second; null where it is not known."""
    row, target = known.row, known.row.target
    return {
        "target": target.kind,
        "id": target.id,
        "document_position": target.position,
        "name": row.name,
        "label": row.label,
        "score": row.score,
        "explanation": row.explanation,
        "annotator_kind": row.annotator_kind,
        "identifier": row.identity.identifier,
        "author": known.annotator or known.author or None,
        "updated_at": datetime.fromtimestamp(known.at, UTC).isoformat(timespec="seconds") if known.at else None,
        "metadata": dict(row.metadata),
    }


def dumped(value: Any) -> str:
    """JSON on one line; readable, but for half a character, which only an escape can say."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, default=str)
    return text


def flat(one: Exported, configs: tuple[str, ...]) -> dict[str, Any]:
    """The same as cells: texts, numbers, and JSON for what is nested; for each config the label, score and explanation that count."""
    row: dict[str, Any] = to_json(one)
    nested = ("messages", "output_messages", "tools", "documents", "annotations")
    cells = {key: dumped(value) if key in nested else value for key, value in row.items()}
    for name in configs:
        answer = one.answers.get(name)
        cells |= {
            f"{name}.label": answer.label if answer else None,
            f"{name}.score": answer.score if answer else None,
            f"{name}.explanation": answer.explanation if answer else None,
        }
    return {key: whole(value) if isinstance(value, str) else value for key, value in cells.items()}


def columns(configs: tuple[str, ...]) -> dict[str, type]:
    """The columns of `flat`, in order, and what they hold."""
    numbers: dict[str, type] = {"position": int, "document_position": int, "weight": float}
    names = (
        "queue", "position", "state", "reason", "target", "id", "document_position", "trace_id", "span_id", "session_id", "name",
        "span_kind", "model", "prompt_version", "input", "output", "expected_output", "outcome", "messages", "output_messages", "tools",
        "documents", "rubric", "rubric_version", "rule", "why", "weight", "split",
        "annotations",
    )  # fmt: skip
    kinds = {name: numbers.get(name, str) for name in names}
    for name in configs:
        kinds |= {f"{name}.label": str, f"{name}.score": float, f"{name}.explanation": str}
    return kinds


def whole(text: str) -> str:
    """Half a character has no UTF-8."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
