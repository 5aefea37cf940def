"""What the store's tests share: a clock that is told the time, a queue with items, and what a person does to them."""

from collections.abc import Sequence

from annotator.domain.annotation import Annotation, Identity, ItemState, Target
from annotator.domain.outbox import OutboxEntry
from annotator.domain.queue import Item, NewItem, Queue, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.step import Change, SetAnnotation, SetItem, Step
from annotator.store.store import SqliteStore

SERVER = "http://127.0.0.1:6006"
ON_SERVER = SourceRef(SERVER, "default", SERVER)
ON_FILE = SourceRef("/traces.jsonl")


class Clock:
    """Seconds since 1970, as told."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def filled(store: SqliteStore, items: int = 3, source: SourceRef = ON_SERVER, name: str = "queue") -> Queue:
    queue = store.create(name, source, Selection(), BUILT_IN)
    store.add_items(queue.id, [NewItem(Target("span", f"s{n}"), f"t{n}", f"s{n}") for n in range(1, items + 1)])
    return queue


def item_at(store: SqliteStore, queue: Queue, position: int) -> Item:
    item = store.at(queue.id, position)
    assert item is not None and item.position == position
    return item


def identity(item: Item, name: str = "correctness", server: str = SERVER, identifier: str = "annotator:ann") -> Identity:
    return Identity(server, item.target, name, identifier)


def row(of: Identity, label: str | None, **fields: object) -> Annotation:
    return Annotation(of, label, **fields)  # type: ignore[arg-type]


def put(of: Identity, label: str | None) -> SetAnnotation:
    return SetAnnotation(of, None if label is None else row(of, label, score=1.0 if label == "pass" else 0.0))


def step(item: Item, *changes: Change, annotator: str = "ann", title: str = "", command: str = "answer") -> Step:
    return Step(annotator, item.queue_id, command, title or command, item.id, "correctness", changes)


def judged(item: Item, label: str, server: str = SERVER, annotator: str = "ann") -> Step:
    """The one config answered, the item done."""
    of = identity(item, server=server, identifier=f"annotator:{annotator}")
    return step(item, put(of, label), SetItem(item.id, ItemState.DONE), annotator=annotator, title=label)


def label_of(store: SqliteStore, of: Identity) -> str | None:
    found = [one for one in store.on_target(of.server, of.target) if one.identity == of]
    return found[0].label if found else None


def journal(store: SqliteStore) -> list[tuple[str, str, str | None, str | None]]:
    return store.db.all("SELECT action, annotator, before, after FROM journal ORDER BY seq")


def due(store: SqliteStore, server: str = SERVER) -> list[OutboxEntry]:
    return store.due(server, store.clock() + 100, 100, 1.0)


def only(entries: Sequence[OutboxEntry]) -> OutboxEntry:
    [entry] = entries
    return entry


def deliver(store: SqliteStore) -> None:
    """What a drain does when all goes well."""
    for entry in due(store):
        if not entry.base_known:
            store.set_base(entry.identity, None)
            entry = only([one for one in due(store) if one.identity == entry.identity])
        wanted = entry.row if entry.action == "put" else entry.base
        store.attempt([(entry, wanted)])
        store.sent(entry, wanted)
