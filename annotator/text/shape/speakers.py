"""Who speaks: the agent, or the part of a program, that a span belongs to; and the handing over from one to the next."""

import re

from annotator.domain.message import Reading
from annotator.domain.span import Span
from annotator.text.escape import BLANK
from annotator.text.shape.outline import CODE_NAMES
from annotator.text.shape.scope import Scope

HANDOFF = re.compile(r"(?:hand[ _-]?off[ _]to|transfer[ _]to)[ _](?P<to>.+)", re.IGNORECASE)
"""The names of the OpenAI Agents SDK's and of LangGraph's tools that hand over."""


def agent_of(scope: Scope, span: Span) -> str | None:
    """The nearest agent around a span, or the span itself; None where no agent is named."""
    for around in (span, *scope.above(span)):
        reading = scope.reading(around)
        if reading.agent or scope.kind(around) == "AGENT":
            return reading.agent or around.name
    return None


def named(scope: Scope, agent: str | None) -> str | None:
    """The name of an agent that another one calls by its id."""
    names = (reading.agent for reading in scope.readings.values() if reading.agent_id == agent and reading.agent)
    return next(names, agent) if agent else None


def part_of(scope: Scope, span: Span) -> str:
    """The nearest agent, else the nearest named part of the program that the span belongs to, else the span."""
    for around in scope.above(span):
        reading = scope.reading(around)
        if reading.agent or scope.kind(around) == "AGENT":
            return reading.agent or around.name
        if not scope.folded(around) and scope.above(around):
            return around.name
    return agent_of(scope, span) or span.name


def nodes(scope: Scope) -> dict[str, Span]:
    """By model span, the part of the program with a developer's name that speaks through it, where there are several and no agents."""
    found: dict[str, Span] = {}
    for span, _ in scope.order:
        if span.span_id in scope.models:
            if agent_of(scope, span):
                return {}
            found[span.span_id] = _node(scope, span)
    return found if len({node.name for node in found.values()}) > 1 else {}


def _node(scope: Scope, span: Span) -> Span:
    """The nearest chain around a span that a framework did not name, else the outermost span."""
    around = span
    for around in scope.above(span):
        if scope.kind(around) == "CHAIN" and not scope.folded(around) and not CODE_NAMES.fullmatch(around.name):
            break
    return around


def handed_to(name: str) -> str | None:
    """The agent that a tool of this name hands over to, without regard to how it is written; None for any other tool."""
    found = HANDOFF.fullmatch(name.strip(BLANK))
    return re.sub(r"\W+", "_", found["to"].lower()) if found else None


def route(reading: Reading | None, name: str, speaker: str | None) -> str:
    """`Triage → Flight desk`."""
    given, told = ((text or "").strip(BLANK) for text in ((reading.input_text, reading.output_text) if reading else ("", "")))
    named = HANDOFF.fullmatch(name.strip(BLANK))
    return f"{given or speaker or '?'} → {told or (named['to'] if named else name)}"
