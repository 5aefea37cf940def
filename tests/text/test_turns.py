"""A session's other traces as turns."""

from annotator.text.lines.layout import lay_out
from annotator.text.plain import plain
from annotator.text.trace.blocks import trace_blocks
from annotator.text.trace.turns import Conversation, Turn, turn
from tests import recorded
from tests.text.made import call, readings, span, trace

FIRST = Turn("1" * 32, 3, "Where is it?", "In Porto.")
SECOND = Turn("2" * 32, 4, "Since when?", None, failure="RateLimitError: slow down")
LAST = Turn("3" * 32, 6, "Thanks", "Welcome")
MADE = trace(call("a", None, "And now?", "In Lisbon."))
SESSION = Conversation("s-1", 5, 9, (FIRST, SECOND), (LAST,))


def test_turns_stand_before_the_steps_and_the_future_is_closed() -> None:
    blocks = trace_blocks(MADE, readings(MADE), "", None, SESSION)
    shown = [f"{block.title} {block.flow}" for block in blocks]
    assert shown[0] == "USER And now?"
    assert shown[2:7] == [
        " 2 earlier turns of this session before these",
        "USER turn 3   Where is it?",
        "ANSWER turn 3   In Porto.",
        "USER turn 4   Since when?",
        "ANSWER turn 4   ✗ RateLimitError: slow down",
    ]
    later = next(block for block in blocks if block.title == "LATER")
    assert later.body == "4 later turns of this session" and "Thanks" not in later.body + later.summary
    assert "USER turn 6\nThanks\nANSWER turn 6\nWelcome\nand 3 more turns" in later.detail
    assert "turn 5 of 9" in blocks[-1].body
    rows = [line.plain for line in lay_out(blocks, 80, 30, {})]
    assert any("2 earlier turns" in row for row in rows) and not any("Thanks" in row for row in rows)
    assert any(row.startswith("LATER     4 later turns of this session  ") and "(not shown before they are opened)" in row for row in rows)
    opened = [line.plain for line in lay_out(blocks, 80, 30, {later.key: False})]
    assert any("Thanks" in row for row in opened) and not any("not shown" in row for row in opened)
    assert "Thanks" in "\n".join(plain(blocks))


def test_a_turn_that_the_prompt_repeats_is_shown_once() -> None:
    history = {
        f"llm.input_messages.{place}.message.{key}": value
        for place, (role, content) in enumerate([("user", "Where is it?"), ("assistant", "In Porto."), ("user", "And now?")])
        for key, value in (("role", role), ("content", content))
    }
    made = trace(span("a", None, "LLM", attributes=history, output__value="In Lisbon."))
    blocks = trace_blocks(made, readings(made), "", None, Conversation("s-1", 2, 2, (FIRST._replace(place=1),)))
    assert [block.flow for block in blocks if "Where is it?" in block.flow] == ["Where is it?"]
    assert "turn 2 of 2" in blocks[-1].body


def test_the_ends_of_a_recorded_trace() -> None:
    agent = next(made for made in recorded.traces("openai-chat") if len(made.spans) == 7)
    found = turn(agent, recorded.readings(agent), 4)
    assert (found.question, found.answer) == (
        "Refund my torn tent, order ORD-48213", "Done: 116.91 EUR will be back on your card within 3-5 working days."
    )  # fmt: skip
    failed = trace(span("a", None, "LLM", input__value="q", error="ValueError: no"))
    assert turn(failed, readings(failed), 1).failure == "ValueError: no"


def test_a_view_of_one_span_has_no_turns() -> None:
    made = trace(span("root", None, "AGENT", input__value="q", output__value="a"), call("llm", "root", "q", "b"))
    blocks = trace_blocks(made, readings(made), "llm", None, SESSION)
    assert not [block for block in blocks if block.key.startswith("turn/")]


def test_what_was_said_in_one_breath_stands_before_the_question() -> None:
    said = (("user", "Hello"), ("assistant", "Hi"), ("user", "Be brief!"), ("user", "Why?"))
    asked = {f"llm.input_messages.{place}.message.{key}": value for place, pair in enumerate(said)
             for key, value in zip(("role", "content"), pair, strict=True)}  # fmt: skip
    told = {"llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": "Because."}
    made = trace(span("one", kind="LLM", attributes=asked | told))
    found = trace_blocks(made, readings(made))
    assert [(block.title, block.body or block.summary) for block in found[:5]] == [
        ("USER", "Be brief!"), ("USER", "Why?"), ("", "2 earlier messages"), ("USER", "Hello"), ("ASSISTANT", "Hi"),
    ]  # fmt: skip
