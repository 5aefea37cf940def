"""Rows of Phoenix's own table of spans (`get_spans_dataframe`): `context.span_id`, `attributes.llm.input_messages`, …"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.span import Span
from annotator.sources.files.phoenix_json import span_of
from annotator.sources.files.table import EMPTY, listed
from annotator.sources.files.values import any_nano

_ATTRIBUTES = "attributes."
_IDS = ("context.trace_id", "context.span_id")


def is_row(record: Mapping[str, Any]) -> bool:
    return all(key in record for key in _IDS)


def span_of_row(row: Mapping[str, Any]) -> Span | str:
    """The span; a string says why it is none. Cells that a CSV holds as Python's text are values again."""
    inner = row.get("attributes")
    attributes = dict(inner) if isinstance(inner, dict) else {}
    record: dict[str, Any] = {"context": {key.removeprefix("context."): row[key] for key in _IDS}}
    for key, value in row.items():
        if value in EMPTY or key in _IDS or value is inner:
            continue
        if key.startswith(_ATTRIBUTES):
            python = isinstance(value, str) and value[:2] in ("[{", "{'", "['")
            attributes[key.removeprefix(_ATTRIBUTES)] = listed(value) if python else value
        else:
            record[key] = listed(value) if key == "events" else value
    span = span_of({**record, "attributes": attributes})
    if isinstance(span, str):
        return span
    times = {key: any_nano(record.get(key)) for key in ("start_time", "end_time")}
    extra = {key: value for key, value in span.extra.items() if times.get(key) is None}
    return replace(span, start_ns=times["start_time"], end_ns=times["end_time"], extra=extra)
