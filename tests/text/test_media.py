"""Every block that shows a placeholder has the medium behind it."""

import json
import re
from typing import Any

import pytest

from annotator.domain.span import Span, Trace
from annotator.text.block import Block
from annotator.text.trace.blocks import trace_blocks
from tests.recorded import readings, traces
from tests.text.test_readable import PNG

PLACEHOLDER = re.compile(r"\[(?:(?:image|audio|application|video)/[\w.+-]+|image|audio|file|base64)(?: \d[\d.]* (?:B|kB|MB))? [^\]]+\]")


def blocks(kind: str = "LLM", **attributes: Any) -> list[Block]:
    span = Span("t", "s", None, "n", kind, "OK", 0, 1, None, "", {key.replace("__", "."): value for key, value in attributes.items()})
    trace = Trace("t", (span,))
    return trace_blocks(trace, readings(trace))


@pytest.mark.parametrize("name", ["openai-chat", "anthropic-messages", "bedrock", "litellm", "edge-mild"])
def test_recorded_media(name: str) -> None:
    shown = 0
    for trace in traces(name):
        for focus in ("", *(span.span_id for span in trace.spans)):
            for block in trace_blocks(trace, readings(trace), focus):
                found = PLACEHOLDER.findall(block.body)
                if block.weight != "background":
                    assert len(block.media) == len(found), (block.key, found, block.media)
                    shown += len(found)
    assert shown or name == "edge-mild"


def test_media_in_texts_and_values() -> None:
    url = f"data:image/png;base64,{PNG}"
    found = blocks("CHAIN", input__value=f"see {url}", output__value=json.dumps({"chart": PNG}), metadata=json.dumps({"x": url}))
    question, answer = (block for block in found if block.weight != "background")
    assert question.body == "see [image/png 9 kB inline]" and question.media[0].data == PNG
    assert "[image/png 9 kB inline]" in answer.body and answer.media[0].mime == "image/png"
    assert PNG[:40] not in "".join(block.text + block.summary for block in found)


def test_media_of_calls_results_and_documents() -> None:
    called = {"tool.name": "draw", "input.value": json.dumps({"x": PNG}), "output.value": PNG}
    trace = Trace(
        "t",
        (
            Span("t", "a", None, "agent", "AGENT", "OK", 0, 9, None, "", {"input.value": "go"}),
            Span("t", "b", "a", "draw", "TOOL", "OK", 1, 2, None, "", called),
            Span("t", "c", "a", "find", "RETRIEVER", "OK", 3, 4, None, "", {"retrieval.documents.0.document.content": f"logo {PNG}"}),
        ),
    )
    shown = {block.kind: block for block in trace_blocks(trace, readings(trace)) if block.media}
    assert set(shown) == {"call", "result", "document"}
    assert all(block.media[0].data == PNG and PNG[:40] not in block.text for block in shown.values())
