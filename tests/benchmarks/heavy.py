"""Traces that are large in one way each: a long text, many spans, many levels."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tests.benchmarks.material import write_lines
from tests.benchmarks.stored import fill_store

START = "First words of the answer."
"""How every text begins; on the screen it is the first content."""
MB = 1_000_000


def span(
    number: int, parent: int | None, name: str = "chat", kind: str = "LLM", trace: str = "a" * 32, **attributes: Any
) -> dict[str, Any]:
    """A row as Phoenix lists it; spans start in the order of their numbers."""
    second = f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
    return {
        "name": name, "context": {"trace_id": trace, "span_id": f"{number + 1:016x}"}, "span_kind": kind,
        "parent_id": None if parent is None else f"{parent + 1:016x}", "status_code": "OK", "status_message": "",
        "start_time": f"{second}+00:00", "end_time": f"{second}.9+00:00", "events": [], "attributes": attributes,
    }  # fmt: skip


def prose(size: int, between: str = "\n", word: str = "said") -> str:
    """So many bytes of words, no two sentences alike."""
    found, length, unit = [START], 0, len(word.encode())
    for number in count(1):
        sentence = f"In place {number} it {word} {number * 7919} and again {number * 104729} for the sake of {number % 977} {word}s."
        found.append(sentence + (between if number % 5 == 0 else ""))
        length += len(sentence) + (2 * (unit - len(word)) if unit != len(word) else 0) + 1
        if length >= size:
            return " ".join(found)
    raise AssertionError


def wide(size: int) -> str:
    """So many bytes of Chinese, 400 characters a line."""
    letters = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(size // 3))
    return f"{START}\n" + "\n".join(letters[place : place + 400] for place in range(0, len(letters), 400))


def structured(size: int) -> str:
    """A JSON list of so many bytes."""
    rows = [{"id": number, "name": f"row {number * 7919}", "tags": ["red", "green"], "score": number / 7} for number in range(size // 85)]
    return json.dumps([{"words": START}, *rows])


def one(answer: str) -> Iterator[dict[str, Any]]:
    yield span(0, None, **{"input.value": "Tell me all of it.", "output.value": answer})


def twice(answer: str) -> Iterator[dict[str, Any]]:
    """The same text as a message and within the provider's JSON."""
    told = json.dumps({"choices": [{"message": {"role": "assistant", "content": answer}}]})
    message = {"message.role": "assistant", "message.content": answer}
    flat = {f"llm.output_messages.0.{key}": value for key, value in message.items()}
    yield span(0, None, **{"input.value": "Tell me all of it.", "output.value": told, **flat})


def agent(spans: int, trace: str = "a" * 32) -> Iterator[dict[str, Any]]:
    """An agent that calls a tool again and again: every request repeats the last turns, as a window of memory does."""
    asked = "Count the parcels of every depot."
    yield span(0, None, "agent", "AGENT", trace, **{"input.value": asked, "output.value": START})
    turns: list[tuple[str, str]] = []
    for turn in range((spans - 1) // 2):
        attributes: dict[str, Any] = {"llm.model_name": "model", "llm.token_count.prompt": 900, "llm.token_count.completion": 40}
        messages = [{"role": "user", "content": asked}]
        for call, result in turns[-6:]:
            asking = {"tool_calls.0.tool_call.function.name": "count_parcels", "tool_calls.0.tool_call.id": call}
            messages.append({"role": "assistant", **asking})
            messages.append({"role": "tool", "tool_call_id": call, "content": result})
        for place, message in enumerate(messages):
            attributes |= {f"llm.input_messages.{place}.message.{key}": value for key, value in message.items()}
        said = {
            "role": "assistant", "content": f"Next is depot {turn}.", "tool_calls.0.tool_call.id": f"call-{turn}",
            "tool_calls.0.tool_call.function.name": "count_parcels", "tool_calls.0.tool_call.function.arguments": f'{{"depot": {turn}}}',
        }  # fmt: skip
        attributes |= {f"llm.output_messages.0.message.{key}": value for key, value in said.items()}
        yield span(2 * turn + 1, 0, "plan", "LLM", trace, **attributes)
        result = f'{{"depot": {turn}, "parcels": {turn * 7919 % 1000}}}'
        ran = {"tool.name": "count_parcels", "input.value": f'{{"depot": {turn}}}', "output.value": result}
        yield span(2 * turn + 2, 0, "count_parcels", "TOOL", trace, **ran)
        turns.append((f"call-{turn}", result))


def nested(levels: int) -> Iterator[dict[str, Any]]:
    """A chain of chains, the model at its end."""
    for level in range(levels - 1):
        told = {"input.value": "How deep?", "output.value": START}
        yield span(level, level - 1 if level else None, f"level {level}", "CHAIN", **told)
    yield span(levels - 1, levels - 2, **{"input.value": "How deep?", "output.value": START})


def many(size: int) -> Iterator[dict[str, Any]]:
    """Traces of 50 kB until there are so many bytes."""
    text = prose(50_000)
    for number in range(size // 50_000):
        attributes = {"input.value": f"Question {number}", "output.value": f"{START} {number} {text}"}
        yield span(number, None, trace=f"{number + 1:032x}", **attributes)


def following(first: Iterator[dict[str, Any]], then: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Two items of a queue."""
    yield from first
    for row in then:
        context = {"trace_id": "b" * 32, "span_id": "b" + row["context"]["span_id"][1:]}
        yield {**row, "context": context, "parent_id": row["parent_id"] and "b" + row["parent_id"][1:]}


def busy(size: int) -> Iterator[dict[str, Any]]:
    """An agent's trace of so many bytes: spans of 100 kB."""
    text = prose(100_000)
    for number in range(size // 100_000):
        yield span(number, 0 if number else None, **{"input.value": f"Question {number}", "output.value": f"{START} {number} {text}"})


def queued(folder: Path, name: str, spans: Iterator[dict[str, Any]]) -> Path:
    """A store with a queue of these spans."""
    store = folder / f"{name}.db"
    fill_store(store, write_lines(folder / f"{name}.jsonl", spans))
    return store
