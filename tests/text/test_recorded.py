"""What a reviewer must be able to see of real traces, one test a framework."""

from itertools import pairwise

import pytest

from annotator.text.escape import HIDDEN
from tests.recorded import FOLDER, spans, traces
from tests.text.shown import blocks, everything, screen, text, the, titled

SETS = sorted(path.name.split(".")[0] for path in FOLDER.glob("*.phoenix-spans.jsonl.gz"))


def test_openai_chat() -> None:
    refund = the("openai-chat", "issue_refund(order_id, amount, reason)")
    shown = text(refund)
    assert "You are Fern, the support assistant of Northfell Outdoor" in shown
    assert '"name": "issue_refund"' in shown and "get_order(order_id)" in shown
    agent = next(trace for trace in traces("openai-chat") if len(trace.spans) == 7)
    order = [
        'issue_refund   order_id: "ORD-48213"   amount: 216.91   reason: "damaged"',
        "PermissionError: refund 216.91 EUR exceeds the limit of 150 EUR",
        "raise PermissionError",
        'issue_refund   order_id: "ORD-48213"   amount: 116.91   reason: "damaged"',
        '{"refund_id": "RF-9917", "amount": 116.91}',
        "Done: 116.91 EUR will be back on your card",
    ]
    whole = "\n".join(block.text for block in blocks(agent))
    assert [whole.count(phrase) for phrase in (order[0], order[3], order[4])] == [1, 1, 1]
    assert all(whole.index(first) < whole.index(second) for first, second in pairwise(order))
    session = [text(trace) for trace in traces("openai-chat") if "session sess-7f21" in text(trace)]
    assert len(session) == 4
    assert sum("user user-mira" in turn and "tags prod refund-flow" in turn and "tier=2" in turn for turn in session) == 3
    template = text(the("openai-chat", "prompt v3.1"))
    assert "You advise on {topic}" in template and "topic=packing" in template and "question=What goes in last?" in template
    pictures = text(the("openai-chat", "torn-seam.jpg"))
    assert (
        "[image https://example.com/photos/torn-seam.jpg]" in pictures and "[image/png 70 B inline]" in pictures and "iVBOR" not in pictures
    )
    variants = the("openai-chat", "Give two variants")
    assert [block.title for block in blocks(variants) if block.weight == "answer"] == ["ANSWER 1 of 2", "ANSWER 2 of 2"]
    everywhere = everything("openai-chat")
    for fact in (
        "openai.RateLimitError",
        "openai.InternalServerError",
        "openai.BadRequestError",
        "I must not subtract",
        "**Checking the order**",
    ):
        assert fact in everywhere
    for fact in (
        "I'm sorry, I cannot help with that request.",
        "[application/pdf 9 B receipt.pdf]",
        "[audio/wav 16 B inline]",
        "finish reason: length",
    ):
        assert fact in everywhere
    assert '{"status": "delivered"}' in text(the("openai-chat", "Your order was delivered on 18 November."))
    assert any("get_order" in call and '"ORD-1"' in call for call in titled(the("openai-chat", "legacy function calling"), "CALL"))


def test_earlier_turns_come_before_the_steps_and_the_last_is_the_question() -> None:
    last = the("openai-chat", "Wie lange dauert das?")
    first = blocks(last)[0]
    assert (first.weight, first.body) == ("question", "Yes please. Wie lange dauert das? (auf Deutsch bitte)")
    turns = [block.title for block in blocks(last) if block.weight == "step"]
    assert turns == ["USER", "ASSISTANT", "USER", "ASSISTANT"]


def test_langchain_langgraph() -> None:
    rag = the("langchain-langgraph", "Opened climbing ropes cannot be returned for safety reasons [policies/returns.md]")
    documents = [block for block in blocks(rag) if block.kind == "document"]
    assert [document.position for document in documents] == [0, 1, 2]
    assert (
        "kb-210" in documents[0].head and "source=policies/payments.md" in documents[0].detail and "section=refunds" in documents[0].detail
    )
    (template,) = titled(rag, "TEMPLATE")
    assert "{context}" in template and "context=[policies/payments.md]" in template
    agent = the("langchain-langgraph", "I will look at the orders first.")
    assert 'search_orders   customer_id: "C-1077"   limit: 3' in "\n".join(titled(agent, "CALL"))
    assert any("ORD-48213" in result for result in titled(agent, "="))
    assert "session t-1" in text(agent)
    failed = the("langchain-langgraph", "refund me 999 EUR")
    assert [error.split("\n")[0] for error in titled(failed, "✗")] == ["ValueError: amount above the limit of 150 EUR"]
    assert sum("session lc-sess-1" in text(trace) for trace in traces("langchain-langgraph")) == 3
    deep = next(trace for trace in traces("langchain-langgraph") if len(trace.spans) == 33)
    assert [block.body for block in blocks(deep) if block.weight == "answer"] == ["Refunded 50 EUR as goodwill."]


