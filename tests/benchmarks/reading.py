"""What it costs to make what the screen draws of stored payloads, beside json.loads of the same payloads."""

import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from annotator.domain.message import Reading
from annotator.domain.payload import payload_of
from annotator.domain.span import Span
from annotator.reading import read
from annotator.reading.values.remembered import forget
from annotator.sources.files import Files
from annotator.store.codec import whole_span
from tests.benchmarks.material import TRACES
from tests.benchmarks.table import Figures, Row, figures

GOAL = 2.5
SIZES = (2_000, 20_000, 200_000)
SHAPES = ("exploded", "REST ingest", "nested")
ENOUGH = 0.02
"""Seconds of the processor that one measurement takes, at least."""

Stored = tuple[Span, str]
"""A span, of which the header alone is used, and its payload."""


def measure(folder: Path, rounds: int) -> list[Row]:
    """Microseconds a span, of every recorded set and of spans of three sizes in Phoenix's three shapes.

    A set is read trace by trace, from its payloads to `Reading`s, with nothing known of its texts: only what its own spans repeat helps.
    """
    rows = []
    for name, spans in (*_recorded(folder), *_made()):
        stored = [(span, payload_of(span).decode("utf-8", "surrogatepass")) for span in spans]
        times = max(1, int(ENOUGH / max(1e-6, _seconds(_parsed, stored, 1))))
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(_seconds(_read, stored, times) / len(spans))
            theirs.append(_seconds(_parsed, stored, times) / len(spans))
        rows.append(Row(f"read {name}", "µs a span", _micros(ours), "json.loads", _micros(theirs), GOAL))
    return rows


def _read(stored: Sequence[Stored]) -> list[Reading]:
    forget()
    return [read(whole_span(span, json.loads(payload)[1:])) for span, payload in stored]


def _parsed(stored: Sequence[Stored]) -> list[Any]:
    return [json.loads(payload) for _, payload in stored]


def _seconds(act: Callable[[Sequence[Stored]], object], stored: Sequence[Stored], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        act(stored)
    return (time.process_time() - started) / times


def _micros(seconds: Sequence[float]) -> Figures:
    return figures(1e6 * one for one in seconds)


def _recorded(folder: Path) -> Iterator[tuple[str, list[Span]]]:
    for packed in sorted((*TRACES.glob("*.phoenix-spans.jsonl.gz"), *TRACES.glob("*.traces.jsonl.gz"))):
        path = folder / packed.name.removesuffix(".gz")
        path.write_bytes(gzip.decompress(packed.read_bytes()))
        spans = [span for page in Files(str(path)).pages_here((), None) for span in page.spans]
        spans.sort(key=lambda span: span.trace_id)
        yield path.name.partition(".")[0], spans


def _made() -> Iterator[tuple[str, list[Span]]]:
    for size in SIZES:
        for shape, attributes in zip(SHAPES, _attributes(size), strict=True):
            received = json.loads(json.dumps(attributes))
            yield f"{size // 1000} KB, {shape}", [Span("t", "s", None, "chat", "LLM", "OK", 1, 2, attributes=received)]


def _attributes(size: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A call with five messages and two tools, which `input.value` repeats, in each shape; about `size` bytes."""
    said = ('words of text, some "quoted", and so on\n' * (size // 400 + 1))[: size // 10]
    messages = [{"role": role, "content": said} for role in ("system", "user", "assistant", "user", "assistant")]
    answer = {"role": "assistant", "content": said}
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    tools = [json.dumps({"type": "function", "function": {"name": f"tool{n}", "parameters": schema}}) for n in range(2)]
    asked, given = {"model": "m", "messages": messages}, {"choices": [{"message": answer}]}
    whole = {"input.value": json.dumps(asked), "output.value": json.dumps(given)}
    counts = {"llm.token_count.prompt": 5, "llm.token_count.completion": 7, "llm.invocation_parameters": '{"temperature": 0.1}'}
    common = {"openinference.span.kind": "LLM", "llm.model_name": "m", **counts, **whole}
    heard, told = [{"message": message} for message in messages], [{"message": answer}]
    exploded: dict[str, Any] = dict(common)
    for key, listed in (("input_messages", heard), ("output_messages", told)):
        for place, one in enumerate(listed):
            exploded |= {f"llm.{key}.{place}.message.{field}": value for field, value in one["message"].items()}
    exploded |= {f"llm.tools.{place}.tool.json_schema": tool for place, tool in enumerate(tools)}
    offered = [{"tool": {"json_schema": tool}} for tool in tools]
    lists = {"llm.input_messages": heard, "llm.output_messages": told, "llm.tools": offered}
    ingest = common | {key: json.dumps(value) for key, value in lists.items()}
    model = {"model_name": "m", "token_count": {"prompt": 5, "completion": 7}, "invocation_parameters": '{"temperature": 0.1}'}
    nested = {
        "openinference": {"span": {"kind": "LLM"}},
        "llm": model | {key.removeprefix("llm."): value for key, value in lists.items()},
        "input": {"value": whole["input.value"]},
        "output": {"value": whole["output.value"]},
    }
    return exploded, ingest, nested
