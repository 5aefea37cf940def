"""Moving a queue to another rubric: one person's answers and the rubric itself, as one step."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace

from annotator.domain.annotation import HUMAN, NOTE, Annotation, Identity, KnownAnnotation, recheck_identifier
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig
from annotator.domain.moves import Moves, Stretch
from annotator.domain.queue import Item, Queue
from annotator.domain.record import record
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.step import Change, SetAnnotation, SetRubric, Step
from annotator.domain.store import Store
from annotator.domain.validation import check
from annotator.errors import RubricError, StoreError
from annotator.text.facts import counted
from annotator.workflow.judge import CLIENT
from annotator.workflow.rubric_changes import fits, orphans

COMMAND = "migrate"
ITEMS = 200
Answered = tuple[str, str]
"""A config's name, and an answer to it in a word."""


@record
class Migration:
    """What moving does, found out beforehand."""

    queue: Queue
    rubric: Rubric
    rows: tuple[Annotation, ...] = ()
    """My answers as they will be."""
    gone: tuple[Identity, ...] = ()
    """Where those of them were whose config has another name then."""
    moved: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """How many: by config, old answer and new answer."""
    kept: Mapping[Answered, int] = field(default_factory=dict)
    """Answers of mine that do not fit and stay all the same."""
    stuck: Mapping[Answered, int] = field(default_factory=dict)
    """Answers of mine that do not fit, and that no move speaks of: with any of them nothing is done."""
    others: Mapping[Answered, int] = field(default_factory=dict)
    """Other people's that do not fit; nobody else's are ever changed."""
    taken: Mapping[str, int] = field(default_factory=dict)
    """New names of configs under which I have answers already, and how many: with any of them nothing is done."""
    undecided: int = 0
    """Answers of mine that were changed on the server, and wait for a decision."""
    item_id: int = 0


def rows_of(store: Store, queue: Queue) -> Iterator[tuple[Item, KnownAnnotation]]:
    """Everybody's rows on the traces of a queue's items, each once, notes left out; with the first item that has it."""
    seen: set[Identity] = set()
    traces: set[str] = set()
    after = 0
    while items := store.items(queue.id, after, ITEMS):
        for item in items:
            known = store.known_on(queue.source.server, [item.target])
            if item.trace_id not in traces:
                traces.add(item.trace_id)
                known += store.known_in(queue.source.server, queue.source_id, item.trace_id)
            for one in known:
                if one.row.identity not in seen and one.row.name != NOTE:
                    seen.add(one.row.identity)
                    yield item, one
        after = items[-1].position


def in_use(store: Store, queue: Queue, new: Rubric) -> dict[Answered, int]:
    """Answers of anybody to the queue's rubric that would not fit another one: how many, by config and answer."""
    return orphaned(queue.rubric, new, answers_of(store, queue))


Given = Mapping[str, Sequence[tuple[Annotation, int]]]
"""Answers by the name of their config: one row of each that is given, and how many there are."""


def answers_of(store: Store, queue: Queue) -> Given:
    """Everybody's answers on the traces of a queue's items; reads them all."""
    rows: dict[str, dict[tuple[str | None, float | None], Annotation]] = {}
    counts: Counter[tuple[str, str | None, float | None]] = Counter()
    for _, one in rows_of(store, queue):
        row = one.row
        rows.setdefault(row.name, {}).setdefault((row.label, row.score), row)
        counts[(row.name, row.label, row.score)] += 1
    return {name: [(row, counts[(name, *said)]) for said, row in found.items()] for name, found in rows.items()}


def orphaned(old: Rubric, new: Rubric, given: Given) -> dict[Answered, int]:
    """Those of the answers to a rubric that would not fit another one: how many, by config and answer."""
    found: Counter[Answered] = Counter()
    for before in old.criteria:
        after = new.criterion(before.name)
        for row, count in given.get(before.name, ()):
            if orphans(before.config, after.config if after else None, [row]):
                found[(before.name, said(row))] += count
    return dict(found)