def test_llamaindex_shows_a_wrapped_call_once() -> None:
    rag = the("llamaindex-rag", "How heavy is the Aurora 4P?")
    documents = [block.head for block in blocks(rag) if block.kind == "document"]
    assert documents == ["1  borealis.md  node-2  0.702", "2  repair.md  node-3  0.604", "3  aurora.md  node-0  0.511"]
    assert [block.body for block in blocks(rag) if block.body == "The Aurora 4P weighs 3.4 kg."] == ["The Aurora 4P weighs 3.4 kg."]
    (template,) = titled(rag, "TEMPLATE")
    assert "context_str=" in template and "query_str=How heavy is the Aurora 4P?" in template
    assert any("page=1" in block.detail for block in blocks(rag))
    agent = the("llamaindex-rag", "Reserve two green Aurora tents")
    assert [error.split("\n")[0] for error in titled(agent, "✗")] == ["RuntimeError: warehouse API timed out after 5 s"]
    assert "2 to 0 documents" in text(the("llamaindex-rag", "zzz unknown"))
    limited = the("llamaindex-rag", "rate limited?")
    assert len(list(titled(limited, "✗"))) == 1, "the wrapper's exception is the wrapped one's"


def test_openai_agents() -> None:
    trip = the("openai-agents", "My flight TP431 is late")
    shown = text(trip)
    assert [call.split("  ")[0] for call in titled(trip, "AGENT")] == ["Triage", "Flight desk", "Hotel desk"]
    handoffs = [handoff.split("\n")[0] for handoff in titled(trip, "HANDOFF")]
    assert handoffs == ["handoff to Flight desk   Triage → Flight desk", "handoff to Hotel desk   Flight desk → Hotel desk"]
    assert "The traveller needs status" in "\n".join(titled(trip, "REASONING"))
    assert 'rebook   number: "TP431"   date: "2026-11-24"' in "\n".join(titled(trip, "CALL"))
    assert "Error details are redacted." in "\n".join(titled(trip, "✗"))
    assert "Send the traveller to the right desk." in "\n".join(titled(trip, "SYSTEM")) and "threat_check" in shown
    tripped = the("openai-agents", "Guardrail tripwire triggered")
    assert "no input was recorded on this span" in text(tripped) and "no answer was recorded" in text(tripped)
    assert "AB2 is late too." in text(the("openai-agents", "AB2?"))


def test_anthropic_messages() -> None:
    review = the("anthropic-messages", "Please review PR 812")
    shown = text(review)
    assert "You review pull requests. Be concrete, quote the line.\nHouse style: tabs, British spelling." in shown
    assert "The diff touches rounding." in "\n".join(titled(review, "REASONING"))
    assert [call.split("   ")[0] for call in titled(review, "CALL")] == ["read_file", "run_tests", "read_file"]
    assert ["def total" in result or "FAILED" in result for result in titled(review, "=")] == [True] * 2
    assert list(titled(review, "✗")) == ["FileNotFoundError: src/missing.py"]
    assert "repo=northfell/site" in shown and "pr=812" in shown and "tags review" in shown
    picture = text(the("anthropic-messages", "A green tent on a hill."))
    assert "[image/png 70 B inline]" in picture and "[image https://example.com/hill.jpg]" in picture
    limited = [trace for trace in traces("anthropic-messages") if "overloaded?" in text(trace)]
    assert limited and all(len(list(titled(trace, "✗"))) == 1 for trace in limited), "the SDK's own span is the same call"


