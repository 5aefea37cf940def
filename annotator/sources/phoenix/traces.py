"""The traces of a project with the headers of their spans."""

from collections.abc import Iterator
from datetime import timedelta

from annotator.domain.queue import Selection
from annotator.domain.source import BadLine, Page
from annotator.domain.span import SpanHeader
from annotator.errors import ServerError, ServerFailure
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.graphql import ask
from annotator.sources.phoenix.listing import Progress
from annotator.sources.phoenix.projects import project_id
from annotator.sources.phoenix.spans import list_spans
from annotator.sources.phoenix.wire import EPOCH, TracePage

TRACES_A_PAGE = 100
LATE_NS = 3600 * 1_000_000_000
"""A span may start this long after its trace: traces from that long before `since` are listed too."""


def iso(time_ns: int) -> str:
    """UTC, cut to microseconds."""
    return (EPOCH + timedelta(microseconds=time_ns // 1000)).isoformat()


def list_traces(client: Client, project: str, selection: Selection, cursor: str | None) -> Iterator[Page]:
    """GET {project}/traces, whole traces by their start. A page's cursor is `READ CURSOR`: traces so far, the server's cursor."""
    fixed: list[tuple[str, str | int]] = [
        ("limit", TRACES_A_PAGE),
        ("sort", "start_time"),
        ("order", "asc" if selection.order == "oldest" else "desc"),
    ]
    if selection.session is not None:
        fixed.append(("session_identifier", selection.session))
    if selection.since_ns is not None:
        fixed.append(("start_time", iso(selection.since_ns - LATE_NS)))
    if selection.until_ns is not None:
        fixed.append(("end_time", iso(selection.until_ns + 999)))
    before, _, place = (cursor or "0 ").partition(" ")
    read, total = int(before), None
    progress = Progress(client, f"{project}/traces")
    while True:
        query = [*fixed, *([("cursor", place)] if place else [])]
        bad: tuple[BadLine, ...] = ()
        try:
            page = client.get(f"{project}/traces", TracePage, [("include_spans", "true"), *query])
            headers = tuple(span.header(trace.trace_id, selection.session) for trace in page.data for span in trace.spans or ())
        except ServerFailure as error:
            if error.status != 500:
                raise
            page = client.get(f"{project}/traces", TracePage, query)
            headers, bad = _headers(client, project, [trace.trace_id for trace in page.data])
        read += len(page.data)
        place = page.next_cursor or ""
        yield Page(headers, cursor=f"{read} {place}" if place else None, bad=bad, read=read, total=total if place else read)
        if not place:
            return
        progress.check(place, tuple(trace.trace_id for trace in page.data))
        if total is None and (selection.since_ns, selection.until_ns, selection.session) == (None, None, None):
            total = count_traces(client, project)


def _headers(client: Client, project: str, trace_ids: list[str]) -> tuple[tuple[SpanHeader, ...], tuple[BadLine, ...]]:
    """The headers of these traces from their whole spans, where the listing fails with them; and the traces that have none."""
    by_trace: dict[str, list[SpanHeader]] = {trace_id: [] for trace_id in trace_ids}
    for spans in list_spans(client, project, trace_ids):
        for span in spans:
            by_trace[span.trace_id].append(span)
    said = "the server fails with every span of trace"
    bad = tuple(BadLine(0, f"{said} {trace_id} (500)") for trace_id, found in by_trace.items() if not found)
    return tuple(header for found in by_trace.values() for header in found), bad


def count_traces(client: Client, project: str) -> int | None:
    """How many traces a project has; None where the server does not say. REST has no count."""
    query = "query($id: ID!) { node(id: $id) { ... on Project { traceCount } } }"
    try:
        found = ask(client, query, {"id": project_id(project)})["node"]["traceCount"]
    except (ServerError, KeyError, TypeError):
        return None
    return found if isinstance(found, int) else None
