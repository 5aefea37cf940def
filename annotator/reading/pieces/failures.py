"""Exceptions from span events, the status message where it says more, and why a span's content is not here."""

from annotator.domain.message import Failure
from annotator.domain.span import ERROR, NOTICE, Span
from annotator.reading.pieces.parts import may_have_failed, says_failed
from annotator.reading.values.nested import parse, text
from annotator.reading.values.nesting import nest

TRACEBACK = "Traceback (most recent call last)"


def failures(span: Span) -> tuple[Failure, ...]:
    """Each recorded exception once, then the status message of a failed span unless an exception says it."""
    found: list[Failure] = []
    for event in span.events:
        if "exception" not in event.name and not any(key.startswith("exception") for key in event.attributes):
            continue
        node = nest(event.attributes).get("exception")
        node = node if isinstance(node, dict) else {}
        failure = Failure(text(node.get("type")) or "", text(node.get("message")) or "", text(node.get("stacktrace")) or "")
        if failure not in found and (failure.kind or failure.message or failure.stack):
            found.append(failure)
    status = span.status_message.strip(" \t\r\n")
    if span.status_code == ERROR and not any(_says(failure, status) for failure in found):
        found.append(_told(status) or _typed(span, status))
    if notice := text(span.extra.get(NOTICE)):
        found.append(Failure("", notice))
    return tuple(found)


def tool_failed(told: str) -> bool:
    """True for the output of a TOOL span that is a message which says so: MCP's `isError`, LangChain's ToolMessage with its status."""
    value = parse(told) if may_have_failed(told) else None
    return isinstance(value, dict) and "content" in value and says_failed(value)


def _told(status: str) -> Failure | None:
    """A failure from `ValueError: text`, or from a stack whose last line that is (LangSmith); None for any other text."""
    before, mark, _ = status.partition(TRACEBACK)
    last = status.rstrip().rpartition("\n")[2] if mark else status
    kind, _, message = last.partition(": ")
    if mark and not kind.replace(".", "").isidentifier():
        return Failure("", before.strip(" \t\r\n"), status[len(before) :])
    if mark:
        return Failure(kind, message, status[len(before) :])
    return Failure(kind, message) if message and kind.isidentifier() else None


def _typed(span: Span, status: str) -> Failure:
    """A failure without an exception: `error.type` names it (OpenTelemetry); `error.message`, `error.stack_trace` (LiteLLM)."""
    kind, message, stack = (text(span.attributes.get(f"error.{field}")) or "" for field in ("type", "message", "stack_trace"))
    return Failure(kind, status or message, stack)


def _says(failure: Failure, status: str) -> bool:
    return not status or status == failure.kind or (bool(failure.message) and failure.message in status) or status in failure.message
