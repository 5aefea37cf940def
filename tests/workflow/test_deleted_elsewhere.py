"""A row of mine that another client deleted: a conflict where the target is seen to be there, and nothing at all otherwise."""


import pytest

from annotator.domain.annotation import NOTE, Annotation, KnownAnnotation
from annotator.errors import Unreachable
from annotator.workflow.everyone import pull_on
from tests.workflow.scene import Desk


@pytest.fixture
def sent(desk: Desk) -> Desk:
    """My answers to items 1 and 2 are on the server, each beside one of bob's."""
    for position in (1, 2):
        desk.answer(position, "pass")
        desk.server.write(Annotation(desk.identity(position, identifier="annotator:bob"), "fail"))
    assert desk.drain().sent == 2
    desk.clock.now += 60
    return desk


def look(desk: Desk) -> None:
    """Read what everybody said about every item."""
    items = desk.store.items(desk.queue.id)
    pull_on(desk.store, desk.server, desk.server.url, [item.target for item in items], desk.clock)


def delete(desk: Desk, position: int) -> None:
    """What another client does."""
    row = desk.held(position)
    assert row is not None and desk.server.delete(row)


def mine(desk: Desk, position: int = 1) -> KnownAnnotation:
    [found] = [one for one in desk.store.known_on(desk.server.url, [desk.item(position).target]) if one.annotator]
    return found


def conflicts(desk: Desk) -> list[int]:
    return [n for n in (1, 2) if desk.local(n) is not None and mine(desk, n).conflict]


@pytest.mark.parametrize("kept", [True, False], ids=["mine is kept", "theirs is taken"])
def test_it_is_a_conflict_that_one_word_settles(sent: Desk, kept: bool) -> None:
    delete(sent, 1)
    look(sent)
    assert conflicts(sent) == [1] and mine(sent).theirs is None and mine(sent).row.label == "pass"
    look(sent)
    assert conflicts(sent) == [1] and sent.drain().sent == 0 and sent.held(1) is None, "nobody decided yet"
    (sent.store.retry if kept else sent.store.drop)(sent.identity(1))
    sent.settled()
    look(sent)
    assert conflicts(sent) == []
    assert [None if row is None else row.label for row in (sent.local(1), sent.held(1))] == (["pass", "pass"] if kept else [None, None])
    while sent.judge.undo() is not None:
        pass
    sent.settled()
    assert sent.held(1) is None and sent.held(2) is None, "all of it can be taken back"


def test_what_went_with_its_target_is_none(sent: Desk) -> None:
    """Retention, another project, a server that was set up anew: no row shows that the target is there."""
    sent.server.forget(sent.item(1).target)
    look(sent)
    assert conflicts(sent) == [] and mine(sent).row.label == "pass"


def test_nothing_is_one_that_the_second_look_finds(sent: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleted and written again between two pages of the first."""
    whole, reads = sent.server.read, iter((["annotator:bob"],))
    monkeypatch.setattr(sent.server, "read", lambda kind, ids, names=(), identifiers=(): whole(kind, ids, names, next(reads, identifiers)))
    look(sent)
    assert conflicts(sent) == [] and sent.entries() == []
    assert sent.server.calls[-2:] == ["read", "read"], "it looked twice"


def test_a_reading_that_fails_says_nothing(sent: Desk) -> None:
    delete(sent, 1)
    sent.server.faults.extend([None, Unreachable("gone", "wait")])
    with pytest.raises(Unreachable):
        look(sent)
    assert conflicts(sent) == []
    look(sent)
    assert conflicts(sent) == [1]


def test_what_changed_here_meanwhile_is_sent_as_it_is(sent: Desk) -> None:
    """The reading began before the answer that the server got."""
    began = sent.clock.now
    delete(sent, 1)
    sent.clock.now += 1
    sent.answer(1, "fail")
    sent.clock.now = began
    look(sent)
    assert conflicts(sent) == []
    assert sent.entries()[0].state == "waiting"


def test_a_row_of_before_us_is_not_disputed(desk: Desk) -> None:
    """Nobody decided it here."""
    before = Annotation(desk.identity(1), "fail", 0.0)
    desk.server.write(before, Annotation(desk.identity(1, identifier="annotator:bob"), "pass"))
    look(desk)
    assert desk.server.delete(before)
    desk.clock.now += 60
    look(desk)
    assert conflicts(desk) == [] and desk.local(1) == before


def test_a_note_that_was_deleted_elsewhere_is_one_too(sent: Desk) -> None:
    sent.judge.note(sent.item(1), "look again")
    sent.drain()
    sent.clock.now += 60
    [note] = [row for row in sent.server.annotations if row.name == NOTE]
    assert sent.server.delete(note)
    look(sent)
    found = sent.store.known_on(sent.server.url, [sent.item(1).target])
    assert [one.row.identity for one in found if one.conflict] == [note.identity]