def test_haystack() -> None:
    rag = the("haystack", "How many bees live in a hive?")
    documents = [block for block in blocks(rag) if block.kind == "document"]
    assert [(document.head.split()[1], document.head.split()[3]) for document in documents] == [
        ("bees.txt", "0.868"),
        ("bumble.txt", "0.785"),
        ("bees.txt", "0.698"),
    ]
    assert [document.head.endswith("not in the prompt") for document in documents] == [False, False, True]
    (reranked,) = titled(rag, "RERANK")
    assert "3 to 2 documents" in reranked and "dropped, was 3" in reranked
    assert 'count_hives   region: "Alentejo"' in titled(the("haystack", "count_hives"), "CALL")


def test_litellm() -> None:
    call = the("litellm", "Play Für Elise loudly")
    assert 'play_song   title: "Für Elise"   volume: 11' in "\n".join(titled(call, "CALL"))
    assert "session lite-1" in text(call) and "$0.0000" not in text(call) and "$" in text(call)
    assert "whiskers" in "\n".join(titled(the("litellm", "A cat."), "REASONING"))


def test_bedrock() -> None:
    radio = the("bedrock", "Elemental Hotel is on air.")
    assert "You are a radio guide." in text(radio)
    assert list(titled(radio, "CALL")) == ['find_song   sign: "WZPZ"'] and "Elemental Hotel" in next(titled(radio, "="))
    assert "ThrottlingException" in everything("bedrock")


def test_mistralai() -> None:
    dose = the("mistralai", "dose(drug, kg)")
    assert 'dose   drug: "meloxicam"   kg: 12' in "\n".join(titled(dose, "CALL"))
    kinds = [block.title for block in blocks(dose)]
    assert kinds.index("USER") < kinds.index("SYSTEM") < kinds.index("CALL")


def test_vercel_ai_openinference() -> None:
    cook = the("vercel-ai-openinference", "What can I cook?")
    assert list(titled(cook, "CALL")) == ["stock   shelf: 2"] and list(titled(cook, "=")) == ['{"eggs": 6, "milk": "1 l"}']
    assert "You are a cook." in text(cook)


def test_edge_mild() -> None:
    rag = the("edge-mild", "What is the refund limit?")
    (reranked,) = titled(rag, "RERANK")
    assert "1  d2  0.31  2nd → 1st, score was 0.77" in reranked and "2  d1  0.97  1st → 2nd, score was 0.91" in reranked
    assert "no id, no score" in text(rag) and "faithfulness" in text(rag) and '{"passed": true, "score": 0.98}' in text(rag)
    long = the("edge-mild", "NEEDLE-AT-END")
    assert any("NEEDLE-AT-END" in row and "heron" in row for row in screen(long, 84, 29)), "a prompt ends with what it asks"
    assert r"\x1b[31mred text\x1b[0m" in text(the("edge-mild", "print colours"))
    assert "am I alone?" in everything("edge-mild") and "no input was recorded on this span" in everything("edge-mild")


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("width", "height"), [(80, 14), (84, 29), (110, 50)])
def test_question_and_answer_are_on_the_first_screen(name: str, width: int, height: int) -> None:
    for trace in traces(name):
        rows = screen(trace, width, height)
        found = blocks(trace)
        assert rows[0].startswith(found[0].title)
        for block in found:
            if block.weight == "answer" and block.title:
                assert any(row.startswith(block.title) for row in rows), (trace.trace_id, rows)
            if block.weight == "error":
                assert any(block.summary[:30] in row for row in rows), (trace.trace_id, rows)


@pytest.mark.parametrize("name", SETS)
def test_nothing_dangerous_in_any_view(name: str) -> None:
    shown = everything(name)
    assert not HIDDEN.search(shown.replace("\n", " "))


def test_focus_shows_the_span_alone() -> None:
    agent = next(trace for trace in traces("openai-chat") if len(trace.spans) == 7)
    failed = next(span for span in agent.spans if span.status_code == "ERROR")
    shown = blocks(agent, failed.span_id)
    assert (shown[0].kind, shown[0].title) == ("span", "TOOL") and "issue_refund" in shown[0].head
    assert [block.title for block in shown if block.weight in ("question", "error", "answer")] == ["INPUT", "✗", "OUTPUT"]
    assert "Northfell" not in "\n".join(block.text for block in shown)


def test_embeddings_in_documents_are_not_shown_as_numbers() -> None:
    embedding = spans("litellm", "EMBEDDING")[0]
    trace = next(trace for trace in traces("litellm") if trace.trace_id == embedding.trace_id)
    assert "2 texts embedded; vectors are not shown" in text(trace)
