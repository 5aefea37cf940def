"""A program that judges without end and prints each number once it is on disk.

`python -m tests.store.writer STORE QUEUE ANNOTATOR [COUNT]`
"""

import itertools
import sys
from pathlib import Path

from annotator.domain.annotation import Annotation, Identity, ItemState
from annotator.domain.step import SetAnnotation, SetItem, Step
from annotator.store.store import open_store


def main(path: str, queue_id: str, annotator: str, count: str = "") -> None:
    store = open_store(Path(path), busy=10)
    queue = store.queue(int(queue_id))
    items = store.items(queue.id, limit=1000)
    numbers = range(int(count)) if count else itertools.count()
    for number in numbers:
        item = items[number % len(items)]
        of = Identity(queue.source.server, item.target, "correctness", f"annotator:{annotator}")
        changes = (
            SetAnnotation(of, Annotation(of, "pass", explanation=f"{number} {annotator}")),
            SetItem(item.id, ItemState.DONE if number % 3 else ItemState.SKIPPED, f"{number} {annotator}"),
        )
        store.commit(Step(annotator, queue.id, "answer", str(number), item.id, "correctness", changes))
        print(number, flush=True)
        if number % 5 == 4:
            store.undo(annotator, queue.id)
            store.redo(annotator, queue.id)


if __name__ == "__main__":
    main(*sys.argv[1:])
