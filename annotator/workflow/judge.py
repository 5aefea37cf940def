"""Judging: every answer, note and state of one person on one queue, each one step that can be undone."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from annotator import __version__
from annotator.domain.annotation import (
    HUMAN,
    NOTE,
    RECHECK,
    Annotation,
    Identity,
    ItemState,
    Target,
    is_recheck,
    note_prefix,
    recheck_identifier,
)
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig
from annotator.domain.evidence import Evidence, evidence_of, with_evidence
from annotator.domain.queue import Item, Queue
from annotator.domain.record import record
from annotator.domain.rubric import Criterion
from annotator.domain.step import Change, Reversal, SetAnnotation, SetItem, Step
from annotator.domain.store import Store
from annotator.domain.target import ItemTarget
from annotator.domain.validation import check, check_score, value_of
from annotator.errors import InvalidAnnotation, SetsRubric
from annotator.workflow.answers import ItemView, answers_of, spoken, title_of
from annotator.workflow.known import Known, know
from annotator.workflow.targets import ItemTargets, bound_to, described, own_target, targets_in_store
from annotator.workflow.walk import Walk

CLIENT = f"annotator/{__version__}"
JUDGE, SUGGESTED, OTHERS_SHOWN = OF_ONE_ANSWER = ("judge", "suggested", "others_shown")
"""Keys of metadata that another answer does not keep: which model's answer mine is about, whether that was shown before mine was given,
whether others' answers were.
"""


@record
class Circumstances:
    """What an annotation's metadata says about how it came to be."""

    seconds: float | None = None
    """How long the item was on the screen."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """model, prompt_version, tags of the span, where known."""
    evidence: tuple[Evidence, ...] = ()
    """What was selected for this answer before it was given."""


UNKNOWN = Circumstances()
"""Nobody looked at it on a screen."""


@record
class Judged:
    """What one judgement did."""

    title: str
    completed: bool
    """This answer made the verdict whole: the item was not done before and is now."""
    withdrawn: tuple[str, ...] = ()
    """Answers that were taken back because they are no longer asked for."""
    kept: str = ""
    """The explanation of the answer that this one replaces by another; it goes with the new one."""


@record
class Judge:
    """One person judging the items of one queue. `store` belongs to the calling thread."""

    store: Store
    queue: Queue
    annotator: str
    identifier: str
    targets_of: Callable[[Item], ItemTargets] | None = None
    """What of an item can be judged; without it the trace is read where the rubric binds configs to targets."""
    first: str = ""
    """Where the rows are second verdicts, on items that are shown again: the identifier of the first ones; else ''."""

    @property
    def server(self) -> str:
        return self.queue.source.server

    @property
    def signature(self) -> str:
        """Whose notes are mine."""
        return self.annotator + RECHECK if self.first else self.annotator

    def of(self, item: Item) -> "Judge":
        """With the rows that belong to an item: one that is shown again, which is none of the queue's own, has second verdicts."""
        again = item.queue_id != self.queue.id
        if again == bool(self.first):
            return self
        if again:
            return replace(self, identifier=recheck_identifier(self.annotator), first=self.identifier)
        return replace(self, identifier=self.first, first="")

    def view(self, item: Item, on: ItemTarget | None = None) -> ItemView:
        """The item now, and my answers on one of its targets; None is its own."""
        return self._known(item, on).view(self.of(item).signature)

    def title(self, item: Item) -> str:
        """My answers on the item's own target in a few words; reads no trace."""
        walk = Walk(self.queue.rubric, ItemTargets(own_target(item)))
        return title_of(walk.rubric, know(self.store, self.server, item, walk, None, self.of(item).identifier).given, item.target)

    def _known(self, item: Item, on: ItemTarget | None) -> Known:
        item = self.store.item(item.id)
        targets = self.targets_of(item) if self.targets_of else targets_in_store(self.store, self.queue, item)
        return know(self.store, self.server, item, Walk(self.queue.rubric, targets), on, self.of(item).identifier)

    def answer(
        self, item: Item, criterion: Criterion, value: str | float, how: Circumstances = UNKNOWN, on: ItemTarget | None = None
    ) -> Judged:
        """Answer one config: a label, a score, or a text. Replaces my earlier answer whole, keeping its explanation.

        `on`: which target of the item; None is its own. Raises InvalidAnnotation (nothing stored), StoreBusy (nothing stored).
        """
        self = self.of(item)
        known = self._known(item, on)
        on = known.on
        if not criterion.fits(on):
            raise InvalidAnnotation(f"{criterion.name} is not asked of this {on.target.kind}.", f"It is asked of {bound_to(criterion)}.")
        if known.walk.targets.read and not known.walk.asks(criterion, on, known.given):
            raise InvalidAnnotation(f"{criterion.name} is asked only after {criterion.when}.", "Answer that first.")
        identity = self.identity(on.target, criterion.name)
        old = next((row for row in known.rows[on.target] if row.identity == identity), None)
        row = self._row(on.target, criterion, value, old, how)
        judged = self._give("answer", known, [row])
        reversed_ = old is not None and row.explanation == old.explanation and (row.label, row.score) != (old.label, old.score)
        kept = (row.explanation or "") if reversed_ else ""
        return replace(judged, title=f"{criterion.name} {spoken(criterion, row)}", kept=kept)

    def _give(self, command: str, known: Known, rows: Sequence[Annotation]) -> Judged:
        """One step: these answers, those taken back that they make moot, and the item's state where they decide it."""
        walk, item, on = known.walk, known.item, known.on
        given, withdrawn = known.after(rows)
        changes: list[Change] = [SetAnnotation(row.identity, row) for row in rows]
        changes += [SetAnnotation(known.given[other.target][name].identity, None) for other, name in withdrawn]
        complete = walk.is_whole(given)
        own = on.target == item.target
        if walk.targets.read and (own or any(place.target == on.target for row in rows for place in walk.places[row.name])):
            changes += _moved(item, complete, walk.is_whole(known.given))
        title = title_of(walk.rubric, given if complete else {on.target: given[on.target]}, item.target if complete else on.target)
        title = title if own or complete else f"{described(on)} {title}"
        self.commit(command, title, item, rows[0].name, changes, on.target)
        return Judged(title, complete and item.state != ItemState.DONE, tuple(name for _, name in withdrawn))

    def withdraw(self, item: Item, criterion: Criterion, on: ItemTarget | None = None) -> Judged:
        """Take my answer to a config away, and those that are not asked for without it; an item that is not whole then is to do again."""
        known = self._known(item, on)
        walk, item, on = known.walk, known.item, known.on
        row = known.given[on.target].get(criterion.name)
        if row is None:
            raise InvalidAnnotation(f"{criterion.name} is not answered here.", "There is nothing to take away.")
        given, gone = known.after((), criterion.name)
        changes: list[Change] = [SetAnnotation(row.identity, None)]
        changes += [SetAnnotation(known.given[other.target][name].identity, None) for other, name in gone]
        if item.state == ItemState.DONE and walk.is_whole(known.given) and not walk.is_whole(given):
            changes.append(SetItem(item.id, ItemState.TODO))
        title = f"take back {criterion.name} {spoken(criterion, row)}"
        self.commit("withdraw", title, item, criterion.name, changes, on.target)
        return Judged(f"{criterion.name} {spoken(criterion, row)} taken back", False, tuple(name for _, name in gone))

    def answer_all(self, item: Item, values: Mapping[str, str | float]) -> Judged | None:
        """Several answers on the item's own target at once, by config; what is not asked of it then is left out. None where that is all."""
        self = self.of(item)
        known = self._known(item, None)
        on, mine = known.on, known.given[item.target]
        fitting = [criterion for criterion in self.queue.rubric.criteria if criterion.name in values and criterion.fits(on)]
        rows = {one.name: self._row(item.target, one, values[one.name], mine.get(one.name), UNKNOWN) for one in fitting}
        asked = known.walk.asked(on, dict(known.given) | {item.target: {**mine, **rows}})
        given = [rows[criterion.name] for criterion in asked if criterion.name in rows]
        return self._give("answer", known, given) if given else None

    def repeat(self, item: Item, how: Circumstances = UNKNOWN) -> Judged | None:
        """Give this item the verdict that was given last; None where there is none."""
        last = self.store.last_answers(self.annotator, self.queue.id)
        if last is None or last[0] == item.id:
            return None
        source = answers_of(self.queue.rubric, last[1], self.of(self.store.item(last[0])).identifier)
        self = self.of(item)
        known = self._known(item, None)
        rows: list[Annotation] = []
        for criterion in known.walk.asked(known.on, dict(known.given) | {item.target: source}):
            row = source.get(criterion.name)
            if row is None or (isinstance(criterion.config, FreeformConfig) and not criterion.required):
                continue
            value: str | float | None = row.label or (row.score if isinstance(criterion.config, ContinuousConfig) else row.explanation)
            if value is not None:
                rows.append(self._row(item.target, criterion, value, known.given[item.target].get(criterion.name), how))
                how = replace(how, evidence=())  # it goes with the first answer
        return self._give("repeat", known, rows) if rows else None

    def explain(self, item: Item, criterion: Criterion, text: str, on: ItemTarget | None = None) -> Judged:
        """Give my answer to a config an explanation; an empty text takes it away."""
        answers = self.view(item, on).answers
        if isinstance(criterion.config, FreeformConfig):
            return self.answer(item, criterion, text, on=on)
        if criterion.name not in answers:
            raise InvalidAnnotation(f"There is no answer to {criterion.name} to explain.", "Answer it first, then explain it.")
        row = check(replace(answers[criterion.name], explanation=text.strip() or None), None)
        self.commit("explain", f"explain {criterion.name}", item, criterion.name, [SetAnnotation(row.identity, row)], row.target)
        return Judged(f"explained {criterion.name}", False)

    def note(self, item: Item, text: str, on: ItemTarget | None = None) -> Judged:
        """Add a note to a target of the item. The server keeps no metadata with a note, so its identifier names the person."""
        identity = Identity(self.server, _target(item, on), NOTE, note_prefix(self.of(item).signature) + str(uuid.uuid4()))
        row = check(Annotation(identity, explanation=text.strip()), None)
        self.commit("note", "note", item, "", [SetAnnotation(identity, row)], identity.target)
        return Judged("note added", False)

    def move(self, item: Item, state: ItemState, reason: str = "") -> Judged:
        """Skip, defer, flag, or (without required configs) finish an item."""
        verbs = {ItemState.SKIPPED: "skip", ItemState.DEFERRED: "defer", ItemState.FLAGGED: "flag", ItemState.DONE: "finish"}
        verb = verbs.get(state, state.value)
        title = self.title(item) if state == ItemState.DONE else verb
        self.commit(verb, title or verb, item, "", [SetItem(item.id, state, reason.strip())])
        return Judged(f"{verb}: {reason.strip()}" if reason.strip() else verb, state == ItemState.DONE)

    def undo(self, alone: bool = False) -> Reversal | None:
        """Take back my last step on this queue; None where there is none. Raises SetsRubric where it set the queue's rubric.

        `alone`: nobody else reviews the queue; such a step is taken back too, and whoever asked judges by the rubric that is there then.
        """
        with self.store.together():
            return _unless_rubric(self.store.undo(self.annotator, self.queue.id), alone)

    def redo(self, alone: bool = False) -> Reversal | None:
        """Do again what was undone last, until a new judgement; otherwise as `undo`."""
        with self.store.together():
            return _unless_rubric(self.store.redo(self.annotator, self.queue.id), alone)

    def identity(self, target: Target, name: str) -> Identity:
        """Which row is mine."""
        return Identity(self.server, target, name, self.identifier)

    def _row(self, target: Target, criterion: Criterion, value: str | float, old: Annotation | None, how: Circumstances) -> Annotation:
        config = criterion.config
        label: str | None = None
        score: float | None = None
        explanation = old.explanation if old is not None else None
        if isinstance(config, CategoricalConfig):
            chosen = value_of(str(value), config)
            label, score = chosen.label, chosen.score
        elif isinstance(config, ContinuousConfig):
            score = check_score(float(value), config)
        else:
            explanation = str(value).strip()
            if not explanation:
                raise InvalidAnnotation(f"{config.name} is empty.", "Type a text, or leave with Esc.")
        metadata = {key: value for key, value in old.metadata.items() if key not in OF_ONE_ANSWER} if old is not None else {}
        metadata |= {"annotator": self.annotator, "client": CLIENT} | dict(how.facts)
        if rubric := self.queue.rubric.tag:
            metadata["rubric"] = rubric
        if how.seconds is not None:
            metadata["seconds"] = round(how.seconds, 1)
        row = check(Annotation(self.identity(target, config.name), label, score, explanation, HUMAN, metadata), config)
        if how.evidence:
            return check(with_evidence(row, (*evidence_of(row), *how.evidence)), config)
        if old is not None and old.metadata.get("annotator") == self.annotator and replace(row, metadata=old.metadata).same_as(old):
            return old
        return row

    def commit(self, command: str, title: str, item: Item, criterion: str, changes: list[Change], target: Target | None = None) -> None:
        """One step; `target`: what undo turns to, the item's own where it is None.

        Raises StoreBusy, and InvalidAnnotation for a row of the other of two verdicts on what is shown again (nothing stored).
        """
        again = item.queue_id != self.queue.id
        if any(isinstance(one, SetAnnotation) and is_recheck(one.identity, self.annotator) != again for one in changes):
            raise InvalidAnnotation("This belongs to another verdict of yours on the same item.", "Change it where you gave it.")
        other = target if target != item.target else None
        self.store.commit(Step(self.annotator, self.queue.id, command, title, item.id, criterion, tuple(changes), other))


def _unless_rubric(reversal: Reversal | None, alone: bool) -> Reversal | None:
    """While others judge its items, a queue's rubric stays as it is."""
    if reversal is not None and reversal.step.sets_rubric and not alone:
        raise SetsRubric("That moved the queue to another rubric, and it is reviewed elsewhere too.", "Leave the other review first.")
    return reversal


def _target(item: Item, on: ItemTarget | None) -> Target:
    return item.target if on is None else on.target


def _moved(item: Item, complete: bool, before: bool) -> list[Change]:
    """A whole verdict makes an item done, and is its newest one where it is; one that was whole `before` and is not makes it todo.

    Who has begun on an item that somebody else finished leaves it done.
    """
    if complete:
        # Why it was flagged stays with a verdict; why it was skipped or put off is over.
        kept = item.reason if item.state in (ItemState.FLAGGED, ItemState.DONE) else ""
        return [SetItem(item.id, ItemState.DONE, kept)]
    return [SetItem(item.id, ItemState.TODO)] if item.state == ItemState.DONE and before else []
