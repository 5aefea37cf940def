"""What every trace server does. A subclass brings the server: see test_phoenix_contract.py and test_fake_contract.py."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from annotator.domain.annotation import NOTE, Annotation, Identity, Target, TargetKind
from annotator.domain.queue import Selection
from annotator.domain.source import TraceServer
from annotator.errors import MissingTargets, RejectedRow
from tests.phoenix_server import phoenix_span

TRACES = 130
DOCUMENTS = 5
"""Of each of the last two spans."""
KINDS: tuple[TargetKind, ...] = ("span", "trace", "session", "document")
SESSION = f"a, b {secrets.token_hex(4)}"
"""With the text in it by which Phoenix joins ids."""


def contract_spans() -> list[dict[str, Any]]:
    """TRACES traces a second apart, the newest one with three spans, documents and a session."""
    spans = [phoenix_span(f"t{n}", start=f"2026-11-01T12:{n // 60:02}:{n % 60:02}+00:00") for n in range(TRACES)]
    newest = spans[-1]["context"]
    spans[-1]["attributes"] = {"session.id": SESSION, "input.value": "Was ist los?", "tag.tags": ["a", "b"]}
    documents = {f"retrieval.documents.{n}.document.content": f"document {n}" for n in range(DOCUMENTS)}
    for name in ("child", "child 2"):
        context = {"trace_id": newest["trace_id"], "parent_id": newest["span_id"], "attributes": documents}
        spans.append(phoenix_span(name, **context, kind="LLM", status="ERROR", start="2026-11-01T12:02:09.123456+00:00"))
    return spans


@dataclass(frozen=True)
class Ground:
    """A server that holds `spans`."""

    server: TraceServer
    url: str
    spans: Sequence[dict[str, Any]]

    @property
    def trace_ids(self) -> list[str]:
        """Oldest first."""
        return list(dict.fromkeys(span["context"]["trace_id"] for span in self.spans))

    def target(self, kind: TargetKind = "span", n: int = 0) -> Target:
        """The last two spans have documents; of these the third."""
        context = self.spans[n]["context"]
        if kind == "document":
            return Target(kind, context["span_id"], 2)
        return Target(kind, {"span": context["span_id"], "trace": context["trace_id"], "session": SESSION}[kind])

    def row(self, target: Target, name: str = "correctness", identifier: str = "annotator:a", **content: Any) -> Annotation:
        return Annotation(Identity(self.url, target, name, identifier), **content)

    def names(self) -> str:
        """A name that no other test uses."""
        return f"q {secrets.token_hex(4)}"

    def held(self, row: Annotation) -> list[Annotation]:
        """What the server has for the row's identity."""
        target = row.target
        rows = self.server.read(target.kind, [target.id], [row.name], [row.identity.identifier])
        return [found.annotation for found in rows if found.annotation.target == target]


