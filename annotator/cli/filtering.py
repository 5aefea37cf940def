"""Filters on the command line."""

import argparse
import sys
from collections.abc import Iterable
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from annotator.cli.naming import identifier_of, kept_name
from annotator.cli.saying import say
from annotator.errors import FilterError

if TYPE_CHECKING:
    from annotator.domain.filter import Condition
    from annotator.domain.queue import Queue
    from annotator.filter.facts import Reviewer
    from annotator.store.store import SqliteStore

INDENT = 2


def condition_of(text: str, store: "SqliteStore", queues: "Iterable[Queue]") -> "Condition":
    """What a filter says about these queues. Raises FilterError, which `say_mistake` shows."""
    from annotator.filter.parsing import parse
    from annotator.workflow.filtering import vocabulary_of

    return parse(text, vocabulary_of(store, queues))


def reviewer_of(args: argparse.Namespace, store: "SqliteStore", queue: "Queue") -> "Reviewer":
    """Whose annotations are mine: of `--as`, else of the kept name, else of everybody who judges on this machine."""
    from annotator.filter.facts import Reviewer

    name = args.annotator or kept_name() or ""
    account = store.account(queue.source.server, name) if name and queue.source.server else None
    return Reviewer(name, account.identifier if account else identifier_of(name))


def say_mistake(error: FilterError) -> None:
    """The filter with a caret below the mistake, on stderr."""
    from annotator.text.pointing import pointed

    width = get_terminal_size().columns if sys.stderr.isatty() else max(80, len(error.text) * 2)
    for row in pointed(error.text, error.position, max(20, width - INDENT - 1)):
        say(" " * INDENT + row, aside=True)
