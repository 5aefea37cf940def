"""Which queue the options mean: one that is there, or the name of a new one."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from annotator.cli import choosing
from annotator.domain.queue import Queue, Selection
from annotator.domain.source import ServerSettings
from annotator.errors import UsageError
from annotator.text.cells import crop
from annotator.text.escape import one_line

if TYPE_CHECKING:
    from annotator.store.store import SqliteStore

NAMED = 30
"""Cells of a filter, and of rules, that name their queue."""


def asks_for(args: argparse.Namespace, queue: Queue) -> bool:
    """The options want no other traces of the queue than it has."""
    if args.filter not in ("", queue.selection.filter):
        return False
    if not (args.rules or args.trigger or args.sample or args.reviewers or args.overlap):
        return True
    wanted, person = choosing.selection(args, queue.source.is_server), queue.selection.reviewer
    if wanted.is_personal:
        return bool(person) and _shared(choosing.of_person(wanted, person)) == _shared(queue.selection)
    return not person and wanted.rules == queue.selection.rules


def _shared(selection: Selection) -> tuple[object, ...]:
    return selection.rules, selection.reviewers, selection.overlap


def there(
    args: argparse.Namespace, store: "SqliteStore", server: ServerSettings, project: str | None, selection: Selection
) -> Queue | None:
    """The queue of a server that the options mean, where there is one."""
    for queue in store.queues():
        same = queue.source.location == server.url and alike(queue.selection, selection)
        if same and project in (None, queue.source.project) and args.queue in (None, queue.name) and not args.config:
            return queue
    return None


def alike(one: Selection, other: Selection) -> bool:
    """The same choice; relative times (3h ago) never are, a missing limit matches any, and so do missing columns."""
    same = replace(one, limit=None, columns=()) == replace(other, limit=None, columns=())
    return same and other.limit in (None, one.limit) and other.columns in ((), one.columns)


def free_name(store: "SqliteStore", asked: str | None, stem: str, selection: Selection) -> str:
    taken = {queue.name for queue in store.queues()}
    if asked is not None:
        if asked in taken:
            other = " or by other rules, which it keeps" if selection.rules else ""
            raise UsageError(f"There is a queue {asked!r} already, of other traces{other}.", "Choose another --queue NAME.")
        return asked
    words = [stem or "queue", f"{selection.target}s" if selection.target in ("document", "session") else ""]
    words += [*(kind.lower() for kind in selection.kinds), (selection.status or "").lower(), selection.session or ""]
    words.append(crop(one_line(selection.filter), NAMED))
    words.append(crop(one_line(", ".join(rule.name for rule in selection.rules)), NAMED))
    words.append(one_line(selection.reviewer))
    base = " ".join(word for word in words if word)
    return next(name for name in [base, *(f"{base} {n}" for n in range(2, 10_000))] if name not in taken)
