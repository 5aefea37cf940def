"""What the spans of an item say, for those who export it: the question, the answer, the model call between them."""

from collections.abc import Iterator, Sequence

from annotator.domain.annotation import Target
from annotator.domain.exported import Recorded, Retrieved
from annotator.domain.message import Message, Part, Reading
from annotator.domain.queue import Item
from annotator.domain.span import Span, Trace
from annotator.domain.trace_store import TraceStore
from annotator.text.shape.outline import outline
from annotator.text.shape.scope import Scope
from annotator.text.trace.ends import answers, question
from annotator.workflow.questions import question_of
from annotator.workflow.turns import ALL, Readings


class Recordings:
    """Traces of a source; the last one stays read, since items of one trace follow each other."""

    def __init__(self, store: TraceStore, source_id: int) -> None:
        self.store = store
        self.source_id = source_id
        self._last: tuple[Trace, Readings] | None = None

    def of(self, item: Item) -> Recorded | None:
        """None while the payload is not here. Raises StoreError where it is damaged."""
        found = self._trace(item.trace_id)
        if found is None:
            return None
        trace, readings = found
        scope = Scope(trace, readings, item.span_id, outline(trace.spans, readings)) if trace.spans else None
        if scope is None:
            return Recorded("", "", None, "", "", (), (), 0)
        if item.target.kind == "session":
            return self._session(item, scope)
        asked, told = question_of(trace, item.span_id), "\n".join(end.text for end in answers(scope) if end.text)
        if item.target.kind == "document":
            told = _document(scope, item.target)
        return _recorded(scope, asked, told, *_call(scope, asked, told if item.target.kind != "document" else ""))

    def _trace(self, trace_id: str) -> tuple[Trace, Readings] | None:
        if self._last is None or self._last[0].trace_id != trace_id:
            trace = self.store.trace(self.source_id, trace_id)
            self._last = None if trace is None else (trace, Readings(trace))
        return self._last

    def _session(self, item: Item, scope: Scope) -> Recorded | None:
        """Its turns, the newest of which asks and answers; None while one of them is not here."""
        turns: list[tuple[str, str]] = []
        for trace_id in self.store.session_traces(self.source_id, item.target.id, ALL) or [item.trace_id]:
            found = self._trace(trace_id)
            if found is None:
                return None
            turn = Scope(*found, "")
            turns.append((question(turn).text or "", "\n".join(end.text for end in answers(turn) if end.text)))
        asked, told = turns[-1]
        earlier = [message for turn in turns[:-1] for message in (*_spoken("user", turn[0]), *_spoken("assistant", turn[1]))]
        return _recorded(scope, asked, told, (*earlier, *_spoken("user", asked)), _spoken("assistant", told), 1 if told else 0, None)


def _recorded(
    scope: Scope, asked: str, told: str, heard: tuple[Message, ...], said: tuple[Message, ...], choices: int, call: Span | None
) -> Recorded:
    readings = list(_readings(scope, call))
    return Recorded(
        scope.root.name,
        scope.top_kind,
        scope.root.session_id or next((reading.session_id for reading in readings if reading.session_id), None),
        asked,
        told,
        heard,
        said,
        choices,
        next((reading.tools for reading in readings if reading.tools), ()),
        tuple(_documents(scope)),
        next((reading.model for reading in readings if reading.model), None),
        next((reading.prompt_version for reading in readings if reading.prompt_version), None),
    )


def _readings(scope: Scope, call: Span | None) -> Iterator[Reading]:
    """Of the call and its twins, of the item's span, then of what is below it."""
    for span in _records(scope, call) if call is not None else ():
        yield scope.reading(span)
    yield scope.top
    for span, _ in scope.order:
        yield scope.reading(span)


def _records(scope: Scope, call: Span) -> Sequence[Span]:
    """All that recorded the call."""
    stand = scope.stand(call)
    return [call, *(span for span in (stand, *scope.twins(stand)) if span.span_id != call.span_id)]


def _call(scope: Scope, asked: str, told: str) -> tuple[tuple[Message, ...], tuple[Message, ...], int, Span | None]:
    """Input, output, how many choices, and span of the model call that spoke last; without one the two ends in words."""
    last = scope.last_said()
    if last is None:
        return _spoken("user", asked), _spoken("assistant", told), 1 if told else 0, None
    span, said = last
    heard = max((scope.reading(one).input_messages for one in _records(scope, span)), key=_length)
    texts = [message for message in said if message.text.strip()]
    return heard or _spoken("user", asked), said, max(1, len(texts)), span


def _length(messages: tuple[Message, ...]) -> int:
    return sum(1 + sum(len(part.text) for part in one.parts) + sum(len(call.arguments) for call in one.tool_calls) for one in messages)


def _spoken(role: str, text: str) -> tuple[Message, ...]:
    return (Message(role, (Part("text", text),)),) if text else ()


def _documents(scope: Scope) -> Iterator[Retrieved]:
    for span, _ in scope.order:
        if not scope.is_twin(span):
            for position, document in enumerate(scope.reading(span).documents):
                yield Retrieved(span.span_id, position, document)


def _document(scope: Scope, target: Target) -> str:
    """What a document that is judged says."""
    return next((one.document.content for one in _documents(scope) if (one.span_id, one.position) == (target.id, target.position)), "")
