"""Handing over: the period, and what of it stands after undo and redo, by several people on one store."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from annotator.domain.annotation import Annotation, Identity, ItemState
from annotator.domain.handover import HandedOver, Handover, Period
from annotator.domain.redaction import Pattern
from annotator.domain.source import ServerRow
from annotator.text.handover import markdown
from annotator.text.redact import Redaction
from annotator.workflow.handover import Gathering
from annotator.workflow.shift import PAUSE_SECONDS, period_of
from tests.workflow.scene import RUBRIC, Desk

HOUR = 3600.0
HOSTILE = "# heading\n\n| a | b |\n|---|---|\n```\n<script>x</script>\n***\x1b[2J\x9b31m\u202e[a](http://b) `c` 1. _d_"


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk(9)


def made(desk: Desk, since: float | None = None, **more: object) -> Handover:
    period = period_of(desk.store, [desk.queue], desk.clock.now, since)
    return Gathering(desk.store, [desk.queue], period, {desk.queue.id: "http://p/{trace_id}"}, **more).handover()  # type: ignore[arg-type]


def theirs(desk: Desk, position: int, label: str, identifier: str, kind: str = "LLM") -> None:
    target = desk.item(position).target
    row = Annotation(Identity(desk.server.url, target, "correctness", identifier), label, annotator_kind=kind)
    desk.store.keep_read([ServerRow(row, "1")], desk.clock.now)


def test_two_people_their_states_reasons_and_what_to_look_at_first(desk: Desk) -> None:
    for position, judge, kind in ((1, "judge", "LLM"), (2, "judge", "LLM"), (5, "annotator:cy", "HUMAN")):
        theirs(desk, position, "fail", judge, kind)
    desk.answer(1, "pass")
    desk.clock.now += 60
    desk.judge.note(desk.item(1), "look here")
    desk.judge.move(desk.item(3), ItemState.FLAGGED, "wrong refund")
    desk.judge.move(desk.item(4), ItemState.SKIPPED, "not ours")
    desk.judge = desk.sit_down("ben")
    desk.clock.now += 60
    desk.answer(2, "fail")
    desk.answer(5, "pass")
    desk.judge.move(desk.item(6), ItemState.DEFERRED)
    found = made(desk)
    assert [(one.name, one.done, one.skipped, one.deferred, one.flagged, one.answers, one.notes) for one in found.people] == [
        ("ann", 1, 1, 0, 1, 1, 1), ("ben", 2, 0, 1, 0, 2, 0),
    ]  # fmt: skip
    assert [(one.place.position, one.who, one.words) for one in found.flagged] == [(3, "ann", "wrong refund")]
    assert [(one.place.position, one.who, one.words) for one in found.skipped] == [(4, "ann", "not ours")]
    assert [one.place.position for one in found.deferred] == [6]
    assert [(one.place.position, one.words) for one in found.notes] == [(1, "look here")]
    assert [(one.place.position, one.mine.value, [(other.who, other.value) for other in one.others]) for one in found.differences] == [
        (1, "pass", [("judge", "fail")]), (5, "pass", [("cy", "fail")]),
    ]  # fmt: skip
    assert {(one.who, one.labels) for one in found.given} == {("ann", (("pass", 1),)), ("ben", (("fail", 1), ("pass", 1)))}
    assert (found.unsent[0].waiting, found.unsent[0].parked) == (4, 0)
    assert found.flagged[0].place.url == "http://p/t3"
    assert [one.name for one in made(desk, only="ben").people] == ["ben"]


def test_what_was_taken_back_is_not_in_it_and_what_was_done_again_is(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.answer(1, "fail")
    desk.judge.move(desk.item(2), ItemState.FLAGGED, "odd")
    desk.judge.undo()
    desk.judge.undo()
    found = made(desk)
    assert found.given[0].labels == (("pass", 1),) and not found.flagged and found.people[0].done == 1
    desk.judge.undo()
    assert not made(desk).people
    for _ in range(3):
        desk.judge.redo()
    found = made(desk)
    assert found.given[0].labels == (("fail", 1),) and [one.words for one in found.flagged] == ["odd"]


def test_a_flag_that_somebody_settled_is_nothing_to_look_at(desk: Desk) -> None:
    desk.judge.move(desk.item(1), ItemState.FLAGGED, "odd")
    desk.judge = desk.sit_down("ben")
    desk.answer(1, "pass")
    found = made(desk)
    assert not found.flagged and [(one.name, one.flagged, one.done) for one in found.people] == [("ann", 1, 0), ("ben", 0, 1)]


def test_half_a_verdict_is_named_and_disputes_nothing(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(2, rubric=RUBRIC)
    theirs(desk, 1, "pass", "judge")
    desk.answer(1, "fail")
    found = made(desk)
    assert [(one.place.position, one.words) for one in found.partial] == [(1, "correctness fail")] and not found.differences
    desk.answer(1, "high", "severity")
    desk.answer(1, 50, "score")
    found = made(desk)
    assert not found.partial and [one.name for one in found.differences] == ["correctness"]


def test_ones_own_other_rows_and_what_was_settled_are_no_disagreement(desk: Desk) -> None:
    for identifier in ("annotator:ann:recheck", "annotator:ben:adjudicated"):
        theirs(desk, 1, "fail", identifier, "HUMAN")
    desk.answer(1, "pass")
    assert not made(desk).differences


def hand_over(desk: Desk) -> None:
    """As a file was written, a second ago."""
    desk.store.keep_handover(HandedOver(desk.clock.now - 1, "ann", desk.clock.now - HOUR, (desk.queue.id,), "/shift.md"))


def test_the_second_hand_over_still_lists_everything_that_is_open(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(9, rubric=RUBRIC)
    desk.judge.move(desk.item(5), ItemState.FLAGGED, "odd refund")
    desk.judge.move(desk.item(6), ItemState.DEFERRED, "ask ben")
    desk.answer(1, "fail")
    for name, value in (("correctness", "pass"), ("score", 50)):
        desk.answer(2, value, name)
    desk.clock.now += 60
    hand_over(desk)
    desk.judge = desk.sit_down("ben")
    theirs(desk, 2, "fail", "judge")
    theirs(desk, 3, "fail", "judge")
    for name, value in (("correctness", "pass"), ("score", 50)):
        desk.answer(3, value, name)
    desk.judge.move(desk.item(7), ItemState.FLAGGED, "new")
    found = made(desk)
    assert found.period.because == "handover" and [one.name for one in found.people] == ["ben"]
    assert [(one.place.position, one.who, one.words, one.earlier) for one in (*found.flagged, *found.deferred, *found.partial)] == [
        (7, "ben", "new", False), (5, "ann", "odd refund", True), (6, "ann", "ask ben", True), (1, "ann", "correctness fail", True),
    ]  # fmt: skip
    assert [(one.place.position, one.mine.who, one.earlier) for one in found.differences] == [(3, "ben", False), (2, "ann", True)]
    text = "\n".join(markdown(found, 20))
    assert "### Flagged (2)" in text and "odd refund (from an earlier shift)" in text and "new (from" not in text


def test_who_asks_for_their_own_sees_every_flag_and_no_verdict_that_they_did_not_give_too(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(4, rubric=RUBRIC)
    for position in (1, 2):
        theirs(desk, position, "fail", "judge")
    desk.answer(1, "pass")
    desk.answer(1, 50, "score")
    desk.judge.move(desk.item(3), ItemState.FLAGGED, "odd")
    desk.answer(4, "fail")
    own = made(desk, only="ben")
    assert ([one.who for one in own.flagged], own.differences, own.partial) == (["ann"], (), ())
    desk.judge.undo()
    desk.judge.undo()
    assert "no item is flagged or deferred, nor is any that ben judged disputed" in "\n".join(markdown(made(desk, only="ben"), 20))
    assert [one.place.position for one in made(desk, only="cy:adjudicated").differences] == [1]


def test_what_somebody_adjudicated_is_settled(desk: Desk) -> None:
    """As for the filter `disagreement` and the report."""
    for position in (1, 2):
        theirs(desk, position, "fail", "judge")
        desk.answer(position, "pass")
    theirs(desk, 1, "fail", "annotator:ben:adjudicated", "HUMAN")
    assert [one.place.position for one in made(desk).differences] == [2]


def test_a_conflict_waits_for_a_decision(desk: Desk) -> None:
    desk.answer(1, "pass")
    desk.settled()
    desk.answer(1, "fail")
    row = desk.held(1)
    assert row is not None
    desk.server.write(replace(row, label="other"))
    desk.settled()
    found = made(desk)
    assert [(one.place.position, one.words) for one in found.parked] == [
        (1, "correctness: fail 0 here, other 1 on the server; another client changed this row on the server")
    ]
    assert (found.unsent[0].parked, found.unsent[0].reasons[0][1]) == (1, 1)


def test_the_period_begins_with_the_shift_then_with_the_last_hand_over(desk: Desk) -> None:
    ids, now = (desk.queue.id,), desk.clock.now
    assert period_of(desk.store, [desk.queue], now) == Period(now, now, "nothing")
    desk.answer(1, "pass")
    desk.clock.now += PAUSE_SECONDS + 1
    desk.answer(2, "pass")
    desk.clock.now += HOUR
    desk.answer(3, "pass")
    began = now + PAUSE_SECONDS + 1
    assert period_of(desk.store, [desk.queue], desk.clock.now) == Period(began, desk.clock.now, "shift")
    assert [one.done for one in made(desk).people] == [2]
    assert [one.done for one in made(desk, now - 1).people] == [3]
    handed = desk.clock.now + 1
    desk.store.keep_handover(HandedOver(handed, "ann", began, ids, "/shift.md"))
    desk.clock.now += 60
    later = desk.clock.now
    assert period_of(desk.store, [desk.queue], later) == Period(began, later, "again")  # nothing was done since
    desk.answer(4, "pass")
    assert period_of(desk.store, [desk.queue], later) == Period(handed, later, "handover")
    assert period_of(desk.store, [desk.queue], later, where="/shift.md") == Period(began, later, "again")
    desk.clock.now += PAUSE_SECONDS + 1
    desk.answer(5, "pass")
    assert period_of(desk.store, [desk.queue], desk.clock.now) == Period(desk.clock.now, desk.clock.now, "shift", handed, 1)


def test_nothing_that_was_said_is_markdown_or_reaches_a_terminal(desk: Desk) -> None:
    theirs(desk, 1, HOSTILE, HOSTILE)
    desk.answer(1, "pass")
    desk.judge.note(desk.item(1), HOSTILE)
    desk.judge.move(desk.item(2), ItemState.FLAGGED, HOSTILE)
    desk.judge.move(desk.item(3), ItemState.SKIPPED, "---")
    text = "\n".join(markdown(made(desk), 20))
    assert all(char == "\n" or char.isprintable() for char in text)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inline = [one for token in tokens for one in (token.children or [])]
    assert {token.type for token in tokens} == {
        "heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close",
        "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close",
    }  # fmt: skip
    assert {one.type for one in inline} <= {"text", "code_inline", "strong_open", "strong_close", "link_open", "link_close", "softbreak"}
    headings = [tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings == [
        "Hand-over: queue", "Look at first", "Flagged (1)", "Disagreements (1)", "Answers", "Skipped (1)", "New notes (1)",
        "Not on the server",
    ]  # fmt: skip
    links = {one.attrs["href"] for one in inline if one.type == "link_open"}
    assert links == {f"http://p/t{n}" for n in (1, 2, 3)}
    said = "".join(one.content for one in inline if one.type == "text")
    assert "# heading | a | b | |---|---| ``` <script>x</script> ***\\x1b[2J\\x9b31m\\u202e[a](http://b) `c` 1. _d_" in said


def test_long_lists_are_cut_with_a_count_and_the_command_for_all(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(30)
    for position in range(1, 31):
        desk.judge.move(desk.item(position), ItemState.FLAGGED)
    lines = list(markdown(made(desk), 4))
    assert "### Flagged (30)" in lines and "- … and 26 more: `annotator list --queue queue flagged` has all" in lines
    assert sum(line.startswith("- **") and "`s" in line for line in lines) == 4


def test_what_the_config_hides_stays_hidden(desk: Desk, tmp_path: Path) -> None:
    desk.judge.move(desk.item(1), ItemState.FLAGGED, "wrote to a@b.example")
    desk.judge.note(desk.item(1), "from a@b.example")
    text = "\n".join(markdown(made(desk, redactor=Redaction([Pattern("email", r"\S+@\S+")])), 20))
    assert "a@b" not in text and text.count("‹email›") == 2


def test_nothing_is_told_of_what_is_shown_again_just_now(desk: Desk) -> None:
    theirs(desk, 1, "fail", "judge")
    desk.answer(1, "pass")
    desk.judge.note(desk.item(1), "odd")
    found = made(desk, hidden=desk.item(1).target)
    assert not found.differences and not found.notes and not found.given and found.people[0].done == 1
