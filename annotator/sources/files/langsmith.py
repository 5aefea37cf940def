"""LangSmith runs: bodies of `POST /runs/batch`, and runs as the API lists them, with or without their child runs.

https://docs.langchain.com/langsmith/run-data-format
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.kinds import openinference_kind
from annotator.domain.span import Span, SpanEvent
from annotator.sources.files.values import any_nano, first, parent_id, span_or_trace_id, text

RUN = "langsmith.run."
"""The prefix of a run's own fields among the attributes."""
_THREAD = ("session_id", "thread_id", "conversation_id")
"""Metadata that joins traces to a thread; the first wins, as in LangSmith."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_STATUS = {"success": "OK", "error": "ERROR"}


def is_batch(record: Mapping[str, Any]) -> bool:
    """True for a body of POST /runs/batch: runs that start and runs that go on."""
    return isinstance(record.get("post"), list) or isinstance(record.get("patch"), list)


def is_run(record: Mapping[str, Any]) -> bool:
    """True for one run, or for what is new of one."""
    return ("run_type" in record and _id(record) != "") or ("dotted_order" in record and "trace_id" in record)


class Runs:
    """Reads records of one file or folder in their order: a run and its end may stand in different ones.

    Every record gives its runs at once, an unfinished one without an end; when the rest comes the run is given again, whole.
    """

    def __init__(self) -> None:
        self._unfinished: dict[str, Mapping[str, Any]] = {}
        self._finished: set[str] = set()
        """Runs of batches that have ended: what comes of them later has nothing to be joined to any more."""

    def unfinished(self) -> bool:
        """True while a later record may go on with a run of an earlier one."""
        return bool(self._unfinished)

    def spans_of_batch(self, record: Mapping[str, Any]) -> Iterator[Span | str]:
        """Each run of a body once; a string says why something in it is none."""
        merged: dict[str, Mapping[str, Any]] = {}
        for key in ("post", "patch"):
            listed = record.get(key)
            if listed is not None and not isinstance(listed, list):
                yield f"{key}: not an array"
                continue
            for index, run in enumerate(listed or []):
                run_id = _id(run) if isinstance(run, dict) else ""
                if not run_id:
                    yield f"{key}[{index}]: {'a run without an id' if isinstance(run, dict) else 'not an object'}"
                elif key == "patch" and run_id in self._finished and run_id not in merged:
                    yield f"{key}[{index}]: a second end of the run {run_id}"
                else:
                    merged[run_id] = self._joined(merged.get(run_id) or self._unfinished.get(run_id), run)
        rest = {key: value for key, value in record.items() if key not in ("post", "patch") and value}
        for run_id, run in merged.items():
            yield from self._spans(run, rest)
            if run_id not in self._unfinished:
                self._finished.add(run_id)

    def spans_of_run(self, run: Mapping[str, Any]) -> Iterator[Span | str]:
        """A run and its child runs."""
        yield from self._spans(self._joined(self._unfinished.get(_id(run)), run), {})

    def _joined(self, known: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is new of a run over what is known of it; a start that comes after the end stays below it."""
        if known is None:
            return new
        return _over(new, known) if "start_time" in new and "start_time" not in known else _over(known, new)

    def _spans(self, top: Mapping[str, Any], extra: Mapping[str, Any]) -> Iterator[Span | str]:
        waiting: list[tuple[Mapping[str, Any], str, str]] = [(top, "", "")]
        while waiting:
            run, above, trace = waiting.pop()
            run_id = _id(run)
            if any_nano(run.get("start_time")) is None or any_nano(run.get("end_time")) is None:
                self._unfinished[run_id] = run
            else:
                self._unfinished.pop(run_id, None)
            span = _span(run, above, trace, extra)
            yield span
            children = run.get("child_runs")
            for child in reversed(children) if isinstance(children, list) else ():
                if isinstance(child, dict) and _id(child):
                    waiting.append((child, run_id, span.trace_id if isinstance(span, Span) else trace))
                else:
                    yield "child_runs: not a run"


def _span(run: Mapping[str, Any], above: str, trace: str, extra: Mapping[str, Any]) -> Span | str:
    span_id, path = _id(run), _path(run)
    parent = parent_id(run.get("parent_run_id")) or (path[-2] if len(path) > 1 else None) or above or None
    trace_id = span_or_trace_id(run.get("trace_id")) or (path[0] if path else "") or trace or ("" if parent else span_id)
    if not trace_id:
        return f"the run {span_id} without a trace id"
    error = run.get("error")
    events, odd = _events(run.get("events"))
    fields = {
        RUN + key: value
        for key, value in run.items()
        if value is not None and key != "events" and not (key == "child_runs" and isinstance(value, list))
    }
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent,
        name=text(run.get("name")) or text(run.get("run_type")) or "run",
        kind=text(openinference_kind(run.get("run_type"))),
        status_code="ERROR" if error else _STATUS.get(text(run.get("status")), "UNSET"),
        start_ns=any_nano(run.get("start_time")),
        end_ns=any_nano(run.get("end_time")),
        session_id=_session(run),
        status_message=text(error),
        attributes=fields,
        events=events,
        extra={**extra, **({"events": odd} if odd else {})},
    )


def _id(run: Mapping[str, Any]) -> str:
    """A run's id: its own, else the last of its dotted order."""
    return span_or_trace_id(first(run, "id", "run_id")) or next(iter(_path(run)[-1:]), "")


def _path(run: Mapping[str, Any]) -> list[str]:
    """The ids from the root to the run, from `20241013T070537170001Z<id>.20241013T070537170002Z<id>`."""
    order = run.get("dotted_order")
    if not isinstance(order, str):
        return []
    return [found[0] for step in order.split(".") if (found := _UUID.search(step))]


def _session(run: Mapping[str, Any]) -> str | None:
    extra = run.get("extra")
    metadata = extra.get("metadata") if isinstance(extra, dict) else None
    if not isinstance(metadata, dict):
        return None
    found = first(metadata, *_THREAD)
    return text(found) or None if isinstance(found, str | int) else None


def _events(events: Any) -> tuple[tuple[SpanEvent, ...], Any]:
    """The events, and what of them is none, as received."""
    if not isinstance(events, list):
        return (), events
    good = [event for event in events if isinstance(event, dict)]
    read = tuple(
        SpanEvent(text(event.get("name")), any_nano(event.get("time")), {key: value for key, value in event.items() if key != "name"})
        for event in good
    )
    return read, [event for event in events if not isinstance(event, dict)]


def _over(known: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
    """The later values; what they leave out or leave empty stays, and objects in `extra` are joined."""
    joined = dict(known)
    for key, value in new.items():
        before = joined.get(key)
        if key in ("extra", "metadata") and isinstance(before, dict) and isinstance(value, dict):
            joined[key] = _over(before, value)
        elif value not in (None, "", [], {}) or before is None:
            joined[key] = value
    return joined
