"""Who speaks: agents, and the nodes of a graph."""

from annotator.domain.span import Trace
from annotator.text.block import Block
from annotator.text.trace.blocks import trace_blocks
from tests.text.made import call, readings, span, trace
from tests.text.shown import blocks, the


def told(made: Trace | list[Block]) -> list[str]:
    found = trace_blocks(made, readings(made)) if isinstance(made, Trace) else made
    titles = ("NODE", "AGENT", "USER", "INPUT", "ASSISTANT", "ANSWER", "CALL", "QUERY")
    return [f"{block.title} {block.head or block.body}" for block in found if block.title in titles]


def graph() -> Trace:
    asked = {"input.value": "Book a trip", "output.value": "Booked."}
    return trace(
        span("graph", attributes=asked, end=9),
        span("planner", "graph", start=1, end=2, output__value="plan it"),
        call("one", "planner", "Book a trip", "Where to?", start=1, end=2),
        span("RunnableSequence", "graph", start=3, end=4),
        call("two", "RunnableSequence", "Book a trip", "To Porto.", start=3, end=4),
        span("checker", "graph", start=5, end=6, output__value="fine"),
        call("three", "checker", "Is Porto open?", "It is.", start=5, end=6),
    )


def test_a_node_says_that_it_speaks() -> None:
    assert told(graph()) == [
        "USER Book a trip",
        "NODE planner", "ASSISTANT Where to?",
        "NODE graph", "ASSISTANT To Porto.",
        "NODE checker", "INPUT Is Porto open?", "ASSISTANT It is.",
        "ANSWER Booked.",
    ]  # fmt: skip


def test_one_speaker_is_not_named() -> None:
    made = graph()
    alone = trace(*(one for one in made.spans if one.span_id not in ("checker", "three", "two", "RunnableSequence")))
    assert not any(line.startswith("NODE") for line in told(alone))
    twice = trace(*made.spans[:3], call("four", "planner", "And back?", "On Sunday.", start=7, end=8))
    assert "USER And back?" in told(twice), "a person goes on"


def test_recorded_graph() -> None:
    shown = told(blocks(the("langchain-langgraph", "You route work between")))
    places = [shown.index(f"NODE {name}") for name in ("supervisor", "researcher", "rag_chain", "writer")]
    assert places == sorted(places)
    assert shown[places[0] + 1] == "ASSISTANT researcher first" and shown[places[1] + 1] == "CALL search_orders"
    assert "INPUT Can I return a tent?" in shown and "USER Can I return a tent?" not in shown


def test_agents_are_named_as_before() -> None:
    shown = told(blocks(the("openai-agents", "My flight TP431")))
    assert any(line.startswith("AGENT Flight desk") for line in shown) and not any(line.startswith("NODE") for line in shown)
