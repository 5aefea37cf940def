"""Which spans repeat a call, which only carry one, and which say something of their own."""

from typing import Any

import pytest

from annotator.domain.span import Trace
from annotator.text.shape.tree import tree_rows
from tests import recorded
from tests.text.made import call, named, span, text, trace


def outlined(name: str, place: int) -> list[tuple[str, int]]:
    made = recorded.traces(name)[place]
    return [(row.name, row.times) for row in tree_rows(made, recorded.readings(made))]


def test_two_libraries_and_one_call() -> None:
    assert outlined("anthropic-messages", 0) == [("review_pr", 1), *[("messages.create", 2)] * 3]
    assert outlined("anthropic-messages", 5) == [("messages.create", 2)], "both failed by the same"


def test_wrappers_of_one_call() -> None:
    assert outlined("llamaindex-rag", 1) == [
        ("RetrieverQueryEngine.query", 5),
        ("VectorIndexRetriever.retrieve", 2),
        ("OpenAIEmbedding.get_query_embedding", 2),
        ("OpenAILike.predict", 3),
        ("+ 3 framework spans", 1),
    ]
    assert [name for name, _ in outlined("llamaindex-rag", 10)] == [
        "FunctionAgent.run", "OpenAILike.achat", "FunctionTool.acall", "OpenAILike.achat", "FunctionTool.acall", "OpenAILike.achat",
        "+ 17 framework spans",
    ]  # fmt: skip


def test_plumbing_is_one_row_and_named_parts_stay() -> None:
    assert [name for name, _ in outlined("langchain-langgraph", 8)] == [
        "supervisor_graph", "supervisor", "ChatOpenAI", "researcher", *["ChatOpenAI", "search_orders"] * 2, "ChatOpenAI",
        "policy_check", "rag_chain", "VectorStoreRetriever", "ChatPromptTemplate", "ChatOpenAI",
        "writer", "ChatOpenAI", "refund", "ChatOpenAI", "+ 13 framework spans",
    ]  # fmt: skip
    assert [name for name, _ in outlined("openai-agents", 1)][:3] == ["Weather via agent tool", "Triage", "threat_check"]


def test_an_own_failure_is_never_folded() -> None:
    rows = outlined("openai-agents", 2)
    assert "turn" in [name for name, _ in rows], "the turn says that the guardrail tripped"
    assert "turn" not in [name for name, _ in outlined("openai-agents", 3)], "the model span says what went wrong in the turn"


@pytest.mark.parametrize("name", ["langchain-langgraph", "llamaindex-rag", "openai-agents", "anthropic-messages", "edge-mild"])
def test_everything_is_every_span_and_kept_spans_stay(name: str) -> None:
    for made in recorded.traces(name):
        read = recorded.readings(made)
        assert sorted(row.span_id for row in tree_rows(made, read, everything=True)) == sorted(span.span_id for span in made.spans)
        folded = tree_rows(made, read)
        assert sum(row.folded or row.times for row in folded) == len(made.spans)
        ids = {span.span_id for span in made.spans}
        assert {row.span_id for row in tree_rows(made, read, keep=ids)} == ids


USAGE: dict[str, Any] = {"llm__token_count__prompt": 7, "llm__token_count__completion": 3}


def test_siblings_of_two_libraries() -> None:
    one = call("a", "root", "q", "told", name="messages.create", start=1, end=3, **USAGE)
    other = span("b", "root", "UNKNOWN", "POST chat", 1.1, 2.9, **USAGE)
    assert named(trace(span("root"), other, one)) == [("root", 0, 1), ("messages.create", 1, 2)]
    assert named(trace(span("root"), one, call("b", "root", "q", "else", name="POST chat", start=1.1, end=2.9, **USAGE)))[1:] == [
        ("messages.create", 1, 1), ("POST chat", 1, 1),
    ]  # fmt: skip


def test_samples_of_one_prompt_are_several_calls() -> None:
    samples = [call(f"s{at}", "root", "q", "yes", name="ChatCompletion", start=1 + at / 10, end=3 - at / 10, **USAGE) for at in range(3)]
    assert [times for _, _, times in named(trace(span("root", input__value="go"), *samples))] == [1, 1, 1, 1]


def test_a_retry_that_worked_is_not_the_one_that_failed() -> None:
    failed, worked = call("first", "outer", "q", "", error="429"), call("second", "outer", "q", "told", start=0.5)
    made = trace(call("outer", None, "q", "told"), failed, worked)
    assert named(made) == [("outer", 0, 2), ("first", 1, 1)]


def test_nested_tools_with_other_arguments_are_two_calls() -> None:
    made = trace(
        span("root"),
        span("a", "root", "TOOL", "search", input__value='{"q": 1}', output__value="one"),
        span("b", "a", "TOOL", "search", input__value='{"q": 2}', output__value="one"),
        span("c", "b", "TOOL", "_search", input__value='{"q": 2}', output__value="one"),
    )
    assert named(made) == [("root", 0, 1), ("search", 1, 1), ("search", 2, 2)]


def test_a_program_around_one_model_call() -> None:
    made = trace(span("AgentExecutor", None, "AGENT", input__value="2+2?", output__value="4"), call("llm", "AgentExecutor", "2+2?", "4"))
    assert named(made) == [("AgentExecutor", 0, 2)]
    assert [line for line in text(made).split("\n") if line in ("2+2?", "4")] == ["2+2?", "4"]


def test_what_only_a_chain_says_is_shown() -> None:
    made = trace(
        span("root", None, "CHAIN", input__value="Rate it", output__value="done"),
        call("llm", "root", "Rate it", "good", start=0.1),
        span("parse", "root", "CHAIN", "StrOutputParser", 0.2, input__value="good", output__value="good"),
        span("score", "root", "CHAIN", "my.scorer", 0.3, input__value="good", output__value='{"stars": 5, "why": "polite"}'),
        span("empty", "root", "CHAIN", "turn", 0.4),
    )
    assert [name for name, _, _ in named(made)] == ["root", "llm", "my.scorer", "+ 2 framework spans"]
    shown = text(made)
    assert 'STEP  my.scorer\n{"stars": 5, "why": "polite"}\ninput: good' in shown and "StrOutputParser" in shown


def test_tokens_of_twins_count_once() -> None:
    one = call("a", "root", "q", "told", name="messages.create", start=1, end=3, **USAGE)
    made: Trace = trace(span("root", input__value="q"), one, span("b", "root", "UNKNOWN", "POST chat", 1.1, 2.9, **USAGE))
    assert "7 + 3 tokens" in text(made)
