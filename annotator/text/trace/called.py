"""A tool call as blocks: what was passed, what went wrong, what came back; a handoff in one line."""

from collections.abc import Iterator

from annotator.domain.message import Failure
from annotator.domain.span import Span
from annotator.text.block import Block, Weight
from annotator.text.escape import BLANK, one_line, visible
from annotator.text.markup.readable import arguments, brief, media_in, pretty
from annotator.text.shape.speakers import route
from annotator.text.trace.calls import Call
from annotator.text.trace.keyed import SUMMED, Keyed


def called(keyed: Keyed, call: Call, weight: Weight = "step") -> Iterator[Block]:
    """A call, its failure, its results."""
    name, span_id = one_line(call.name), call.span.span_id if call.span else call.span_id
    failures = call.reading.failures if call.reading else ()
    if call.hands_over and call.span is not None and not failures:
        yield _handoff(keyed, call, call.span)
        return
    body, syntax = arguments(call.arguments or "")
    note = call.arguments is None
    yield keyed.block(
        span_id, "call", "CALL", "no arguments were recorded" if note else body,
        head=name, syntax=syntax, weight=weight, note=note, media=media_in(call.arguments or ""),
    )  # fmt: skip
    for failure in failures:
        yield failed(keyed, span_id, failure)
    results = call.results()
    for result in results:
        told, form = pretty(result)
        media = call.media if result in call.answers else media_in(result)
        summary = brief(result) if form == "table" else ""
        if call.failed and not failures:
            yield keyed.block(span_id, "result", "✗", told, syntax=form, weight="error", media=media, summary=summary)
        else:
            yield keyed.block(span_id, "result", "=", told, syntax=form, media=media, summary=summary)
    if not results and not failures and weight == "step":
        empty = bool(call.answers) or (call.reading is not None and call.reading.output_text == "")
        said = "the result is an empty text" if empty else "no result was recorded"
        yield keyed.block(span_id, "result", "=", said, note=True)


def _handoff(keyed: Keyed, call: Call, span: Span) -> Block:
    """One line: from whom to whom; what else the call and its result say when it is opened."""
    body = one_line(route(call.reading, span.name, None))
    asked = f"{call.name}({call.arguments or ''})" if call.asked and call.name != span.name else ""
    more = [text for text in (asked, *call.answers) if text.strip(BLANK)]
    detail = "\n".join(pretty(text)[0] for text in more)
    return keyed.block(span.span_id, "handoff", "HANDOFF", body, head=one_line(span.name), detail=detail)


def failed(keyed: Keyed, span_id: str, failure: Failure) -> Block:
    """An exception or an error status, its stack folded."""
    message = ": ".join(part for part in (failure.kind, failure.message) if part) or "failed; no message was recorded"
    stack = visible(failure.stack.strip("\n"))
    return keyed.block(
        span_id, "error", "✗", visible(message.strip(BLANK)), detail=stack, weight="error", summary=one_line(message[:SUMMED])
    )  # fmt: skip
