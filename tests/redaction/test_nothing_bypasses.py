"""A secret in every field of every recorded trace, and no way to what a person reads that leads past the patterns."""

import json
from pathlib import Path

import pytest

from annotator.domain.annotation import Target
from annotator.domain.queue import NewItem, Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import Page
from annotator.store.store import open_store
from annotator.text.block import Block
from annotator.text.redact import Redaction
from annotator.text.trace.listing import heading
from annotator.text.trace.raw import raw_blocks
from annotator.workflow.present import facts, present
from annotator.workflow.questions import with_questions
from tests.recorded import FOLDER, traces
from tests.redaction.planted import PATTERN, WORD, Planter

SETS = sorted(path.name.removesuffix(".phoenix-spans.jsonl.gz") for path in FOLDER.glob("*.phoenix-spans.jsonl.gz"))
PLANTERS = {"all": lambda: Planter(), "sentences": lambda: Planter(shortest=12), "keys": lambda: Planter(keys=True)}


def says(block: Block) -> str:
    return json.dumps([*block[:-1], [part._asdict() if hasattr(part, "_asdict") else str(part) for part in block.media]], default=str)


@pytest.mark.parametrize("where", PLANTERS)
@pytest.mark.parametrize("name", SETS)
def test_every_way_to_a_reader(name: str, where: str, tmp_path: Path) -> None:
    planter = PLANTERS[where]()
    planted = [planter.trace(trace) for trace in traces(name)]
    assert planter.planted > 10
    store = open_store(tmp_path / "annotator.db", redactor=Redaction([PATTERN]))
    source = store.add_source(SourceRef("/traces.jsonl"))
    queue = store.create("queue", SourceRef("/traces.jsonl"), Selection(), BUILT_IN)
    store.add_page(source, Page(spans=tuple(span for trace in planted for span in trace.spans)))
    tops = [trace.root or trace.spans[0] for trace in planted]
    store.add_items(queue.id, [NewItem(Target("span", top.span_id), top.trace_id, top.span_id) for top in tops])
    for item in store.items(queue.id, 0, 1000):
        shown = present(store, source, item)
        assert shown is not None
        views = [shown.focused(span.span_id) for span in shown.trace.spans] if len(shown.trace.spans) < 20 else [shown.blocks]
        for block in [*(block for view in views for block in view), *raw_blocks(shown.trace, "")]:
            assert WORD not in says(block).lower(), block
        assert WORD not in repr(shown.tree(True)) + repr(shown.readings) + repr(facts(shown, item.span_id)) + repr(shown.conversation)
        assert all(WORD not in heading(span) for span in shown.trace.spans)
    rows = store.listed(queue.id, 0, 1000)
    assert all(WORD not in (question or "") + row.name for row, question in zip(rows, with_questions(store, source, rows), strict=True))
    assert WORD in repr([store.trace(source, trace.trace_id, as_received=True) for trace in planted]), "the store has it all"
    store.close()
