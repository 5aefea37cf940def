"""One's own annotations, also those that the rubric does not ask for: changed and taken away, each one step. Others' never."""

from dataclasses import replace

from annotator.domain.annotation import NOTE, Annotation, is_mine
from annotator.domain.queue import Item
from annotator.domain.step import SetAnnotation
from annotator.domain.target import ItemTarget
from annotator.domain.validation import check
from annotator.errors import InvalidAnnotation
from annotator.workflow.judge import Judge, Judged
from annotator.workflow.notes import delete_note


def here(judge: Judge, row: Annotation) -> Annotation:
    """The row as it is now. Raises InvalidAnnotation where it is somebody else's, or gone."""
    if not is_mine(row, judge.annotator, judge.identifier):
        raise InvalidAnnotation("This annotation is not yours.", "Only your own can be changed.")
    rows = judge.store.on_target(judge.server, row.target)
    found = next((one for one in rows if one.identity == row.identity), None)
    if found is None:
        raise InvalidAnnotation("This annotation is not here any more.", "It was deleted meanwhile; undo may bring it back.")
    return found


def delete(judge: Judge, item: Item, on: ItemTarget, row: Annotation) -> Judged:
    """Take a row of mine away, here and on the server; an item whose verdict is not whole without it is to do again."""
    judge = judge.of(item)
    found = here(judge, row)
    if found.name == NOTE:
        return delete_note(judge, item, found)
    if (criterion := judge.queue.rubric.criterion(found.name)) is not None and criterion.name in judge.view(item, on).answers:
        return judge.withdraw(item, criterion, on)
    judge.commit("delete_row", f"delete {found.name}", item, "", [SetAnnotation(found.identity, None)], found.target)
    return Judged(f"{found.name} deleted", False)


def rewrite(judge: Judge, item: Item, row: Annotation, text: str) -> Judged:
    """Another label, score or text for a row that the rubric does not ask for: whichever of them it has."""
    judge = judge.of(item)
    found, text = here(judge, row), text.strip()
    if not text:
        raise InvalidAnnotation("An empty text changes nothing.", "Delete the annotation by its own command.")
    if found.label is not None:
        now = replace(found, label=text)
    elif found.score is not None:
        try:
            now = replace(found, score=float(text.replace(",", ".")))
        except ValueError:
            raise InvalidAnnotation(f"{text!r} is not a number.", "Type the score, 0.5 for instance.") from None
    else:
        now = replace(found, explanation=text)
    now = check(now, None)
    judge.commit("edit_row", f"change {now.name}", item, "", [SetAnnotation(now.identity, now)], now.target)
    return Judged(f"{now.name} changed", False)
