from dataclasses import replace

from annotator.domain.span import SpanHeader
from annotator.text.shape.tree import tree_rows
from tests.recorded import readings, traces
from tests.text.shown import blocks


def header(span_id: str, parent: str | None, start: int, status: str = "OK", end: int | None = 9_000_000_000) -> SpanHeader:
    return SpanHeader("t", span_id, parent, span_id, "LLM", status, start, end)


def test_marks_reach_every_ancestor_and_no_other() -> None:
    spans = [
        header("a", None, 0),
        header("b", "a", 1),
        header("e", "b", 2),
        header("c", "a", 3),
        header("d", "c", 4, "ERROR"),
        header("f", None, 5),
    ]
    assert [(row.span_id, row.depth, row.mark) for row in tree_rows(spans)] == [
        ("a", 0, "!"),
        ("b", 1, ""),
        ("e", 2, ""),
        ("c", 1, "!"),
        ("d", 2, "✗"),
        ("f", 0, ""),
    ]


def test_a_folded_twin_says_what_it_is() -> None:
    made = traces("llamaindex-rag")[1]
    row = tree_rows(made, readings(made))[3]
    assert (row.name, row.times, row.records, len(row.twins)) == ("OpenAILike.predict", 3, "3 spans, 1 call", 2)
    assert tree_rows(made)[3].records == ""
    (others,) = [block for block in blocks(made) if block.title == "OTHER"]
    assert any(line.startswith("3 spans, 1 call: llm OpenAILike.predict, llm ") for line in others.body.split("\n"))


def test_open_orphaned_and_hostile_spans() -> None:
    rows = tree_rows([replace(header("a", "gone", 0, end=None), name="x\x1b[2J\ny", kind="UNKNOWN")])
    assert (rows[0].orphan, rows[0].duration, rows[0].name, rows[0].kind) == (True, "open", r"x\x1b[2J y", "")


def test_recorded_tree() -> None:
    agent = next(trace for trace in traces("openai-chat") if len(trace.spans) == 7)
    assert [(row.kind, row.name, row.mark) for row in tree_rows(agent)] == [
        ("agent", "refund_agent", "!"),
        ("llm", "ChatCompletion", ""),
        ("tool", "get_order", ""),
        ("tool", "issue_refund", "✗"),
        ("llm", "ChatCompletion", ""),
        ("tool", "issue_refund", ""),
        ("llm", "ChatCompletion", ""),
    ]
