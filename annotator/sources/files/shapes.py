"""Which format a JSON value is, told by its shape and never by a file's name, and the spans in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from annotator.domain.span import LogRecord, Span
from annotator.sources.files import bare_spans, langfuse, langsmith, mlflow, openai_json, otlp, otlp_logs, phoenix_json, phoenix_table
from annotator.sources.files.columns import OPTION
from annotator.sources.files.content_ids import ContentIds
from annotator.sources.files.table import Rows
from annotator.sources.files.values import first

ACCEPTED = (
    "OTLP JSON, traces of Phoenix, MLflow, Langfuse or LangSmith, OpenAI chat JSONL, or a table (CSV, JSON Lines, Parquet)"
    f" with an input and an output column ({OPTION} names them), plain or gzip"
)
ENVELOPES = ("data", "runs", "traces")
"""Keys of a page of some server, with its records in a list."""

_FOREIGN = (
    (("resourceMetrics",), "OTLP metrics"),
    (("resource_metrics",), "OTLP metrics"),
)


Part = Span | LogRecord | str
"""What a record holds; a string says why something in it is nothing."""


class Format(NamedTuple):
    """One way to write spans into a JSON object: a record of a file, or one of a page's."""

    name: str
    """For people."""
    recognises: Callable[[Mapping[str, Any]], bool]
    """By its keys; cheap, never raises."""
    spans: Callable[[Mapping[str, Any]], Iterator[Part]]
    """The spans in it, or the log records; a string says why something in it is none."""
    unfinished: Callable[[], bool] | None = None
    """True while a later record may go on with spans of an earlier one: reading cannot go on from between them."""


def formats(columns: Mapping[str, str] | None = None) -> tuple[Format, ...]:
    """Every format, in the order in which they are tried; a tuple serves one reading, since a format may remember its records.

    `columns`: role to column of a table, as a person named them; what has one of these is such a table before all else.
    """
    runs, ids = langsmith.Runs(), ContentIds()
    rows, chats, alone = Rows(ids, columns or {}), openai_json.OpenAI(ids), bare_spans.AttributesAlone(ids)
    return (
        *((Format("a table", rows.named, rows.spans, ids.unfinished),) if columns else ()),
        Format("OTLP JSON", lambda record: isinstance(first(record, *otlp.REQUEST), list), otlp.spans_of_request),
        Format("Phoenix spans", phoenix_json.is_span, _single(phoenix_json.span_of)),
        Format("OTLP log records", otlp_logs.is_request, otlp_logs.records_of_request),
        Format("log records", lambda record: otlp_logs.is_record(record) and not _is_row(record, rows), _single(otlp_logs.record_of)),
        Format("Phoenix OTLP spans", lambda record: otlp.is_span(record) and not _is_row(record, rows), _single(otlp.span_of)),
        Format("Phoenix table", phoenix_table.is_row, _single(phoenix_table.span_of_row)),
        Format("OpenTelemetry JavaScript spans", bare_spans.is_readable_span, _single(bare_spans.readable_span)),
        Format("MLflow traces", mlflow.is_trace, mlflow.spans_of_trace),
        Format("a Langfuse export", langfuse.is_export, langfuse.spans_of_export),
        Format("Langfuse observations", langfuse.is_observation, _single(langfuse.span_of_observation)),
        Format("LangSmith runs", langsmith.is_batch, runs.spans_of_batch, runs.unfinished),
        Format("LangSmith runs", langsmith.is_run, runs.spans_of_run, runs.unfinished),
        Format("OpenAI batch", openai_json.is_batch, chats.batch, ids.unfinished),
        Format("OpenAI chat", openai_json.is_chat, chats.chat, ids.unfinished),
        Format("OpenAI responses", openai_json.is_completion, chats.completion, ids.unfinished),
        Format("ShareGPT conversations", openai_json.is_sharegpt, chats.sharegpt, ids.unfinished),
        Format("Langfuse traces", langfuse.is_trace, _single(langfuse.span_of_trace)),
        Format("span attributes", alone.recognises, alone.spans, ids.unfinished),
        Format("a table", rows.recognises, rows.spans, ids.unfinished),
    )


def _is_row(record: Mapping[str, Any], rows: Rows) -> bool:
    """A row of a table with columns for ids, and for what was asked or answered."""
    return "attributes" not in record and first(record, *otlp.START) is None and rows.recognises(record)


def format_of(value: Any) -> str:
    """What this record is, for people: one of the formats that are read, or what stands there instead."""
    if isinstance(value, list):
        return format_of(value[0]) if value else "an empty array"
    if not isinstance(value, dict):
        return f"a bare {_type_name(value)}"
    found = format_in(value, formats())
    if found is not None:
        return found.name
    if (page := _page(value)) is not None:
        _, listed = page
        return format_of(listed[0]) if listed else "an empty page"
    foreign = next((name for keys, name in _FOREIGN if all(key in value for key in keys)), None)
    return foreign or f"an object with {_keys(value)}"


def spans_in(value: Any, known: tuple[Format, ...]) -> Iterator[Part]:
    """Every span of a record: a request, a page, a span, or an array of those. A string says why something in it is none."""
    if not isinstance(value, list):
        yield from _spans_in_record(value, known)
        return
    yield from _spans_in_list(value, "", known)


def _spans_in_record(record: Any, known: tuple[Format, ...]) -> Iterator[Part]:
    found = format_in(record, known) if isinstance(record, dict) else None
    if found is not None:
        yield from found.spans(record)
    elif isinstance(record, dict) and (page := _page(record)) is not None:
        yield from _spans_in_list(page[1], page[0], known)
    else:
        yield f"not a span but {'an array' if isinstance(record, list) else format_of(record)}"


def _spans_in_list(values: list[Any], where: str, known: tuple[Format, ...]) -> Iterator[Part]:
    for index, record in enumerate(values):
        for span in _spans_in_record(record, known):
            yield f"{where}[{index}]: {span}" if isinstance(span, str) else span


def format_in(record: Mapping[str, Any], known: Sequence[Format]) -> Format | None:
    """The first format that recognises a record."""
    return next((one for one in known if one.recognises(record)), None)


def _page(record: Mapping[str, Any]) -> tuple[str, list[Any]] | None:
    """The records of a server's page and the key that they stand under."""
    return next(((key, record[key]) for key in ENVELOPES if isinstance(record.get(key), list)), None)


def _single(span_of: Callable[[Mapping[str, Any]], Part]) -> Callable[[Mapping[str, Any]], Iterator[Part]]:
    def spans(record: Mapping[str, Any]) -> Iterator[Part]:
        yield span_of(record)

    return spans


def _keys(value: Mapping[str, Any]) -> str:
    names = [key if len(key) <= 30 else key[:29] + "…" for key in list(value)[:4]]
    return f"the keys {', '.join(names)}{' and more' if len(value) > 4 else ''}" if names else "no keys"


def _type_name(value: Any) -> str:
    return {str: "string", bool: "true or false", int: "number", float: "number"}.get(type(value), "null")
