"""The session of a trace, read from the store: its other traces as turns."""

import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence

from annotator.domain.message import Reading
from annotator.domain.span import Span, SpanHeader, Trace, root
from annotator.domain.trace_store import TraceStore
from annotator.reading import read
from annotator.text.trace.turns import Conversation, Turn, turn

LONGEST = 500
"""Traces of a session beyond which it is no conversation."""
ALL = 1 << 40
"""More than a session has."""
MOST = 20
"""Turns that are read."""
LATER = 5
"""Of which later ones."""
LARGEST = 250_000
"""Bytes in the store of all turns that are read together; a turn beyond is named."""
Known = MutableMapping[tuple[str, int], Turn]
"""By trace id and bytes in the store."""


class Readings(Mapping[str, Reading]):
    """Spans are read when they are asked for."""

    def __init__(self, trace: Trace) -> None:
        self._spans = {span.span_id: span for span in trace.spans}
        self._known: dict[str, Reading] = {}

    def __getitem__(self, span_id: str) -> Reading:
        if span_id not in self._known:
            self._known[span_id] = read(self._spans[span_id])
        return self._known[span_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


def session_id(spans: Sequence[SpanHeader]) -> str | None:
    """The root's session, else the first that a span names."""
    top = root(tuple(spans))
    named = [top] if top is not None and top.session_id else [span for span in spans if span.session_id]
    return named[0].session_id if named else None


def conversation(
    store: TraceStore,
    source_id: int,
    trace: Trace,
    everything: bool = False,
    as_received: bool = False,
    known: Known | None = None,
    judged: str = "",
) -> Conversation | None:
    """None where the trace has no session, or is alone in it. `everything`: every turn, whatever its size; `as_received`: not redacted.

    `known`: turns that were read before, all redacted or all not; what is read goes there. `judged`: the session that is judged, whose
    newest trace this is, every turn of it and at most LONGEST; '' where the trace is only seen in its session.
    """
    session = session_id(trace.spans) or judged
    traces = store.session_traces(source_id, judged or session, ALL if judged else LONGEST) if session else []
    if session and not traces:  # it may be a redacted name
        received = session_id(store.headers(source_id, trace.trace_id))
        traces = store.session_traces(source_id, received, LONGEST) if received else []
    if not session or trace.trace_id not in traces or len(traces) < 2:
        return None
    at = traces.index(trace.trace_id)
    later = traces[at + 1 :] if everything else traces[at + 1 : at + 1 + LATER]
    first = 0 if everything else max(0, at - LONGEST if judged else at - (MOST - len(later)))
    everything = everything or bool(judged)
    room = sys.maxsize if everything else LARGEST
    found: dict[int, Turn] = {}
    for place in (*range(at - 1, first - 1, -1), *range(at + 1, at + 1 + len(later))):
        size = store.payload_size(source_id, traces[place])
        room -= size
        one = known.get((traces[place], size)) if known is not None and room >= 0 else None
        found[place] = one._replace(place=place + 1) if one else _turn(store, source_id, traces[place], place + 1, size, room, as_received)
        if known is not None and not found[place].unread:
            known[traces[place], size] = found[place]
    earlier = tuple(found[place] for place in range(first, at))
    return Conversation(session, at + 1, len(traces), earlier, tuple(found[at + 1 + place] for place in range(len(later))), bool(judged))


def _turn(store: TraceStore, source_id: int, trace_id: str, place: int, size: int, room: int, as_received: bool) -> Turn:
    trace = store.trace(source_id, trace_id, as_received) if size and room >= 0 else None
    if trace is None or not trace.spans:
        unread = "not read, for its size" if size and room < 0 else "its spans are not here yet"
        return Turn(trace_id, place, None, None, unread=unread)
    quick = _root_alone(trace, place)
    return quick or turn(trace, Readings(trace), place)


def _root_alone(trace: Trace, place: int) -> Turn | None:
    """Both ends from the root alone, where it says them in plain words."""
    root: Span | None = trace.root
    if root is None:
        return None
    said = turn(Trace(trace.trace_id, (root,)), {root.span_id: read(root)}, place)
    plain = (said.question or "{")[0] not in "{[" and (said.answer or "{")[0] not in "{["
    return said if plain else None
