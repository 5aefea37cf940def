"""What is reviewed: the recorded traces of tests/traces, copied under new ids until there are as many spans as wanted."""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

TRACES = Path(__file__).parent.parent / "traces"
USUAL = (
    "anthropic-messages", "bedrock", "haystack", "langchain-langgraph", "litellm", "llamaindex-rag", "mistralai", "openai-agents",
    "openai-chat", "vercel-ai-openinference",
)  # fmt: skip
SMALL = ("haystack", "llamaindex-rag", "openai-agents")
"""1 KB a span, where many are wanted."""

SCORE_RUBRIC = """
[[config]]
name = "confidence"
type = "continuous"
lower_bound = 0
upper_bound = 1000
"""


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
