"""Tools and traces that failed."""

from dataclasses import replace

from annotator.domain.span import NOTICE
from annotator.text.block import Block
from annotator.text.lines.layout import lay_out
from annotator.text.trace.blocks import trace_blocks
from tests.recorded import traces
from tests.text.made import call, readings, span, trace
from tests.text.shown import blocks, the


def answer(found: list[Block]) -> str:
    (block,) = [block for block in found if block.weight == "answer"]
    return block.body


def test_a_result_that_says_so_is_loud() -> None:
    found = blocks(the("anthropic-messages", "src/missing.py"))
    (failed,) = [block for block in found if block.title == "✗"]
    assert (failed.kind, failed.weight, failed.body) == ("result", "error", "FileNotFoundError: src/missing.py")


def test_it_is_said_once() -> None:
    told = {"output.value": '{"content": "no such order", "isError": true}', "tool.name": "look"}
    alone = trace(span("top"), span("tool", "top", "TOOL", attributes=told))
    raised = trace(span("top"), span("tool", "top", "TOOL", attributes=told, error="LookupError: no such order"))
    for made, signs in ((alone, ["✗"]), (raised, ["✗", "="])):
        assert [block.title for block in trace_blocks(made, readings(made)) if block.title in ("=", "✗")] == signs


def test_a_call_ends_with_the_sign_of_its_result() -> None:
    made = [Block("q", "s", "user", "USER", "Why?", weight="question", summary="Why?")]
    made.append(Block("steps", "", "group", "", weight="background", summary="5 steps"))
    for number in range(5):
        made.append(Block(f"c{number}", "s", "call", "CALL", "n: 1", head="look", summary="look  n: 1"))
        made.append(Block(f"r{number}", "s", "result", "✗", f"gone {number}", weight="error", summary=f"gone {number}"))
    made.append(Block("a", "s", "assistant", "ANSWER", "No.", weight="answer", summary="No."))
    shown = [line.plain.rstrip() for line in lay_out(made, 60, 10, {})]
    assert "CALL      ▸ look  n: 1  ✗  gone 4" in shown and "✗         gone 0" in shown


def test_what_failed_has_no_answer() -> None:
    failed = trace(span("top", error="boom"), call("ask", "top", "Why?", "Because.", error="too late"))
    assert answer(trace_blocks(failed, readings(failed))) == "no answer: it failed"
    (refund,) = [one for one in traces("langchain-langgraph") if any(span.span_id == "016f2f5f44eccf46" for span in one.spans)]
    for focus in ("", "945e3f9548bdc4b6"):
        found = blocks(refund, focus)
        assert answer(found) == "no answer: it failed"
        assert [block.title for block in found if block.kind in ("call", "error")] == ["CALL", "✗"]


def test_what_is_not_here_did_not_fail() -> None:
    made = trace(replace(span("top"), extra={NOTICE: "too large"}))
    assert answer(trace_blocks(made, readings(made))) == "no answer was recorded"
