"""Another rubric for a queue that is there: taken where every answer still fits, refused where one would not."""

import argparse
from typing import TYPE_CHECKING

from annotator.cli import place
from annotator.domain.queue import Queue
from annotator.domain.rubric import Rubric
from annotator.errors import RubricError, StoreError
from annotator.store.lock import queue_lock
from annotator.text.facts import counted
from annotator.workflow.rubric_changes import changes
from annotator.workflow.rubric_taking import orphans_of, told

if TYPE_CHECKING:
    from annotator.store.store import SqliteStore


def take(args: argparse.Namespace, store: "SqliteStore", queue: Queue, rubric: Rubric) -> tuple[Queue, str]:
    """The queue as it is judged from here on, and a word about it. Raises RubricError with the counts of answers in use."""
    found = changes(queue.rubric, rubric)
    if not found:
        return queue, ""
    if orphans := orphans_of(store, queue, rubric):
        raise RubricError(
            f"{queue.name} has answers that do not fit {args.rubric}: {told(orphans)}.",
            f"Move them: annotator rubric migrate {args.rubric} --moves MOVES --queue {queue.name!r}; or review without --rubric.",
        )
    with queue_lock(place.store_path(args), queue.id, alone=True) as alone:
        if not alone:
            raise StoreError(f"{queue.name} is being reviewed, by {queue.rubric.tag or 'another rubric'}.", "Leave that review first.")
        queue = store.set_rubric(queue.id, rubric)
    return queue, f"judged by {rubric.tag or args.rubric} from here on: {counted(len(found), 'change')}, every answer still fits"
