"""Traces of a project: the listing (headers), and whole spans by trace."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from urllib.parse import unquote

from annotator.domain.queue import Selection
from annotator.domain.source import Page
from annotator.domain.span import Span
from annotator.errors import ServerError
from annotator.sources.phoenix.client import Client, Params, TooLarge
from annotator.sources.phoenix.wire import EPOCH, SpanPage, TracePage

TRACES_A_PAGE = 100
SPANS_A_PAGE = 100
TRACES_A_REQUEST = 25
QUERY_BYTES = 5000
"""nginx refuses request lines above 8 kB."""
LATE_NS = 3600 * 1_000_000_000
"""A span may start this long after its trace: traces from that long before `since` are listed too."""


def iso(time_ns: int) -> str:
    """UTC, cut to microseconds."""
    return (EPOCH + timedelta(microseconds=time_ns // 1000)).isoformat()


def batches(ids: Collection[str], count: int, extra: int) -> Iterator[list[str]]:
    """Distinct ids in order, `count` at most and short enough for a query in which each costs `extra` bytes more."""
    batch: list[str] = []
    size = 0
    for wanted in dict.fromkeys(ids):
        cost = len(wanted.encode("utf-8", "replace")) * (1 if wanted.isalnum() and wanted.isascii() else 3) + extra
        if batch and (len(batch) == count or size + cost > QUERY_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(wanted)
        size += cost
    if batch:
        yield batch


def list_traces(client: Client, project: str, selection: Selection, cursor: str | None) -> Iterator[Page]:
    """GET {project}/traces, whole traces by their start. A page's cursor is `READ CURSOR`: traces so far, the server's cursor."""
    fixed: list[tuple[str, str | int]] = [
        ("include_spans", "true"),
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
    while True:
        page = client.get(f"{project}/traces", TracePage, [*fixed, *([("cursor", place)] if place else [])])
        headers = tuple(span.header(trace.trace_id, selection.session) for trace in page.data for span in trace.spans or ())
        read += len(page.data)
        place = page.next_cursor or ""
        yield Page(headers, cursor=f"{read} {place}" if place else None, read=read, total=total if place else read)
        if not place:
            return
        if total is None and (selection.since_ns, selection.until_ns, selection.session) == (None, None, None):
            total = count_traces(client, unquote(project.rpartition("/")[2]))


def count_traces(client: Client, project_id: str) -> int | None:
    """How many traces a project has; None where the server does not say. REST has no count."""
    query = "query($id: ID!) { node(id: $id) { ... on Project { traceCount } } }"
    try:
        found = client.post("/graphql", {"query": query, "variables": {"id": project_id}})["data"]["node"]["traceCount"]
    except (ServerError, KeyError, TypeError):
        return None
    return found if isinstance(found, int) else None


def list_spans(client: Client, project: str, trace_ids: Collection[str]) -> Iterator[Sequence[Span]]:
    """GET {project}/spans?trace_id=...; a page too large to take is asked for in smaller pieces."""
    for batch in batches(trace_ids, TRACES_A_REQUEST, len("&trace_id=")):
        wanted = set(batch)
        fixed: Params = [("trace_id", trace_id) for trace_id in batch]
        limit, cursor = SPANS_A_PAGE, None
        while True:
            try:
                page = client.get(f"{project}/spans", SpanPage, [*fixed, ("limit", limit), *([("cursor", cursor)] if cursor else [])])
            except TooLarge:
                if limit == 1:
                    raise
                limit = max(1, limit // 10)
                continue
            # Servers before 13.9 do not know the filter and send everything.
            found = [span.span() for span in page.data if span.context.trace_id in wanted]
            if found:
                yield found
            cursor = page.next_cursor
            if not cursor:
                break
