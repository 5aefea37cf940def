"""What `annotator export` wrote (jsonl, csv, parquet): the annotations come back as they were."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from annotator.domain.imported import BadRow, ImportedRow, Written, kind_of, position_of, score_of, target_of, text_of
from annotator.sources.files.table import listed

KEYS = ("target", "id", "annotations", "rubric")
"""What every item of an export has, and no evaluation."""


def is_exported(record: Mapping[str, Any]) -> bool:
    return all(key in record for key in KEYS)


def exported_rows(record: Mapping[str, Any], line: int) -> Iterator[ImportedRow | str]:
    """Every annotation of an item; a string says why one cannot be read. Raises BadRow where none can."""
    rows = listed(record["annotations"])
    if not isinstance(rows, list):
        raise BadRow("annotations is not a list")
    for place, row in enumerate(rows):
        try:
            if not isinstance(row, dict):
                raise BadRow("not an object")
            yield _row(row, line)
        except BadRow as error:
            yield f"annotations[{place}]: {error}"


def _row(row: Mapping[str, Any], line: int) -> ImportedRow:
    kind, id_ = row.get("target"), _text(row, "id")
    if kind not in ("span", "document", "trace", "session") or not id_:
        raise BadRow("no target and id")
    position = position_of(row.get("document_position"))
    if (position is not None) != (kind == "document"):
        raise BadRow(f"a {kind} {'with' if position is not None else 'without'} a document_position")
    target = target_of(
        id_ if kind in ("span", "document") else "", position, id_ if kind == "trace" else "", id_ if kind == "session" else ""
    )
    metadata = row.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise BadRow("metadata is not an object")
    annotator_kind = kind_of(row.get("annotator_kind"))
    if annotator_kind is None:
        raise BadRow("no annotator_kind")
    return ImportedRow(
        line, target, _text(row, "name"), _text(row, "label") or None, score_of(row.get("score")), _text(row, "explanation") or None,
        annotator_kind, _text(row, "identifier"), metadata, Written(text_of(row.get("author"), "author") or "", _time(row)),
    )  # fmt: skip


def _text(row: Mapping[str, Any], key: str) -> str:
    """As it is, blanks around it too; '' for null."""
    text = row.get(key)
    if text is not None and not isinstance(text, str):
        raise BadRow(f"{key} is no text")
    return text or ""


def _time(row: Mapping[str, Any]) -> float:
    text = _text(row, "updated_at")
    try:
        return datetime.fromisoformat(text).timestamp() if text else 0.0
    except (ValueError, OverflowError):
        raise BadRow(f"updated_at {text[:40]!r} is no time") from None
