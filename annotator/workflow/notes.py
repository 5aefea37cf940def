"""A person's notes: found, changed and taken away; each one step. `Judge.note` adds them."""

from dataclasses import replace

from annotator.domain.annotation import NOTE, Annotation, Target, note_prefix
from annotator.domain.queue import Item
from annotator.domain.step import SetAnnotation
from annotator.domain.target import ItemTarget
from annotator.domain.validation import check
from annotator.errors import InvalidAnnotation
from annotator.workflow.judge import Judge, Judged


def noted(on: ItemTarget) -> ItemTarget:
    """What a note about a target is kept on: a document has none on any server, so its span has it."""
    if on.target.kind != "document":
        return on
    return ItemTarget(Target("span", on.target.id), on.span_id, on.span_kind, on.name)


def notes_on(judge: Judge, on: ItemTarget) -> list[Annotation]:
    """My notes on a target, the oldest first."""
    found = [known for known in judge.store.known_on(judge.server, [noted(on).target]) if is_mine(judge, known.row)]
    return [known.row for known in sorted(found, key=lambda known: known.at)]


def is_mine(judge: Judge, row: Annotation) -> bool:
    """A note that this person wrote, on any machine."""
    prefix, found = note_prefix(judge.signature), row.identity.identifier
    return row.name == NOTE and found.startswith(prefix) and ":" not in found[len(prefix) :]


def edit_note(judge: Judge, item: Item, note: Annotation, text: str) -> Judged:
    """Another text for a note of mine. Raises InvalidAnnotation for an empty one: it is deleted by its own command."""
    judge = judge.of(item)
    _check_mine(judge, note)
    row = check(replace(_here(judge, note), explanation=text.strip()), None)
    judge.commit("edit_note", "edit note", item, "", [SetAnnotation(row.identity, row)], row.target)
    return Judged("note changed", False)


def delete_note(judge: Judge, item: Item, note: Annotation) -> Judged:
    """Take a note of mine away, here and on the server."""
    judge = judge.of(item)
    _check_mine(judge, note)
    row = _here(judge, note)
    judge.commit("delete_note", "delete note", item, "", [SetAnnotation(row.identity, None)], row.target)
    return Judged("note deleted", False)


def _check_mine(judge: Judge, note: Annotation) -> None:
    if not is_mine(judge, note):
        raise InvalidAnnotation("This note is not yours.", "Add one of your own.")


def _here(judge: Judge, note: Annotation) -> Annotation:
    """The note as it is now. Raises InvalidAnnotation where it is gone."""
    rows = judge.store.on_target(judge.server, note.target)
    found = next((row for row in rows if row.identity == note.identity), None)
    if found is None:
        raise InvalidAnnotation("This note is not here any more.", "It was deleted meanwhile; undo may bring it back.")
    return found