class TraceServerContract:
    def test_the_listing_is_whole_and_newest_first(self, ground: Ground) -> None:
        pages = list(ground.server.pages(Selection()))
        headers = [header for page in pages for header in page.headers]
        assert list(dict.fromkeys(header.trace_id for header in headers)) == ground.trace_ids[::-1]
        assert sorted(header.span_id for header in headers) == sorted(span["context"]["span_id"] for span in ground.spans)
        assert len(pages) == 2 and (pages[-1].read, pages[-1].total, pages[-1].cursor) == (TRACES, TRACES, None)

    def test_the_listing_can_begin_with_the_oldest(self, ground: Ground) -> None:
        headers = [header for page in ground.server.pages(Selection(order="oldest")) for header in page.headers]
        assert list(dict.fromkeys(header.trace_id for header in headers)) == ground.trace_ids

    def test_the_listing_goes_on_from_a_cursor(self, ground: Ground) -> None:
        first = next(iter(ground.server.pages(Selection())))
        assert first.cursor is not None
        rest = list(ground.server.pages(Selection(), first.cursor))
        assert {header.trace_id for page in rest for header in page.headers} == set(ground.trace_ids[: TRACES - 100])
        assert rest[-1].read == TRACES

    def test_headers_say_what_a_tree_needs(self, ground: Ground) -> None:
        first = next(iter(ground.server.pages(Selection())))
        child = next(header for header in first.headers if header.name == "child")
        top = ground.spans[TRACES - 1]["context"]
        assert (child.trace_id, child.parent_id, child.kind, child.status_code) == (top["trace_id"], top["span_id"], "LLM", "ERROR")
        assert (child.start_ns, child.duration_ns) == (1793534529_123456000, 1_000_000_000)

    def test_one_session_can_be_listed(self, ground: Ground) -> None:
        headers = [header for page in ground.server.pages(Selection(session=SESSION)) for header in page.headers]
        assert {header.trace_id for header in headers} == {ground.trace_ids[-1]}
        assert any(header.session_id == SESSION for header in headers)
        assert not [header for page in ground.server.pages(Selection(session="none")) for header in page.headers]

    def test_times_narrow_and_never_lose(self, ground: Ground) -> None:
        since, until = 1793534400_000000000 + 10_000_000_000, 1793534400_000000000 + 20_000_000_000
        headers = [header for page in ground.server.pages(Selection(since_ns=since, until_ns=until)) for header in page.headers]
        assert set(ground.trace_ids[10:20]) <= {header.trace_id for header in headers}

    def test_spans_of_some_traces(self, ground: Ground) -> None:
        wanted = ground.trace_ids[-60:]
        pieces = list(ground.server.spans(wanted))
        spans = [span for piece in pieces for span in piece]
        assert sorted(span.span_id for span in spans) == sorted(
            span["context"]["span_id"] for span in ground.spans if span["context"]["trace_id"] in wanted
        )
        assert max(len(piece) for piece in pieces) <= 100
        top = next(span for span in spans if span.name == f"t{TRACES - 1}")
        assert top.attributes == ground.spans[TRACES - 1]["attributes"] and top.session_id == SESSION

    def test_spans_of_no_trace(self, ground: Ground) -> None:
        assert list(ground.server.spans([])) == [] and not [span for piece in ground.server.spans(["f" * 32]) for span in piece]

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_is_put_is_read_and_deleted(self, ground: Ground, kind: TargetKind) -> None:
        content: dict[str, Any] = {"label": "fail", "score": 0.25, "explanation": "näh\n😀", "metadata": {"list": [1, None]}}
        row = ground.row(ground.target(kind, -1), ground.names(), **content)
        assert ground.held(row) == []
        ground.server.put([row])
        assert ground.held(row) == [row]
        assert ground.server.delete(row) is True
        assert ground.held(row) == [] and ground.server.delete(row) is False

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_row_is_replaced_whole(self, ground: Ground, kind: TargetKind) -> None:
        row = ground.row(ground.target(kind, -1), ground.names(), label="a", score=1.0, explanation="because", metadata={"x": 1})
        ground.server.put([row])
        bare = ground.row(row.target, row.name, label="b")
        ground.server.put([bare])
        assert ground.held(row) == [bare]

    def test_rows_differ_by_target_name_and_identifier(self, ground: Ground) -> None:
        name = ground.names()
        row = ground.row(ground.target(), name, label="a")
        others = [
            ground.row(ground.target(), name, "annotator:b", label="b"),
            ground.row(ground.target(), f"{name} 2", label="c"),
            ground.row(ground.target(n=1), name, label="d"),
        ]
        ground.server.put([row, *others])
        ground.server.delete(row)
        assert ground.held(row) == []
        assert [ground.held(other) for other in others] == [[other] for other in others]

    def test_two_people_keep_two_rows_of_a_document(self, ground: Ground) -> None:
        name = ground.names()
        a, b = (ground.row(ground.target("document", -1), name, f"annotator:{who}", label=who) for who in "ab")
        ground.server.put([a])
        ground.server.put([b])
        assert (ground.held(a), ground.held(b)) == ([a], [b])
        assert ground.server.delete(a) and (ground.held(a), ground.held(b)) == ([], [b])

    def test_documents_differ_by_position_and_span(self, ground: Ground) -> None:
        name = ground.names()
        targets = [Target("document", ground.target(n=n).id, position) for n in (-1, -2) for position in range(DOCUMENTS)]
        rows = [ground.row(target, name, label=f"{target.position}") for target in targets]
        ground.server.put(rows)
        assert ground.server.delete(rows[1]) and ground.held(rows[1]) == []
        read = ground.server.read("document", [ground.target(n=n).id for n in (-1, -2, 0)], [name])
        assert sorted((row.annotation for row in read), key=lambda row: row.target) == sorted(
            (row for row in rows if row != rows[1]), key=lambda row: row.target
        )

    def test_a_document_that_there_is_not_is_named_and_nothing_is_written(self, ground: Ground) -> None:
        name = ground.names()
        here = ground.row(ground.target("document", -1), name, label="a")
        for outside in (Target("document", here.target.id, DOCUMENTS), Target("document", ground.target().id, 0)):
            with pytest.raises(RejectedRow, match=f"{outside.position}") as caught:
                ground.server.put([here, ground.row(outside, name, label="a")])
            assert caught.value.index == 1 and ground.held(here) == []

    def test_the_ends_of_a_documents_texts_do_not_count(self, ground: Ground) -> None:
        row = ground.row(ground.target("document", -1), ground.names(), label="a", explanation=" because\n", score=0.0)
        ground.server.put([row])
        (held,) = ground.held(row)
        assert held.explanation == "because" and row.same_as(held)
        assert ground.server.delete(row) is True

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_changed_row_is_not_deleted(self, ground: Ground, kind: TargetKind) -> None:
        row = ground.row(ground.target(kind, -1), ground.names(), label="a")
        theirs = replace(row, label="b")
        ground.server.put([theirs])
        with pytest.raises(RejectedRow):
            ground.server.delete(row)
        assert ground.held(row) == [theirs]

    @pytest.mark.parametrize("kind", KINDS)
    def test_missing_targets_are_named_and_nothing_is_written(self, ground: Ground, kind: TargetKind) -> None:
        name = ground.names()
        here = ground.row(ground.target(kind, -1), name, label="a")
        gone = [ground.row(replace(here.target, id=missing), name, label="a") for missing in ("e" * 16, "f" * 16)]
        with pytest.raises(MissingTargets) as caught:
            ground.server.put([gone[0], here, gone[1]])
        assert caught.value.ids == {"e" * 16, "f" * 16}
        assert ground.held(here) == []

    def test_a_missing_session_is_named_whole(self, ground: Ground) -> None:
        with pytest.raises(MissingTargets) as caught:
            ground.server.put([ground.row(Target("session", "x, y"), label="a")])
        assert caught.value.ids == {"x, y"}

    def test_no_note_of_a_document(self, ground: Ground) -> None:
        with pytest.raises(RejectedRow) as caught:
            ground.server.put([ground.row(ground.target("document", -1), NOTE, secrets.token_hex(16), explanation="x")])
        assert caught.value.index == 0

    def test_unknown_targets_have_no_rows(self, ground: Ground) -> None:
        for kind in KINDS:
            assert list(ground.server.read(kind, ["e" * 16])) == [] and list(ground.server.read(kind, [])) == []

    @pytest.mark.parametrize("kind", ["span", "trace", "session"])
    def test_a_note_is_there_once_and_can_be_edited(self, ground: Ground, kind: TargetKind) -> None:
        note = ground.row(ground.target(kind, -1), NOTE, secrets.token_hex(16), explanation=" wrong amount ", metadata={"seconds": 3})
        ground.server.put([note])
        ground.server.put([note])
        (held,) = ground.held(note)
        assert held.explanation == "wrong amount" and note.same_as(held)
        edited = replace(note, explanation="right amount")
        ground.server.put([edited])
        assert [row.explanation for row in ground.held(note)] == ["right amount"]
        with pytest.raises(RejectedRow):
            ground.server.delete(note)
        assert ground.server.delete(edited) is True
        assert ground.held(note) == []

    def test_reading_by_name_and_identifier(self, ground: Ground) -> None:
        name = ground.names()
        rows = [ground.row(ground.target(n=n), name, who, label="x") for n in range(3) for who in ("annotator:a", "annotator:b")]
        ground.server.put(rows)
        ids = [row.target.id for row in rows]
        assert len(ground.server.read("span", ids, [name])) == 6
        mine = ground.server.read("span", ids, [name], ["annotator:b"])
        assert {row.annotation.target.id for row in mine} == set(ids) and len(mine) == 3

    @pytest.mark.parametrize("kind", ["span", "trace", "session"])
    def test_everybodys_rows_and_notes_come_where_nothing_narrows(self, ground: Ground, kind: TargetKind) -> None:
        target, name = ground.target(kind, -1), ground.names()
        rows = [ground.row(target, name, f"annotator:{who}", label=who) for who in "ab"]
        notes = [ground.row(target, NOTE, f"annotator:{who}:{secrets.token_hex(8)}", explanation=who) for who in "ab"]
        evaluation = ground.row(target, name, "", label="c", annotator_kind="LLM")
        ground.server.put([*rows, evaluation])
        for note in notes:
            ground.server.put([note])
        read = [
            row for row in ground.server.read(kind, [target.id]) if row.annotation.identity in {one.identity for one in (*rows, *notes)}
        ]
        assert sorted((row.annotation.name, row.author) for row in read) == sorted([(name, "a"), (name, "b"), (NOTE, "a"), (NOTE, "b")])
        both = ground.server.read(kind, [target.id], [name, NOTE])
        assert {row.annotation.identity for row in both} >= {one.identity for one in (*rows, *notes, evaluation)}
        assert {row.annotation.name for row in ground.server.read(kind, [target.id], [name])} == {name}

    def test_many_targets_in_one_read(self, ground: Ground) -> None:
        name = ground.names()
        rows = [ground.row(Target("span", span["context"]["span_id"]), name, label="x") for span in ground.spans]
        ground.server.put(rows[:100])
        ground.server.put(rows[100:])
        unknown = [f"{n:016x}" for n in range(300)]
        read = ground.server.read("span", [*unknown, *(row.target.id for row in rows)], [name])
        assert {row.annotation.target for row in read} == {row.target for row in rows} and len(read) == len(rows)

    @pytest.mark.parametrize("kind", KINDS)
    def test_other_kinds_and_an_empty_identifier_come_back_as_they_were(self, ground: Ground, kind: TargetKind) -> None:
        row = ground.row(ground.target(kind, -1), ground.names(), "", label="x", annotator_kind="LLM")
        ground.server.put([row])
        assert ground.held(row) == [row]