def plan(store: Store, queue: Queue, new: Rubric, moves: Moves, annotator: str, identifier: str) -> Migration:
    """What moving a queue to a rubric would do; nothing is changed. Raises RubricError where it cannot be told old from new."""
    if not new.tag:
        raise RubricError("The new rubric has neither a name nor a version.", "Write both: answers say what they were judged by.")
    rows: list[Annotation] = []
    gone: list[Identity] = []
    moved: Counter[tuple[str, str, str]] = Counter()
    under: Counter[str] = Counter()
    counts: dict[str, Counter[Answered]] = {what: Counter() for what in ("kept", "stuck", "others")}
    undecided = item_id = 0
    names = {criterion.name for rubric in (queue.rubric, new) for criterion in rubric.criteria} | {*moves.by_config, *moves.keep}
    names |= {*moves.renames, *moves.renames.values()}
    for item, known in rows_of(store, queue):
        row, renamed = known.row, moves.renames.get(known.row.name)
        criterion = new.criterion(renamed or row.name)
        if row.name not in names:
            continue
        if row.identity.identifier not in (identifier, recheck_identifier(annotator)):
            if row.annotator_kind == HUMAN and _is_orphan(queue.rubric.criterion(row.name), new.criterion(row.name), row):
                counts["others"][(row.name, said(row))] += 1
            continue
        under[row.name] += 1
        found = row if row.metadata.get("rubric") == new.tag and not renamed else _moved(_named(row, renamed), criterion, moves)
        if found is None or criterion is None or not fits(found, criterion.config):
            counts["kept" if row.name in moves.keep else "stuck"][(row.name, said(row))] += 1
            continue
        if not renamed and (found.label, found.score) == (row.label, row.score):
            continue
        undecided += known.conflict
        moved[(row.name, said(row), f"{renamed} = {said(found)}" if renamed else said(found))] += 1
        rows.append(_signed(row, found, new, annotator))
        gone += [row.identity] if renamed else []
        item_id = item_id or item.id
    first = store.at(queue.id, 1)
    told = {what: dict(sorted(count.items())) for what, count in counts.items()}
    taken = {name: under[name] for old, name in moves.renames.items() if under[old] and under[name]}
    at = item_id or (first.id if first else 0)
    return Migration(
        queue, new, tuple(rows), tuple(gone), dict(sorted(moved.items())), **told, taken=taken, undecided=undecided, item_id=at
    )


def _named(row: Annotation, name: str | None) -> Annotation:
    """The row under another name; None for its own."""
    return row if name is None else replace(row, identity=replace(row.identity, name=name))


def _is_orphan(old: Criterion | None, new: Criterion | None, row: Annotation) -> bool:
    return bool(orphans(old.config if old else None, new.config if new else None, [row]))


def _moved(row: Annotation, criterion: Criterion | None, moves: Moves) -> Annotation | None:
    """The row with its new label and score, the same where it may stay; None where nothing says what becomes of it."""
    if criterion is None:
        return None
    move, config = moves.of(row.name, row.label, row.score), criterion.config
    if isinstance(config, CategoricalConfig):
        label = move.new if move is not None else row.label
        value = next((value for value in config.values if value.label == label), None)
        return None if value is None else replace(row, label=value.label, score=value.score)
    if isinstance(config, ContinuousConfig) and move is not None and isinstance(move.new, Stretch):
        old = move.stretch if row.label is None else None
        return replace(row, label=None, score=old.onto(row.score, move.new) if old and row.score is not None else move.new.lower)
    return row


def _signed(old: Annotation, new: Annotation, rubric: Rubric, annotator: str) -> Annotation:
    """With what it was before, and the rubric that it belongs to from here on; the explanation stays."""
    before = {"label": old.label, "score": old.score, "rubric": old.metadata.get("rubric")}
    before["name"] = old.name if old.name != new.name else None
    came = {key: value for key, value in before.items() if value is not None}
    metadata = dict(old.metadata) | {"annotator": annotator, "client": CLIENT, "rubric": rubric.tag, "migrated_from": came}
    return check(replace(new, metadata=metadata), None)


def said(row: Annotation) -> str:
    """A row's answer in a word."""
    if row.label is not None:
        return row.label
    return "(a text)" if row.score is None else f"{row.score:g}"


def carry_out(store: Store, made: Migration, annotator: str, identifier: str, moves: Moves) -> None:
    """As one step, where everything is still as it was when it was found out. Raises StoreError, with nothing changed."""
    if not made.item_id:
        store.set_rubric(made.queue.id, made.rubric)
        return
    with store.together():
        store.touch(made.queue.id)  # takes the write lock before anything is compared
        if plan(store, store.queue(made.queue.id), made.rubric, moves, annotator, identifier) != made:
            raise StoreError("Something of the queue was changed meanwhile; nothing was moved.", "Do it again.")
        changes: list[Change] = [SetAnnotation(identity, None) for identity in made.gone]
        changes += [SetAnnotation(row.identity, row) for row in made.rows]
        changes.append(SetRubric(made.queue.id, made.rubric, moves.renames))
        title = f"move {counted(len(made.rows), 'answer')} to {made.rubric.tag}"
        store.commit(Step(annotator, made.queue.id, COMMAND, title, made.item_id, "", tuple(changes)))


def take_back(store: Store, queue: Queue, annotator: str) -> str:
    """Undo the move that was the last thing the person did on the queue; what it was. Raises StoreError, with nothing changed."""
    with store.together():
        reversal = store.undo(annotator, queue.id)
        if reversal is None:
            raise StoreError(f"{annotator} has done nothing on {queue.name} yet.", "annotator rubric migrate FILE moves it.")
        if not reversal.step.sets_rubric:
            title = f"The last thing that {annotator} did on {queue.name} was no move to another rubric: {reversal.step.title}."
            raise StoreError(title, "Where a move came before it, undo in the review what came since, then take the move back.")
        if not reversal.done:
            raise StoreError("An answer or the rubric was changed since; nothing was taken back.", "annotator list shows the answers.")
    return reversal.step.title
