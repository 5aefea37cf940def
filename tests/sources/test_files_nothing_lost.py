"""Whatever a table or a chat file holds: no exception, and every text of it is somewhere in the spans."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.queue import Selection
from annotator.domain.span import Span
from annotator.errors import BadFile
from annotator.reading import read
from annotator.sources.files.source import Files

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=12).map(lambda text: f"<{text.strip()}>")
KEYS = st.sampled_from(["content", "id", "score", "role", "type", "text", "note", "x.y"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
COLUMNS = """
input question output answer contexts documents id trace_id span_id parent_id session_id user_id name model system_prompt timestamp end_time
status kind metadata messages conversations tools choices body custom_id response error object attributes note a.b
"""
NAMES = st.sampled_from(COLUMNS.split())


def spans_of(data: bytes) -> tuple[list[Span], str, str]:
    """The spans, why others were none, and the words of what became log records."""
    try:
        pages = list(Files("-", io.BytesIO(data)).pages(Selection()))
    except BadFile as error:
        return [], str(error), ""
    records = [words([log.trace_id, log.event.name, dict(log.event.attributes)]) for page in pages for log in page.logs]
    why = " ".join(bad.reason for page in pages for bad in page.bad)
    return [span for page in pages for span in page.spans], why, "\0".join(text for record in records for text in record)


def words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner)


def kept(span: Span) -> str:
    """Everything of a span, JSON in strings unpacked."""
    header = [span.trace_id, span.span_id, span.parent_id, span.name, span.kind.lower(), span.session_id, span.status_message]
    return "\0".join(_unpacked([header, dict(span.attributes), dict(span.extra)]))


def _unpacked(value: Any) -> Iterator[str]:
    for text in words(value):
        yield text
        if text[:1] in "{[" and text:
            try:
                yield from _unpacked(json.loads(text))
            except ValueError:
                continue


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=6), min_size=1, max_size=3))
def test_json_lines(records: list[dict[str, Any]]) -> None:
    found, why, logged = spans_of("".join(json.dumps(record) + "\n" for record in records).encode())
    for span in found:
        read(span)
    assert len({span.span_id for span in found}) == len(found)
    everything = "\0".join([*map(kept, found), logged])
    if not why:
        lost = {text for record in records for text in words(record) if text not in everything and text.lower() not in everything}
        assert not lost


@settings(max_examples=150, deadline=None)
@given(
    st.lists(NAMES, min_size=1, max_size=5, unique=True),
    st.lists(st.lists(WORDS | st.just(""), min_size=6, max_size=6), max_size=4),
    st.sampled_from(",;\t"),
)
def test_csv(columns: list[str], rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["input", *(column for column in columns if column != "input")])
    cut = [row[: len({"input", *columns})] for row in rows]
    writer.writerows(cut)
    found, why, _ = spans_of(text.getvalue().encode())
    if why:
        return
    assert len(found) == len(cut) == len({(span.trace_id, span.span_id) for span in found})
    for span, row in zip(found, cut, strict=True):
        read(span)
        everything = kept(span)
        assert not [cell for cell in row if cell not in everything and cell.lower() not in everything]
