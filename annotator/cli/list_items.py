"""`annotator list`: items and their annotations."""

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from annotator.cli import options, place
from annotator.domain.annotation import Annotation, ItemState
from annotator.domain.queue import Item, Queue

if TYPE_CHECKING:
    from annotator.store.store import SqliteStore


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "list",
        help="items and their annotations",
        description="The items of a queue (default: every queue) with their annotations.",
        epilog="example: annotator list --json --state flagged",
    )
    options.common(verb)
    verb.add_argument("--queue", metavar="NAME", help="only this queue")
    verb.add_argument("--state", choices=[state.value for state in ItemState], help="only items in this state")
    verb.add_argument("--json", action="store_true", help="JSON Lines, one item each")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    store = place.existing_store(args)
    queues = [place.named_queue(store, args.queue)] if args.queue else store.queues()
    identifiers = {(account.server, account.identifier) for account in store.accounts(None)}
    for queue in queues:
        for item in _items(store, queue):
            if args.state in (None, item.state):
                record = _record(store, queue, item, identifiers)
                print(json.dumps(record, ensure_ascii=True) if args.json else _plain(record))
    return 0


def _items(store: "SqliteStore", queue: Queue) -> Iterator[Item]:
    after = 0
    while items := store.items(queue.id, after, 500):
        yield from items
        after = items[-1].position


def _record(store: "SqliteStore", queue: Queue, item: Item, mine: set[tuple[str, str]]) -> dict[str, Any]:
    rows = store.on_target(queue.source.server, item.target)
    return {
        "queue": queue.name,
        "id": item.target.id,
        "target": item.target.kind,
        "trace_id": item.trace_id,
        "span_id": item.span_id,
        "state": item.state.value,
        "reason": item.reason,
        "annotations": [_annotation(store, row, mine) for row in rows],
    }


def _annotation(store: "SqliteStore", row: Annotation, mine: set[tuple[str, str]]) -> dict[str, Any]:
    identity = row.identity
    own = not identity.server or (identity.server, identity.identifier) in mine or identity.identifier.startswith("annotator:")
    return {
        "name": row.name,
        "label": row.label,
        "score": row.score,
        "explanation": row.explanation,
        "annotator_kind": row.annotator_kind,
        "identifier": identity.identifier,
        "mine": own,
        "synced": bool(identity.server) and not store.is_unsent(identity),
    }


def _plain(record: dict[str, Any]) -> str:
    from annotator.text.escape import visible

    answers = "  ".join(f"{row['name']}={row['label'] or row['score'] or row['explanation']}" for row in record["annotations"])
    return visible(f"{record['id']}  {record['state']:<8}  {record['queue']}  {answers}  {record['reason']}").rstrip()
