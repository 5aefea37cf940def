"""LangSmith's runs and its attributes on OpenTelemetry spans."""

import json
from typing import Any

from annotator.domain.message import Evaluation, Failure, Message, Part, ToolCall
from annotator.domain.span import Span
from annotator.reading import read
from tests.platforms import lc, public, readings, run

TOOL = {"type": "function", "function": {"name": "lookup", "description": "Finds.", "parameters": {"properties": {"order": {}}}}}
CALL = {"name": "lookup", "args": {"order": 17}, "id": "call_1", "type": "tool_call"}


def one(kind: str, **fields: Any) -> Any:
    return readings(run(1, "x", kind, **fields))["x"]


def test_a_call_as_langchain_serialises_it() -> None:
    usage = {"input_tokens": 40, "output_tokens": 8}
    said = lc("AIMessage", content="", tool_calls=[CALL], usage_metadata=usage)
    found = one(
        "llm",
        inputs={"messages": [[lc("SystemMessage", content="S"), lc("HumanMessage", content=[{"type": "text", "text": "Q"}])]]},
        outputs={"generations": [[{"text": "", "generation_info": {"finish_reason": "tool_calls"}, "message": said}]], "llm_output": None},
        extra={
            "invocation_params": {"model": "gpt-4o", "temperature": 0.2, "tools": [TOOL], "stop": None},
            "metadata": {"ls_provider": "openai", "thread_id": "th", "tier": 2},
        },
        total_cost="0.5",
    )
    assert found.input_messages == (Message("system", (Part("text", "S"),)), Message("user", (Part("text", "Q"),)))
    assert found.output_messages == (Message("assistant", (), (ToolCall("lookup", '{"order": 17}', "call_1"),)),)
    assert [(tool.name, tool.parameters) for tool in found.tools] == [("lookup", ("order",))]
    assert (found.model, found.provider, found.invocation_parameters) == ("gpt-4o", "openai", '{"temperature": 0.2}')
    assert (found.prompt_tokens, found.completion_tokens, found.cost, found.finish_reason) == (40, 8, 0.5, "tool_calls")
    assert (found.session_id, found.metadata) == ("th", {"thread_id": "th", "tier": 2})


def test_a_call_as_openai_writes_it() -> None:
    found = one(
        "llm",
        inputs={"model": "o1", "messages": [{"role": "user", "content": "Q"}], "tools": [TOOL], "temperature": 1},
        outputs={
            "choices": [{"message": {"role": "assistant", "content": "A"}, "finish_reason": "stop"}],
            "usage_metadata": {"input_tokens": 1, "output_tokens": 2},
        },
    )
    assert (found.input_messages[0].text, found.output_messages[0].text, found.tools[0].name) == ("Q", "A", "lookup")
    assert (found.model, found.invocation_parameters, found.prompt_tokens, found.completion_tokens) == ("o1", '{"temperature": 1}', 1, 2)


def test_a_plain_completion() -> None:
    found = one("llm", inputs={"prompts": ["Q"]}, outputs={"generations": [[{"text": "A"}, {"text": "B"}]]})
    assert [message.text for message in found.input_messages] == ["Q"]
    assert [message.text for message in found.output_messages] == ["A", "B"]


def test_the_steps_around_a_call() -> None:
    documents = [
        {"page_content": "P", "metadata": {"source": "p.md", "score": 0.8}, "type": "Document"},
        lc("Document", page_content="Q", id="d"),
    ]
    retriever = one("retriever", inputs={"query": "q"}, outputs={"documents": documents})
    assert [(found.content, found.document_id, found.score) for found in retriever.documents] == [("P", None, 0.8), ("Q", "d", None)]
    answer = lc("ToolMessage", content="packed", tool_call_id="call_1", name="lookup")
    tool = one("tool", inputs={"input": "{'order': 17}"}, outputs={"output": answer})
    assert (tool.tool_arguments, tool.output_text, tool.call_id) == ('{"order": 17}', "packed", "call_1")
    kwargs = one("tool", inputs={"order": 17}, outputs={"output": {"state": "packed"}})
    assert (kwargs.tool_arguments, kwargs.output_text) == ('{"order": 17}', '{"state": "packed"}')
    human = {"lc": 1, "kwargs": {"prompt": {"lc": 1, "kwargs": {"template": "{q} in {lang}"}}}}
    prompt = one("prompt", inputs={"q": "Q", "lang": "en"}, serialized={"lc": 1, "kwargs": {"messages": [human]}})
    assert (prompt.prompt_template, prompt.prompt_variables) == ("{q} in {lang}", {"q": "Q", "lang": "en"})
    chain = one("chain", inputs={"messages": [{"type": "human", "content": "Q"}]}, outputs={"output": lc("AIMessage", content="A")})
    assert (chain.input_messages[0].text, chain.output_messages[0].text) == ("Q", "A")
    assert one("embedding", inputs={"texts": ["a", "b"]}).embedded == ("a", "b")


def test_what_was_said_of_a_run() -> None:
    stats = {"correct": {"n": 1, "avg": 1.0, "comments": ["fine"]}, "tone": {"n": 3, "avg": None, "values": {"warm": 2, "cold": 1}}}
    found = one("chain", feedback_stats=stats, tags=["prod"])
    assert found.evaluations == (Evaluation("correct", None, 1.0, "fine"), Evaluation("tone", "warm 2, cold", None, "3 times"))
    assert (found.tags, found.session_id, found.user_id) == (("prod",), "th-9", "u-5")


def test_a_failed_run() -> None:
    stack = 'Traceback (most recent call last):\n\n  File "/a.py", line 3, in f\n    raise ValueError("no: order")\n\nValueError: no: order'
    assert one("tool", error="ValueError('no: order')" + stack).failures == (Failure("ValueError", "no: order", stack),)
    assert one("tool", error="TimeoutError: slow").failures == (Failure("TimeoutError", "slow"),)


def test_attributes_of_an_opentelemetry_span() -> None:
    attributes = {
        "langsmith.span.kind": "llm",
        "langsmith.trace.name": "ChatOpenAI",
        "langsmith.span.tags": "prod, test",
        "langsmith.metadata.session_id": "s",
        "langsmith.metadata.tier": 2,
        "gen_ai.prompt": json.dumps({"messages": [{"role": "user", "content": "Q"}], "tools": [TOOL]}),
        "gen_ai.completion": json.dumps({"choices": [{"message": {"role": "assistant", "content": "A"}}]}),
        "langsmith.usage_metadata": '{"input_tokens": 3, "output_tokens": 4}',
    }
    found = read(Span("t", "s", None, "n", "UNKNOWN", "OK", 0, 1, attributes=attributes))
    assert found.kind == "LLM"
    assert ([message.text for message in found.input_messages], [message.text for message in found.output_messages]) == (["Q"], ["A"])
    assert [tool.name for tool in found.tools] == ["lookup"]
    assert (found.tags, found.session_id, found.metadata) == (("prod", "test"), "s", {"session_id": "s", "tier": 2})
    assert (found.prompt_tokens, found.completion_tokens) == (3, 4)


def test_published_batches() -> None:
    found = readings(public("langsmith-wrap-openai/langsmith_js_wrap_openai_default.json"))["ChatOpenAI"]
    assert (found.input_messages[0].text, found.output_messages[0].text) == ("howdy", "Howdy! How can I assist you today?")
    assert (found.model, found.prompt_tokens, found.completion_tokens) == ("gpt-4o-mini", 9, 9)
