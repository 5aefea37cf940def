from collections.abc import Callable

import pytest

from annotator.domain.annotation import NOTE, Annotation, Identity, Target
from annotator.domain.target import ItemTarget
from annotator.errors import InvalidAnnotation
from annotator.workflow.notes import delete_note, edit_note, is_mine, notes_on
from tests.server_rows import server_rows
from tests.workflow.scene import Desk


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()


TRACE = ItemTarget(Target("trace", "t1"), "s1")
DOCUMENT = ItemTarget(Target("document", "s1", 2), "s1", "RETRIEVER", "document 3 of search")


def texts(desk: Desk, on: ItemTarget) -> list[str | None]:
    return [note.explanation for note in notes_on(desk.judge, on)]


def test_a_note_is_changed_in_place_and_back(desk: Desk) -> None:
    item = desk.item(1)
    desk.judge.note(item, "first", TRACE)
    desk.judge.note(item, "second", TRACE)
    before = notes_on(desk.judge, TRACE)
    edit_note(desk.judge, item, before[0], "  first, corrected ")
    assert sorted(text or "" for text in texts(desk, TRACE)) == ["first, corrected", "second"]
    assert {note.identity for note in notes_on(desk.judge, TRACE)} == {note.identity for note in before}
    reversal = desk.judge.undo()
    assert reversal is not None and reversal.step.command == "edit_note" and reversal.step.target == TRACE.target
    assert texts(desk, TRACE) == ["first", "second"]


def test_an_empty_text_deletes_nothing(desk: Desk) -> None:
    desk.judge.note(desk.item(1), "stays", TRACE)
    with pytest.raises(InvalidAnnotation):
        edit_note(desk.judge, desk.item(1), notes_on(desk.judge, TRACE)[0], "  \n")
    assert texts(desk, TRACE) == ["stays"]


def test_a_note_is_deleted_and_comes_back_as_the_same_one(desk: Desk) -> None:
    desk.judge.note(desk.item(1), "gone", TRACE)
    (note,) = notes_on(desk.judge, TRACE)
    delete_note(desk.judge, desk.item(1), note)
    assert texts(desk, TRACE) == []
    with pytest.raises(InvalidAnnotation, match="not here any more"):
        edit_note(desk.judge, desk.item(1), note, "late")
    desk.judge.undo()
    assert notes_on(desk.judge, TRACE) == [note]


def test_nobody_touches_the_notes_of_others(desk: Desk) -> None:
    theirs = Annotation(Identity(desk.judge.server, TRACE.target, NOTE, "annotator:annabel:1"), explanation="hers")
    nested = Annotation(Identity(desk.judge.server, TRACE.target, NOTE, "annotator:ann:bel:1"), explanation="of 'ann:bel'")
    desk.store.keep_read(server_rows(theirs, nested), desk.clock.now)
    assert texts(desk, TRACE) == [] and not is_mine(desk.judge, theirs)
    with pytest.raises(InvalidAnnotation, match="not yours"):
        edit_note(desk.judge, desk.item(1), theirs, "mine")
    with pytest.raises(InvalidAnnotation, match="not yours"):
        delete_note(desk.judge, desk.item(1), nested)


def test_a_note_about_a_document_is_looked_for_on_its_span(desk: Desk) -> None:
    desk.judge.note(desk.item(1), "about the third", ItemTarget(Target("span", "s1"), "s1"))
    assert texts(desk, DOCUMENT) == ["about the third"]
