"""What a person said about an item, on whichever of its targets, and why."""

from collections.abc import Iterable

from annotator.domain.annotation import NOTE, Annotation, Identity
from annotator.domain.annotation_config import FreeformConfig
from annotator.domain.evidence import with_words
from annotator.domain.queue import Item
from annotator.domain.record import record
from annotator.domain.step import SetAnnotation
from annotator.domain.target import ItemTarget
from annotator.domain.validation import check
from annotator.errors import InvalidAnnotation
from annotator.workflow.judge import CLIENT, Judge, Judged


@record
class Said:
    """An annotation of mine."""

    on: ItemTarget
    row: Annotation
    at: float
    """When it was made or changed last, in seconds since 1970."""


def said(judge: Judge, targets: Iterable[ItemTarget]) -> list[Said]:
    """My annotations on these targets, the newest first; notes are not among them. One look-up a target that has any."""
    known = {on.target: on for on in targets}
    kinds = {target.kind for target in known}
    judged = {kind: judge.store.among_judged(judge.server, kind, {one.id for one in known if one.kind == kind}) for kind in kinds}
    wanted = [target for target in known if target.id in judged[target.kind]]
    found = [
        Said(known[one.row.target], one.row, one.at)
        for one in judge.store.known_on(judge.server, wanted)
        if one.row.identity.identifier == judge.identifier and one.row.name != NOTE
    ]
    return sorted(found, key=lambda one: -one.at)


def now(judge: Judge, identity: Identity) -> Annotation:
    """The row as it is. Raises InvalidAnnotation where it is gone."""
    row = next((row for row in judge.store.on_target(judge.server, identity.target) if row.identity == identity), None)
    if row is None:
        raise InvalidAnnotation(f"There is no answer to {identity.name} any more.", "It was taken back meanwhile; answer again.")
    return row


def explain(judge: Judge, item: Item, one: Said, words: str) -> Judged:
    """Say why, in words; an empty text takes them away, and the lines of the evidence stay. Of a text the words are the answer itself."""
    criterion = judge.queue.rubric.criterion(one.row.name)
    if criterion is not None and isinstance(criterion.config, FreeformConfig):
        return judge.answer(item, criterion, words, on=one.on)
    row = check(with_words(now(judge, one.row.identity), words.strip()), None)
    name = row.name if criterion is not None else ""
    judge.commit("explain", f"explain {row.name}", item, name, [SetAnnotation(row.identity, row)], row.target)
    return Judged(f"explained {row.name}", False)


def signed(judge: Judge, row: Annotation) -> Annotation:
    """The row with what the metadata of everything says that a person wrote here."""
    metadata = dict(row.metadata) | {"annotator": judge.annotator, "client": CLIENT}
    return check(Annotation(row.identity, row.label, row.score, row.explanation, row.annotator_kind, metadata), None)
