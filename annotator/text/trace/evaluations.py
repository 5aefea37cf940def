"""What guardrails and evaluators found; one that tripped is loud."""

import re
from collections.abc import Iterator

from annotator.domain.message import Evaluation, Failure, Reading
from annotator.domain.span import Span
from annotator.text.block import Block
from annotator.text.escape import BLANK, one_line, visible
from annotator.text.markup.readable import pretty
from annotator.text.shape.scope import Scope
from annotator.text.trace.keyed import Keyed

TITLES = {"GUARDRAIL": "GUARDRAIL", "EVALUATOR": "EVAL"}
TRIPPED = re.compile(r"guard ?rail|tripwire", re.IGNORECASE)
"""What the failure of a span around a guardrail that tripped says."""


def evaluated(scope: Scope, keyed: Keyed, span: Span, reading: Reading) -> Iterator[Block]:
    """A block for each finding; for a guardrail or an evaluator without one, its output, or that there was none.

    A guardrail that tripped says so itself, or the span around it does (see `tripping`).
    """
    kind = "GUARDRAIL" if scope.kind(span) == "GUARDRAIL" else "EVALUATOR"
    for found in reading.evaluations:
        yield _finding(keyed, span, "" if span is scope.root else _given(reading), kind, found)
    if reading.evaluations or scope.kind(span) not in TITLES:
        return
    tripped = tripping(scope, span)
    body, syntax = pretty(reading.output_text or "")
    note = not body
    if note:
        body = "no result was recorded" if reading.input_text else "neither input nor result was recorded"
    if tripped is not None:
        body, syntax = f"tripped: {one_line(tripped.message)}{'; ' if note else chr(10)}{body}", "text"
    head = one_line(span.name)
    yield keyed.block(
        span.span_id, kind.lower(), TITLES[kind], body, head=head, detail=_given(reading), syntax=syntax, note=note and tripped is None,
        weight="step" if tripped is None else "error", summary=f"{head}   {one_line(body)}",
    )  # fmt: skip


def _finding(keyed: Keyed, span: Span, given: str, kind: str, found: Evaluation) -> Block:
    known = [one_line(found.label)] if found.label else []
    if found.passed is not None:
        known.insert(0, "passed" if found.passed else "tripped" if kind == "GUARDRAIL" else "failed")
    if found.score is not None:
        known.append(f"score {found.score:.3g}")
    if found.judge:
        known.append(f"by {one_line(found.judge)}")
    explanation = visible(found.explanation.strip(BLANK))
    body = "   ".join(known) + ("\n" if known and explanation else "") + explanation
    name = one_line(found.name or span.name) + (f"  of the {found.target}" if found.target else "")
    loud = found.passed is False and kind == "GUARDRAIL"
    return keyed.block(
        span.span_id, kind.lower(), TITLES[kind], body or "no result was recorded", head=name,
        detail=given, weight="error" if loud else "step", note=not body,
    )  # fmt: skip


def _given(reading: Reading) -> str:
    """What was looked at, and what came out in full."""
    given, told = (pretty(text)[0] if text else "" for text in (reading.input_text, reading.output_text if reading.evaluations else None))
    return "\n".join(f"{name}: {text}" for name, text in (("input", given), ("output", told)) if text and text != "{}")


def tripping(scope: Scope, span: Span) -> Failure | None:
    """The failure of a guardrail, or of a span around it that names it, which says that it tripped."""
    if scope.kind(span) != "GUARDRAIL":
        return None
    for around in (span, *scope.above(span)):
        for failure in scope.reading(around).failures:
            if TRIPPED.search(failure.message) and (around is span or span.name in failure.message):
                return failure
    return None
