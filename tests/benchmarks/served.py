"""A real Phoenix with a project of talks, and the queues that the benchmarks review."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from annotator.domain.annotation import Target
from annotator.domain.annotation_config import CategoricalConfig, Value
from annotator.domain.queue import NewItem, Queue, Selection, SourceRef
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.source import Page, ServerSettings
from annotator.sources.phoenix.source import Phoenix
from annotator.sources.phoenix.wire import WholeSpan
from annotator.store.store import open_store
from annotator.workflow.judge import Judge
from annotator.workflow.sync import contact
from tests.benchmarks.clocked import Clocked
from tests.benchmarks.imports import words
from tests.phoenix_server import PhoenixServer, phoenix_span

PROJECT = "talks"
FILLER = "and what was said before stays as it was, in so many words\n" * 12
AT_ONCE = 1000
VALUES = (Value("pass", 1.0), Value("fail", 0.0))
TWO = Rubric((Criterion(CategoricalConfig("correctness", VALUES)), Criterion(CategoricalConfig("tone", VALUES))), "two", "1")
"""With the first answered there is a row to send, and the item is still to do."""


@contextmanager
def served(folder: Path, spans: int) -> Iterator[PhoenixServer]:
    """A server with so many traces of one span, each with words of its own; the newest has the first words."""
    folder.mkdir()
    phoenix = PhoenixServer(folder)
    phoenix.start()
    try:
        phoenix.done("POST", "/v1/projects", {"name": PROJECT})
        path = f"{phoenix.project_path(PROJECT)}/spans"
        for start in range(0, spans, AT_ONCE):
            phoenix.done("POST", path, {"data": [talk(number, spans) for number in range(start, min(start + AT_ONCE, spans))]})
        yield phoenix
    finally:
        phoenix.kill()


def talk(number: int, spans: int) -> dict[str, Any]:
    """The item at position `number` + 1 of a queue that has the newest first."""
    seconds = spans - number
    start = f"2026-{1 + seconds // 2_419_200 % 12:02}-{1 + seconds // 86_400 % 28:02}T"
    start += f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}+00:00"
    attributes = {"input.value": f"{words(number)}\n{FILLER}", "output.value": "yes"}
    return phoenix_span(trace_id=f"{number + 1:032x}", span_id=f"{number + 1:016x}", start=start, attributes=attributes)


def judged(path: Path, phoenix: PhoenixServer, rows: int, name: str) -> Queue:
    """A store whose queue of these spans is whole, each item with one of two answers, which waits for the server."""
    with closing(open_store(path)) as store:
        queue = store.create(PROJECT, SourceRef(phoenix.url, PROJECT, phoenix.url), Selection(), TWO)
        account = contact(store, phoenix.url, name, Phoenix(ServerSettings(phoenix.url), PROJECT).user())
        judge = Judge(store, queue, account.annotator, account.identifier)
        for start in range(0, rows, 100):
            with store.together():
                spans = tuple(WholeSpan.model_validate(talk(number, rows)).span() for number in range(start, min(start + 100, rows)))
                store.add_page(queue.source_id, Page(spans=spans))
                store.set_loaded(queue.source_id, [span.trace_id for span in spans])
                store.add_items(queue.id, [NewItem(Target("span", span.span_id), span.trace_id, span.span_id) for span in spans])
                for item in store.items(queue.id, start, 100):
                    judge.answer(item, queue.rubric.criteria[0], ("pass", "fail")[item.position % 2])
        store.set_listing(queue.id, None, complete=True)
        return store.queue(queue.id)


def walk(program: Clocked, first: int, count: int) -> list[float]:
    """Milliseconds from the key to each of these items on the screen, each key after a pause."""
    taken = []
    for number in range(first, first + count):
        taken.append(program.press_for("j", words(number)))
        time.sleep(0.02)
    return taken
