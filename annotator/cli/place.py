"""Where the store is, and how it is opened."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.cli.saying import say
from annotator.config.paths import paths
from annotator.errors import UsageError

if TYPE_CHECKING:
    from annotator.domain.queue import Queue
    from annotator.domain.redaction import Redactor
    from annotator.store.store import SqliteStore


def store_path(args: argparse.Namespace) -> Path:
    """`--store`, `ANNOTATOR_STORE`, or the user's data folder."""
    return Path(args.store).expanduser() if args.store else paths().store


def open_store(path: Path) -> "SqliteStore":
    """One store for the calling thread; what the config hides of traces does not come out of it."""
    from annotator.store.store import open_store

    return open_store(path, redactor=redactor())


def redactor() -> "Redactor | None":
    """None where the config names no patterns. Raises ConfigError."""
    config = paths().config
    if not config.exists():
        return None
    from annotator.config.settings import load_settings

    if not (patterns := load_settings(config).redact):
        return None
    from annotator.text.redact import Redaction

    return Redaction(patterns)


def existing_store(args: argparse.Namespace) -> "SqliteStore":
    """The store, for verbs that have nothing to do without one."""
    path = store_path(args)
    if not path.exists():
        raise UsageError(f"There is no store at {path} yet.", "annotator review SOURCE or annotator pull SOURCE makes one.")
    return open_store(path)


def remove_if_empty(store: "SqliteStore", queue: "Queue") -> None:
    """A queue that nothing came into would be the one used last, and in the way."""
    if not store.counts(queue.id).items:
        store.remove(queue.id)


def named_queue(store: "SqliteStore", name: str | None) -> "Queue":
    """The queue of that name, else the one used last."""
    queues = store.queues()
    if name is None and queues:
        return queues[0]
    for queue in queues:
        if queue.name == name:
            return queue
    names = ", ".join(queue.name for queue in queues) or "none yet"
    missing = f"There is no queue {name!r}." if name else "There is no queue yet."
    raise UsageError(missing, f"Queues: {names}. annotator review SOURCE makes one.")


def chosen_queue(store: "SqliteStore", name: str | None) -> "Queue":
    """The same, for what goes on to others: that it is the one used last is said on stderr where there are more."""
    queue = named_queue(store, name)
    if name is None and len(store.queues()) > 1:
        say(f"annotator: queue {queue.name}, the one used last; --queue NAME takes another.", aside=True)
    return queue
