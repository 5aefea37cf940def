"""The Vercel AI SDK's own telemetry, alone and beside OpenInference."""

import json
from pathlib import Path

import pytest

from annotator.domain.message import Document, Message, Part, Reading, ToolCall
from annotator.reading import read
from tests.reading.spans import exported, span

PUBLIC = Path(__file__).parents[3] / "shared/traces/public/openinference-vercel-v6/all-spans.json"


def of(name: str, operation: str, place: int = 0) -> Reading:
    return read([one for one in exported(name) if one.attributes.get("ai.operationId") == operation][place])


def test_a_loop_with_a_tool() -> None:
    first, second = (of("vercel-ai-sdk", "ai.generateText.doGenerate", place) for place in (0, 1))
    call_id = first.output_messages[0].tool_calls[0].call_id
    assert [(message.role, message.text) for message in first.input_messages] == [
        ("system", "You are a cook."),
        ("user", "What can I cook?"),
    ]
    assert first.output_messages == (Message("assistant", (Part("text", "Looking."),), (ToolCall("stock", '{"shelf": 2}', call_id),)),)
    assert [(tool.name, tool.parameters) for tool in first.tools] == [("stock", ("shelf",))]
    assert second.input_messages[-1] == Message("tool", (Part("text", '{"eggs": 6, "milk": "1 l"}'),), (), call_id, "stock")
    tool = of("vercel-ai-sdk", "ai.toolCall")
    assert (tool.kind, tool.tool_name, tool.call_id) == ("TOOL", "stock", call_id)
    assert (tool.tool_arguments, tool.output_text) == ('{"shelf":2}', '{"eggs":6,"milk":"1 l"}')
    outer = of("vercel-ai-sdk", "ai.generateText")
    assert (outer.kind, outer.agent, outer.session_id, outer.user_id) == ("AGENT", "recipe", "v-1", "cook-1")
    assert (outer.prompt_tokens, outer.completion_tokens, outer.provider) == (122, 17, "openai.chat")
    assert [message.text for message in (*outer.input_messages, *outer.output_messages)] == [
        "You are a cook.",
        "What can I cook?",
        "Make an omelette 🍳.",
    ]


@pytest.mark.parametrize("name", ["vercel-ai-sdk", "vercel-ai-openinference"])
def test_a_picture_is_the_same_outside_and_inside(name: str) -> None:
    outer, inner = of(name, "ai.streamText"), of(name, "ai.streamText.doStream")
    assert outer.input_messages == inner.input_messages
    assert outer.input_messages[0].parts[1] == Part("image", "", None, "https://example.com/soup.png")


def test_an_object_and_texts_that_were_embedded() -> None:
    made = of("vercel-ai-sdk", "ai.generateObject")
    assert made.output_messages[0].text == '{"dish":"soup","minutes":20}'
    assert json.loads(made.invocation_parameters or "")["schema"]["required"] == ["dish", "minutes"]
    many = of("vercel-ai-sdk", "ai.embedMany")
    assert (many.kind, many.embedded, many.model) == ("EMBEDDING", ("egg", "milk"), "text-embedding-3-small")


def test_beside_openinference_what_only_one_of_them_says() -> None:
    reading = of("vercel-ai-openinference", "ai.generateText.doGenerate")
    assert [(tool.name, tool.parameters) for tool in reading.tools] == [("stock", ("shelf",))]
    (said,) = reading.output_messages
    assert (said.text, said.tool_calls[0].arguments) == ("Looking.", '{"shelf": 2}')
    assert len(reading.input_messages) == 2


def test_rest_of_the_response() -> None:
    reading = read(
        span(
            {
                "ai.operationId": "ai.generateText.doGenerate",
                "ai.prompt": json.dumps(
                    {"system": "S", "messages": [{"role": "user", "content": [{"type": "image", "image": {"0": 137, "1": 80}}]}]}
                ),
                "ai.response.reasoning": "because",
                "ai.response.text": "yes",
                "ai.response.files": ['{"type":"file","mediaType":"image/png","data":"iVBORw0KGgo="}'],
                "ai.telemetry.metadata.tags": ["a"],
                "ai.telemetry.metadata.tier": 2,
            }
        )
    )
    assert reading.input_messages == (
        Message("system", (Part("text", "S"),)),
        Message("user", (Part("image", "", None, "inline", 2, "iVA="),)),
    )
    assert reading.output_messages[0].parts == (
        Part("reasoning", "because"),
        Part("text", "yes"),
        Part("image", "", "image/png", "inline", 8, "iVBORw0KGgo="),
    )
    assert (reading.tags, reading.metadata) == (("a",), {"tier": 2})


def test_rerank() -> None:
    ranking = ['{"originalIndex":1,"relevanceScore":0.9}', '{"originalIndex":0,"relevanceScore":0.2}']
    reading = read(
        span({"ai.operationId": "ai.rerank", "ai.documents": ['"one"', '"two"'], "ai.ranking": ranking, "ai.ranking.type": "text"})
    )
    assert reading.input_documents == (Document("one"), Document("two"))
    assert reading.documents == (Document("two", None, 0.9), Document("one", None, 0.2))


@pytest.mark.skipif(not PUBLIC.exists(), reason="the public fixtures are not here")
def test_public_fixtures() -> None:
    for row in json.loads(PUBLIC.read_text()):
        reading = read(span(row["attributes"]))
        operation = row["attributes"]["ai.operationId"]
        if operation.startswith(("ai.generate", "ai.stream")):
            assert reading.input_messages and reading.output_messages, operation
        elif operation.startswith("ai.embed"):
            assert reading.embedded, operation
        else:
            assert (reading.tool_name, bool(reading.output_text)) == (row["attributes"]["ai.toolCall.name"], True)
