"""Rows of evaluations as Phoenix's client writes and takes them, and as its REST API lists them.

`log_span_annotations_dataframe`, `log_document_annotations_dataframe`, `get_span_annotations_dataframe`, `SpanEvaluations`,
`evaluate_dataframe`: https://arize-phoenix.readthedocs.io
"""

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.annotation import Target
from annotator.domain.imported import BadRow, ImportedRow, kind_of, position_of, score_of, target_of, text_of
from annotator.sources.files.exported import exported_rows, is_exported
from annotator.sources.files.imported import HEX, id_of
from annotator.sources.files.table import listed
from annotator.sources.files.values import first

SPAN, TRACE, SESSION = ("span_id", "context.span_id"), ("trace_id", "context.trace_id"), ("session_id",)
UNNAMED = ("__index_level_0__", "Unnamed: 0", "column 1")
"""What Parquet, pandas and a CSV without a name there call the index of a data frame: its span ids."""
POSITION = ("document_position", "position")
NAME = ("annotation_name", "name")
KIND = ("annotator_kind", "kind")
AUTHOR = ("annotator", "author", "username", "user_id")
RESULT = ("label", "score", "explanation")
COLUMN = "eval."
"""`eval.NAME.score`: the evaluations of a data frame of spans."""
SCORES = "_score"
"""`NAME_score`: a whole result as JSON, as evaluators write it."""


class Evaluations:
    """`name` and `kind` count for every row where they are given, whatever it says itself, as in Phoenix's client."""

    def __init__(self, name: str = "", kind: str = "") -> None:
        self._name = name
        self._kind = kind

    def rows(self, record: Mapping[str, Any], line: int) -> Iterator[ImportedRow | str]:
        """One or more; a string says why one cannot be read. Raises BadRow where none can."""
        if is_exported(record):
            if self._name or self._kind:
                raise BadRow("annotator exported it: its annotations have names and kinds of their own")
            yield from exported_rows(record, line)
            return
        target = _target(record)
        results = [one for one in _results(record) if any(one.get(key) not in (None, "") for key in RESULT)]
        if not results:
            raise BadRow("no label, no score and no explanation")
        for result in results:
            try:
                yield self._row(target, record, result, line)
            except BadRow as error:
                yield str(error)

    def _row(self, target: Target, record: Mapping[str, Any], result: Mapping[str, Any], line: int) -> ImportedRow:
        name = self._name or text_of(first(result, *NAME) or first(record, *NAME), "name")
        if not name:
            raise BadRow("no name, and no --name for all")
        kind = self._kind or kind_of(first(result, *KIND) or first(record, *KIND)) or "LLM"
        identifier = text_of(record.get("identifier"), "identifier") or ""
        label, explanation = (text_of(result.get(key), key) for key in ("label", "explanation"))
        return ImportedRow(
            line, target, name, label, score_of(result.get("score")), explanation, kind, identifier, _metadata(record, result, kind)
        )


def _target(record: Mapping[str, Any]) -> Target:
    span = id_of(first(record, *SPAN), "span_id")
    trace = id_of(first(record, *TRACE), "trace_id")
    session = text_of(first(record, *SESSION), "session_id") or ""
    if not (span or trace or session) and HEX.fullmatch(index := id_of(first(record, *UNNAMED), "the index")):
        span = index
    return target_of(span, position_of(first(record, *POSITION)), trace, session)


def _results(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Of each evaluation in the row, what it says; empty ones too."""
    inner = record.get("result")
    plain = {key: record[name] for key in RESULT for name in (f"result.{key}", key) if name in record}
    if isinstance(inner, dict):
        plain |= inner
    yield plain
    named: dict[str, dict[str, Any]] = {}
    for column, cell in record.items():
        name, _, key = column.removeprefix(COLUMN).rpartition(".")
        if column.startswith(COLUMN) and name and key in RESULT:
            named.setdefault(name, {"name": name})[key] = cell
        elif column.endswith(SCORES) and len(column) > len(SCORES) and isinstance(result := listed(cell), dict):
            yield {"kind": result.get("source"), "metadata": None} | result | {"name": column.removesuffix(SCORES)}
    yield from named.values()


def _metadata(record: Mapping[str, Any], result: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """With the person who wrote a row, where the table has one."""
    cell = first(result, "metadata") if "metadata" in result else record.get("metadata")
    found = {} if cell in (None, "") else listed(cell)
    if not isinstance(found, dict):
        raise BadRow("metadata is not an object")
    author = text_of(first(record, *AUTHOR), "the author") if kind == "HUMAN" else None
    return ({"annotator": author} if author else {}) | found
