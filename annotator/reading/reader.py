"""One span, understood: every convention that its keys name reads it, the first to say a thing wins."""

from typing import Any

from annotator.domain.message import Reading
from annotator.domain.span import ERROR, NOTICE, Span
from annotator.reading.convention import Convention
from annotator.reading.conventions.feedback import Feedback
from annotator.reading.conventions.functions import Functions
from annotator.reading.conventions.gen_ai import GenAI
from annotator.reading.conventions.gen_ai_events import GenAIEvents
from annotator.reading.conventions.genkit import Genkit
from annotator.reading.conventions.google_adk import GoogleADK
from annotator.reading.conventions.guardrails import Guardrails
from annotator.reading.conventions.langfuse import Langfuse
from annotator.reading.conventions.langsmith import LangSmith
from annotator.reading.conventions.livekit import LiveKit
from annotator.reading.conventions.logfire import Logfire
from annotator.reading.conventions.mlflow import MLflow
from annotator.reading.conventions.openinference import OpenInference
from annotator.reading.conventions.openllmetry import OpenLLMetry
from annotator.reading.conventions.plain import Plain, named_so
from annotator.reading.conventions.promptflow import Promptflow
from annotator.reading.conventions.spring_ai import SpringAI
from annotator.reading.conventions.traceloop import Traceloop
from annotator.reading.conventions.vector_db import VectorDB
from annotator.reading.conventions.vercel import Vercel
from annotator.reading.merging import MERGED
from annotator.reading.pieces.failures import failures, tool_failed
from annotator.reading.values.nesting import nest

CONVENTIONS: tuple[Convention, ...] = (
    OpenInference(),
    Feedback(),
    Guardrails(),
    Vercel(),
    Traceloop(),
    GoogleADK(),
    SpringAI(),
    Genkit(),
    LiveKit(),
    Promptflow(),
    GenAI(),
    GenAIEvents(),
    Logfire(),
    OpenLLMetry(),
    VectorDB(),
    MLflow(),
    Langfuse(),
    LangSmith(),
    Functions(),
    Plain(),
)
"""In order of trust; the last is the fallback."""

KNOWN = frozenset(root for convention in CONVENTIONS for root in convention.roots)
SHOWN = ("input_text", "output_text", "input_messages", "output_messages", "tool_arguments", "documents", "embedded", "evaluations")
"""Where a span says anything here, it was understood."""

NUMBERS = frozenset((int, float))
"""A count of 0 is said; every other empty value is not."""

RECORDED = ("input_text", "output_text")
"""Fields in which an empty text is something that was recorded."""

MOST_ASKED, LONGEST_ASKED = 1000, 1000
_asked: dict[tuple[str, ...], tuple[Convention, ...]] = {}
"""The conventions that first segments name, found once."""


def read(span: Span) -> Reading:
    """What the span says. Never raises, whatever the attributes hold."""
    said: dict[str, Any] = {}
    tree = nest(span.attributes)
    roots = tuple(tree)
    if span.events:
        roots += tuple(event.name.partition(".")[0] for event in span.events)
    for convention in _asked.get(roots) or _named(roots):
        for name, value in convention.read(span, tree).items():
            if value is None or (not value and type(value) not in NUMBERS and name not in RECORDED):
                continue
            if name not in said or said[name] == "":
                said[name] = value
            elif value and name in MERGED:
                said[name] = MERGED[name](said[name], value)
    if (span.kind == "TOOL" or said.get("kind") == "TOOL") and (told := said.get("output_text")):
        said["tool_failed"] = tool_failed(told)
    if said.keys().isdisjoint(SHOWN):
        for name, value in named_so(span.attributes, KNOWN).items():
            said.setdefault(name, value)
    if span.events or span.status_code == ERROR or NOTICE in span.extra:
        told = failures(span)
        said["failures"] = told if any(failure.kind or failure.message for failure in told) else said.get("failures") or told
    if span.session_id:
        said.setdefault("session_id", span.session_id)
    return Reading(**said)


def _named(roots: tuple[str, ...]) -> tuple[Convention, ...]:
    if len(_asked) >= MOST_ASKED:
        _asked.clear()
    found = tuple(convention for convention in CONVENTIONS if not convention.roots.isdisjoint(roots))
    if sum(map(len, roots)) < LONGEST_ASKED:
        _asked[roots] = found
    return found
