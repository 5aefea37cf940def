"""What is reviewed: the recorded traces of tests/traces, copied under new ids until there are enough; and traces made up."""

import gzip
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from annotator.domain.payload import PackedSpan
from annotator.domain.queue import Selection
from annotator.domain.source import Capabilities, Page, Wanted
from annotator.domain.span import Span

TRACES = Path(__file__).parent.parent / "traces"
USUAL = (
    "anthropic-messages", "bedrock", "haystack", "langchain-langgraph", "litellm", "llamaindex-rag", "mistralai", "openai-agents",
    "openai-chat", "vercel-ai-openinference",
)  # fmt: skip

SCORE_RUBRIC = """
[[config]]
name = "confidence"
type = "continuous"
lower_bound = 0
upper_bound = 1000
"""

DOCUMENT_RUBRIC = """
[[config]]
name = "relevance"
type = "categorical"
target = "document"
values = [{ label = "relevant", score = 1 }, { label = "irrelevant", score = 0 }]
"""
DOCUMENTS = 5
"""Of each retrieval."""


def recorded(names: Sequence[str]) -> list[dict[str, Any]]:
    """Spans as Phoenix lists them."""
    spans = []
    for name in names:
        with gzip.open(TRACES / f"{name}.phoenix-spans.jsonl.gz", "rt", encoding="utf-8") as pages:
            spans += [span for page in pages for span in json.loads(page)["data"]]
    return spans


def copies(names: Sequence[str], count: int) -> Iterator[dict[str, Any]]:
    """At least `count` spans, in whole copies of the sets."""
    spans = recorded(names)
    for copy in range(-(-count // len(spans))):
        for span in spans:
            context = {key: f"{copy:06x}{value[6:]}" for key, value in span["context"].items()}
            parent = span["parent_id"] and f"{copy:06x}{span['parent_id'][6:]}"
            yield span | {"context": context, "parent_id": parent}


def write_lines(path: Path, spans: Iterable[dict[str, Any]]) -> Path:
    """One span a line."""
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(span, ensure_ascii=False) + "\n" for span in spans)
    return path


def long_trace(paragraphs: int) -> Iterator[dict[str, Any]]:
    """One span whose answer takes a few lines a paragraph, no two alike."""
    said = (f"Paragraph {n}. " + f"It says {n * 7919} and again {n * 104729} in plain words. " * 5 for n in range(1, paragraphs + 1))
    text = "\n\n".join(said)
    yield {
        "name": "chat", "context": {"trace_id": "a" * 32, "span_id": "b" * 16}, "span_kind": "LLM", "parent_id": None, "status_code": "OK",
        "status_message": "", "start_time": "2026-01-01T00:00:00+00:00", "end_time": "2026-01-01T00:00:01+00:00", "events": [],
        "attributes": {"input.value": "Tell me all of it.", "output.value": text},
    }  # fmt: skip


def retrievals(count: int) -> Iterator[dict[str, Any]]:
    """So many traces, each a question, the documents that were found and an answer."""
    for number in range(count):
        trace_id = f"{number + 1:032x}"
        asked = f"Where is order {number * 7919}?"
        found = {
            f"retrieval.documents.{place}.document.{key}": value
            for place in range(DOCUMENTS)
            for key, value in (("content", f"Passage {place} about {number * 7919 + place}. " * 12), ("score", 0.9 - place / 10))
        }
        parts = (
            ("ask", "CHAIN", {"input.value": asked, "output.value": f"At depot {number % 97}."}),
            ("search", "RETRIEVER", {"input.value": asked} | found),
        )
        for place, (name, kind, attributes) in enumerate(parts):
            at = f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.{place:03}+00:00"
            yield {
                "name": name, "context": {"trace_id": trace_id, "span_id": f"{2 * number + place + 1:016x}"}, "span_kind": kind,
                "parent_id": f"{2 * number + 1:016x}" if place else None, "status_code": "OK", "status_message": "",
                "start_time": at, "end_time": at, "events": [], "attributes": attributes,
            }  # fmt: skip


class Many:
    """A source of made-up traces of four spans, 0.7 kB of JSON a span, packed as those of a big file are."""

    capabilities = Capabilities(payloads_with_listing=True)
    stamp = ""

    def __init__(self, spans: int) -> None:
        self.traces = -(-spans // SPANS_OF_ONE)

    def pages(self, selection: Selection, cursor: str | None = None, wanted: Wanted | None = None) -> Iterator[Page]:
        for first in range(0, self.traces, TRACES_A_PAGE):
            last = min(first + TRACES_A_PAGE, self.traces)
            packed = tuple(span for number in range(first, last) for span in made_up(number))
            yield Page(packed=packed, read=last, total=self.traces, cursor=str(last))

    def spans(self, trace_ids: Collection[str]) -> Iterator[Sequence[Span]]:
        return iter(())


SPANS_OF_ONE = 4
TRACES_A_PAGE = 1000
"""Ten times as many as a file gives: fewer commits."""


def made_up(number: int) -> Iterator[PackedSpan]:
    """A trace: an agent that looks something up and asks a model twice. Every 50th fails, 16 make a session.

    Ids grow with time, as some tracers make them: random ones write every page of the indexes again and again, for two minutes a million.
    """
    trace_id = f"{number:032x}"
    start = 1_760_000_000_000_000_000 + number * 1_000_000_000
    status = "ERROR" if number % 50 == 7 else "OK"
    top = ""
    for place, (name, kind) in enumerate((("agent", "AGENT"), ("search", "RETRIEVER"), ("plan", "LLM"), ("answer", "LLM"))):
        span_id = f"{number * SPANS_OF_ONE + place + 1:016x}"
        asked, said = f"Where is order {number * 7919}?", f"Order {number * 7919} left depot {number % 97} and comes on day {number % 28}."
        attributes = {
            "input.value": f"{asked} The customer writes for the {place + 1}. time and wants to know when it comes.", "output.value": said,
            "llm.model_name": "gpt-4o-mini", "llm.token_count.prompt": 100 + number % 900, "llm.token_count.completion": 10 + number % 90,
            "metadata": f'{{"tenant": "{number % 331}", "release": "2026.{number % 12}"}}',
        }  # fmt: skip
        payload = json.dumps([span_id, "", attributes, [], {}], separators=(",", ":"))
        first = start + place * 10_000_000
        last = first + 5_000_000 if place else start + 900_000_000
        yield PackedSpan(
            trace_id, span_id, top or None, name, kind, status if place in (0, 3) else "OK",
            first, last, f"session-{number // 16}", payload.encode(),
        )  # fmt: skip
        top = top or span_id
