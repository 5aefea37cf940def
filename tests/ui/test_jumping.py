"""What the jumps take for a message, a call, a document, an error, over every recorded trace."""

import pytest

from annotator.text.trace.blocks import trace_blocks
from annotator.text.trace.raw import raw_blocks
from annotator.ui.review.folding import ROLES
from annotator.ui.review.jumping import TARGETS
from tests.recorded import FOLDER, readings, traces

SETS = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.phoenix-spans.jsonl.gz")})
SPOKEN = ROLES | {"reasoning", "refusal", "tool", "function"}


@pytest.mark.parametrize("name", SETS)
def test_messages_are_what_somebody_said(name: str) -> None:
    for trace in traces(name):
        blocks = trace_blocks(trace, readings(trace))
        assert {block.kind for block in blocks if TARGETS["message"](block)} <= SPOKEN
        assert any(TARGETS["message"](block) for block in blocks)
        assert not any(TARGETS["message"](block) for block in raw_blocks(trace, trace.spans[0].span_id))


def test_the_jumps_have_something_to_find() -> None:
    found = {target: 0 for target in TARGETS}
    for trace in traces("langchain-langgraph"):
        for block in trace_blocks(trace, readings(trace)):
            for target, fits in TARGETS.items():
                found[target] += fits(block)
    assert min(found.values()) > 1
