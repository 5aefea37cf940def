"""The traces of a project with the headers of their spans."""

from collections.abc import Callable, Iterator

from annotator.domain.queue import Selection
from annotator.domain.source import BadLine, Page
from annotator.domain.span import SpanHeader
from annotator.errors import ServerError, ServerFailure
from annotator.sources.phoenix.client import Client, Params
from annotator.sources.phoenix.graphql import ask
from annotator.sources.phoenix.listing import Progress
from annotator.sources.phoenix.projects import project_id
from annotator.sources.phoenix.pushdown import Narrowed
from annotator.sources.phoenix.spans import list_spans
from annotator.sources.phoenix.wire import TracePage

TRACES_A_PAGE = 100
SessionOf = Callable[[str], str | None]
"""The session of a trace, by its id."""


def list_traces(client: Client, project: str, selection: Selection, cursor: str | None, narrowed: Narrowed) -> Iterator[Page]:
    """GET {project}/traces, whole traces by their start. A page's cursor is `READ CURSOR`: traces so far, the server's cursor."""
    if narrowed.trace_ids is not None and not narrowed.trace_ids:
        yield Page()
        return
    fixed: Params = [("sort", "start_time"), ("order", "asc" if selection.order == "oldest" else "desc")]
    if selection.session is not None:
        fixed = [*fixed, ("session_identifier", selection.session)]
    everything = selection.session is None and narrowed == Narrowed()
    before, _, place = (cursor or "0 ").partition(" ")
    read = int(before)
    total = None if narrowed.trace_ids is None else len(narrowed.trace_ids)
    found: set[str] = set()
    for page, headers, bad in trace_pages(client, project, fixed, place, lambda trace_id: selection.session, narrowed.trace_filter):
        kept = [trace.trace_id for trace in page.data if narrowed.trace_ids is None or trace.trace_id in narrowed.trace_ids]
        found.update(kept)
        read += len(kept)
        place = page.next_cursor or "" if total is None or len(found) < total else ""
        wanted = tuple(header for header in headers if header.trace_id in found)
        yield Page(wanted, cursor=f"{read} {place}" if place else None, bad=bad, read=read, total=total if place else read)
        if not place:
            return
        if total is None and everything:
            total = count_traces(client, project)


def trace_pages(
    client: Client, project: str, fixed: Params, place: str, session_of: SessionOf, trace_filter: str = ""
) -> Iterator[tuple[TracePage, tuple[SpanHeader, ...], tuple[BadLine, ...]]]:
    """Pages of traces, the headers of their spans, and the traces that the server fails with. A filter that it refuses is left out."""
    progress = Progress(client, f"{project}/traces")
    while True:
        query = [*fixed, ("limit", TRACES_A_PAGE), *([("cursor", place)] if place else [])]
        bad: tuple[BadLine, ...] = ()
        asked = [*query, *([("filter", trace_filter)] if trace_filter else [])]
        try:
            page = client.get(f"{project}/traces", TracePage, [("include_spans", "true"), *asked])
            headers = tuple(span.header(trace.trace_id, session_of(trace.trace_id)) for trace in page.data for span in trace.spans or ())
        except ServerFailure as error:
            if error.status != 500:
                raise
            page = client.get(f"{project}/traces", TracePage, asked)
            headers, bad = _headers(client, project, [trace.trace_id for trace in page.data])
        except ServerError as error:
            if not trace_filter or type(error) is not ServerError:
                raise
            trace_filter = ""
            continue
        place = page.next_cursor or ""
        yield page, headers, bad
        if not place:
            return
        progress.check(place, tuple(trace.trace_id for trace in page.data))


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
