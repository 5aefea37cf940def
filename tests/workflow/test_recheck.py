"""Second verdicts on items that are shown again: beside the first ones, which stay byte for byte, here and on a server."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.domain.annotation import RECHECK, Annotation, ItemState, note_prefix, recheck_identifier
from annotator.domain.annotation_config import CategoricalConfig, Value
from annotator.domain.moves import Move, Moves
from annotator.domain.queue import Item
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.source import Page, ServerUser
from annotator.errors import InvalidAnnotation
from annotator.workflow.judge import Judge
from annotator.workflow.migration import carry_out, plan, take_back
from annotator.workflow.mine import explain, said
from annotator.workflow.notes import edit_note, notes_on
from annotator.workflow.opinions import read_opinions
from annotator.workflow.recheck import APART, due, is_drawn
from annotator.workflow.targets import own_target
from tests.fake_server import FakeServer
from tests.store.test_plans import scans, statements
from tests.workflow.scene import Desk, traces

ITEMS, DAY = 40, 86_400.0
SECOND = recheck_identifier("ann")


@pytest.fixture(params=["plain", "user"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """Thirty items judged, with a key of nobody's or of a user's."""
    server = FakeServer(traces(ITEMS), server_user=ServerUser("ann", "VXNlcjox") if request.param == "user" else ServerUser())
    desk = Desk(tmp_path, server, items=ITEMS)
    desk.store.add_page(desk.queue.source_id, Page(spans=tuple(traces(ITEMS))))
    desk.store.set_loaded(desk.queue.source_id, [f"t{n}" for n in range(1, ITEMS + 1)])
    for position in range(1, 31):
        desk.clock.now += 10
        desk.answer(position, "pass" if position % 3 else "fail")
    return desk


def first_rows(desk: Desk) -> list[tuple[object, ...]]:
    """Every first row as its bytes are in the store: content, journal line, outbox."""
    return desk.store.db.all(
        "SELECT identity.id, target, name, identifier, annotation.content, annotation.annotator, annotation.seq, outbox.action,"
        " outbox.content, outbox.base, outbox.generation FROM annotation JOIN identity ON identity.id = annotation.identity"
        " LEFT JOIN outbox ON outbox.identity = identity.id WHERE identifier = ? ORDER BY identity.id",
        (desk.judge.identifier,),
    )


def repeat(desk: Desk, before: int = 31) -> Item:
    found = due(desk.store, desk.queue, "ann", desk.item(before), 1.0, desk.clock)
    assert found is not None
    return found


def second(desk: Desk, item: Item) -> Annotation | None:
    rows = desk.store.on_target(desk.server.url, item.target)
    return next((row for row in rows if row.identity.identifier == SECOND), None)


def undone(desk: Desk, steps: int) -> list[int]:
    """The items of the steps that are taken back."""
    found = [desk.judge.undo() for _ in range(steps)]
    return [one.step.item_id for one in found if one is not None and one.done]


def test_second_verdicts_never_touch_the_first_also_through_undo_redo_and_sync(desk: Desk) -> None:
    desk.settled()
    before, sent = first_rows(desk), {row.identity: row for row in desk.server.annotations}
    criterion = desk.queue.rubric.criteria[0]
    item = repeat(desk)
    assert item.state == ItemState.TODO and item.queue_id != desk.queue.id and item.position == 31
    assert not desk.judge.view(item).answers, "no earlier answer is seen"
    other = "pass" if int(item.target.id[1:]) % 3 == 0 else "fail"
    judged = desk.judge.answer(item, criterion, other)
    assert judged.completed
    desk.judge.explain(item, criterion, "on second thoughts")
    desk.judge.note(item, "strange")
    assert first_rows(desk) == before
    row = second(desk, item)
    assert row is not None and row.label == other and row.metadata["annotator"] == "ann"
    desk.settled()
    now = {row.identity: row for row in desk.server.annotations}
    assert {identity: now[identity] for identity in sent} == sent and now[row.identity].label == other
    assert desk.judge.identifier in (f"annotator:{desk.judge.annotator}", "px-app:VXNlcjox")
    assert undone(desk, 3) == [item.id] * 3
    assert desk.store.item(item.id).state == ItemState.TODO and second(desk, item) is None
    desk.settled()
    assert {row.identity: row for row in desk.server.annotations} == sent and first_rows(desk) == before
    for _ in range(3):
        desk.judge.redo()
    assert (again := second(desk, item)) is not None and (again.label, again.explanation) == (other, "on second thoughts")
    desk.settled()
    assert first_rows(desk) == before
    assert undone(desk, 4) == [*[item.id] * 3, desk.item(30).id], "newest first, over items of both kinds"


def test_what_belongs_to_the_first_verdict_is_refused_on_a_repeat_and_the_other_way_round(desk: Desk) -> None:
    item, criterion = repeat(desk), desk.queue.rubric.criteria[0]
    original = desk.store.item_of(desk.queue.id, item.target)
    assert original is not None
    desk.judge.note(original, "earlier")
    before = first_rows(desk)
    again = desk.judge.of(item)
    assert again.identifier == SECOND and again.of(original) == desk.judge
    assert not notes_on(again, own_target(item)) and not desk.judge.view(item).notes
    [mine] = said(desk.judge, [own_target(item)])
    [note] = notes_on(desk.judge, own_target(item))
    with pytest.raises(InvalidAnnotation):
        explain(desk.judge, item, mine, "no")
    with pytest.raises(InvalidAnnotation):
        edit_note(desk.judge, item, note, "no")
    desk.judge.answer(item, criterion, "fail")
    [mine] = said(again, [own_target(item)])
    with pytest.raises(InvalidAnnotation):
        explain(desk.judge, original, mine, "no")
    assert first_rows(desk) == before


def test_repeating_the_last_verdict_takes_the_one_given_last(desk: Desk) -> None:
    item, criterion = repeat(desk), desk.queue.rubric.criteria[0]
    original = desk.store.item_of(desk.queue.id, item.target)
    first = desk.judge.view(original).answers["correctness"].label if original else ""
    other = "fail" if first == "pass" else "pass"
    desk.judge.answer(item, criterion, other)
    judged = desk.judge.repeat(desk.item(31))
    assert judged is not None and judged.title == other
    assert desk.judge.view(desk.item(31)).answers["correctness"].identity.identifier == desk.judge.identifier


def test_nothing_of_ones_own_is_seen_of_a_repeat_before_or_after(desk: Desk) -> None:
    item = repeat(desk)
    original = desk.store.item_of(desk.queue.id, item.target)
    assert original is not None
    desk.judge.note(original, "earlier")

    def rows() -> set[tuple[str, bool]]:
        found = read_opinions(desk.store, desk.queue, desk.store.item(item.id), "ann", desk.judge.identifier)
        return {(one.row.identity.identifier, one.mine) for one in found.rows}

    assert rows() == set()
    desk.judge.answer(item, desk.queue.rubric.criteria[0], "fail")
    assert rows() == {(SECOND, True)}
    desk.judge.note(item, "again")
    assert {identifier.startswith(note_prefix("ann" + RECHECK)) for identifier, _ in rows()} == {True, False}


def test_a_repeat_is_drawn_by_person_and_target_and_is_the_same_after_a_restart(desk: Desk) -> None:
    targets = [desk.item(n).target for n in range(1, ITEMS + 1)]
    assert [is_drawn("ann", one, 0.5) for one in targets] == [is_drawn("ann", one, 0.5) for one in targets]
    assert [is_drawn("ann", one, 0.5) for one in targets] != [is_drawn("ben", one, 0.5) for one in targets]
    assert all(is_drawn("ann", one, 0.5) for one in targets if is_drawn("ann", one, 0.03))
    item = repeat(desk)
    desk.reopen()
    assert repeat(desk) == item
    desk.judge.answer(item, desk.queue.rubric.criteria[0], "fail")
    assert due(desk.store, desk.queue, "ann", desk.item(31), 1.0, desk.clock) is None, "once"
    second_one = repeat(desk, 32)
    assert second_one.target != item.target, "no item a third time"


def test_an_item_is_not_repeated_soon_unless_it_is_of_another_day(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(APART + 5)
    desk.store.set_loaded(desk.queue.source_id, [f"t{n}" for n in range(1, APART + 6)])
    for position in range(1, APART + 1):
        desk.answer(position, "pass")
    assert due(desk.store, desk.queue, "ann", desk.item(APART + 1), 1.0, desk.clock) is None
    assert due(desk.store, desk.queue, "ben", desk.item(APART + 1), 1.0, desk.clock) is None, "only what one judged oneself"
    desk.clock.now += DAY
    assert due(desk.store, desk.queue, "ann", desk.item(APART + 1), 1.0, desk.clock) is not None


def test_about_the_rate_that_was_asked_for() -> None:
    from annotator.domain.annotation import Target

    drawn = sum(is_drawn("ann", Target("span", f"{n:016x}"), 0.03) for n in range(20_000))
    assert 500 < drawn < 700


def test_no_list_has_the_queue_behind_and_it_goes_with_its_queue(desk: Desk) -> None:
    item = repeat(desk)
    desk.judge.answer(item, desk.queue.rubric.criteria[0], "fail")
    assert [queue.id for queue in desk.store.queues()] == [desk.queue.id]
    assert desk.store.counts(desk.queue.id).done == 30 and desk.store.counts(desk.queue.id).items == ITEMS
    assert len(desk.store.last_verdicts(desk.queue.id, "ann", 5)) == 5
    desk.store.remove(desk.queue.id)
    assert desk.store.db.one("SELECT count(*) FROM item")[0] == 0
    assert second(desk, item) is not None


def test_verdicts_of_a_file_go_to_a_server_each_as_what_it_is(make_desk: Callable[..., Desk]) -> None:
    from annotator.domain.queue import NewItem, Selection, SourceRef
    from annotator.domain.rubric import BUILT_IN

    desk = make_desk(30)
    queue = desk.store.create("file", SourceRef("/traces.jsonl"), Selection(), BUILT_IN)
    desk.store.add_items(queue.id, [NewItem(one.target, one.trace_id, one.span_id) for one in desk.store.items(desk.queue.id)])
    desk.store.set_loaded(queue.source_id, [f"t{n}" for n in range(1, 31)])
    judge, criterion = Judge(desk.store, queue, "ann", "annotator:ann"), BUILT_IN.criteria[0]
    for item in desk.store.items(queue.id)[:29]:
        judge.answer(item, criterion, "pass")
    last = desk.store.at(queue.id, 30)
    assert last is not None
    again = due(desk.store, queue, "ann", last, 1.0, desk.clock)
    assert again is not None
    judge.answer(again, criterion, "fail")
    assert desk.store.send_queue_to(queue.id, desk.server.url, "default", "px-app:me", "ann") == 30
    desk.settled()
    held = {(row.target.id, row.identity.identifier): row.label for row in desk.server.annotations}
    assert held[again.target.id, "px-app:me"] == "pass" and held[again.target.id, SECOND] == "fail"
    assert sum(identifier == "px-app:me" for _, identifier in held) == 29
    assert desk.store.last_answers("ann", queue.id) is not None
    assert Judge(desk.store, desk.store.queue(queue.id), "ann", "px-app:me").undo() is not None
    desk.settled()
    held = {(row.target.id, row.identity.identifier): row.label for row in desk.server.annotations}
    assert held[again.target.id, "px-app:me"] == "pass" and (again.target.id, SECOND) not in held
    assert json.dumps(sorted(held.values())).count("fail") == 0


def test_looking_for_a_repeat_scans_nothing(desk: Desk) -> None:
    seen = statements(desk.store)
    repeat(desk)
    assert due(desk.store, desk.queue, "ann", desk.item(31), 1.0, desk.clock) is not None
    assert not scans(desk.store, seen)


def test_a_rubric_that_changes_takes_both_verdicts_along(desk: Desk) -> None:
    item = repeat(desk)
    desk.judge.answer(item, desk.queue.rubric.criteria[0], "fail")
    before = first_rows(desk)
    rubric = Rubric((Criterion(CategoricalConfig("correctness", (Value("pass", 1.0), Value("wrong", 0.0)))),), "new", "2")
    moves = Moves({"correctness": (Move("fail", None, "wrong"),)})
    planned = plan(desk.store, desk.store.queue(desk.queue.id), rubric, moves, "ann", desk.judge.identifier)
    assert not planned.stuck and not planned.others
    carry_out(desk.store, planned, "ann", desk.judge.identifier, moves)
    row = second(desk, item)
    assert row is not None and row.label == "wrong"
    take_back(desk.store, desk.queue, "ann")
    row = second(desk, item)
    assert row is not None and row.label == "fail"
    assert [one[:6] for one in first_rows(desk)] == [one[:6] for one in before]
