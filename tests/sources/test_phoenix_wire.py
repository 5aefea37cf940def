from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.sources.phoenix.batches import batches
from annotator.sources.phoenix.terms import iso
from annotator.sources.phoenix.wire import Config, Row, UserAnswer, WholeSpan, nanoseconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-01T12:00:00.123456789Z", 1793534400_123456789),
        ("2026-11-01T13:00:00.5+01:00", 1793534400_500000000),
        ("2026-11-01T12:00:00", 1793534400_000000000),
        ("1969-12-31T23:59:59.25+00:00", -750_000_000),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_exact(text: str | None, expected: int | None) -> None:
    assert nanoseconds(text) == expected


@given(st.datetimes(), st.integers(-23, 23))
def test_every_time_survives(moment: datetime, hours: int) -> None:
    passed = moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    exact = passed // timedelta(microseconds=1) * 1000
    assert nanoseconds(moment.isoformat()) == exact
    assert nanoseconds(iso(exact)) == exact
    assert nanoseconds(f"{moment.isoformat()}{hours:+03}:00") == exact - hours * 3600 * 10**9


def test_nulls_and_unknown_fields_are_taken() -> None:
    span: dict[str, object] = {"context": {"trace_id": "t", "span_id": "s"}, "attributes": None, "events": [{}], "links": [1]}
    read = WholeSpan.model_validate(span).span()
    assert (read.name, read.kind, read.status_code, read.start_ns, read.attributes) == ("", "UNKNOWN", "UNSET", None, {})
    assert read.extra == {"links": [1]} and read.events[0].name == ""
    row = Row.model_validate({"id": "1", "name": "q", "span_id": "s", "result": None, "metadata": None}).row("u", "span")
    assert (row.annotation.label, row.annotation.metadata, row.annotation.identity.identifier) == (None, {}, "")
    assert Config.model_validate({"id": "1", "name": "q", "type": "RANKING"}).config() is None
    assert UserAnswer.model_validate({}).data.user().role == ""


@given(st.lists(st.text(max_size=60), max_size=300), st.integers(1, 200))
def test_batches_hold_every_id_once_and_fit(ids: list[str], count: int) -> None:
    made = list(batches(ids, count, 10))
    assert [wanted for batch in made for wanted in batch] == list(dict.fromkeys(ids))
    assert all(batch and len(batch) <= count for batch in made)
    assert all(len(batch) == 1 or sum(10 + len(wanted.encode("utf-8", "replace")) for wanted in batch) <= 5000 for batch in made)
