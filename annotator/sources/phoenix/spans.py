"""Whole spans of a project by trace, also where one of them makes the server fail.

Phoenix answers 500 to a page of `/spans` with a span whose kind is no text, and to one of `/spans/otlpv1` with a time after the year
2554. What the one cannot give is asked of the other; what neither gives is asked for trace by trace, then span by span.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from annotator.domain.span import Span
from annotator.errors import ServerError, ServerFailure
from annotator.sources.files.otlp import span_of
from annotator.sources.phoenix.batches import batches
from annotator.sources.phoenix.client import Client, Params, TooLarge
from annotator.sources.phoenix.graphql import ask
from annotator.sources.phoenix.listing import Progress
from annotator.sources.phoenix.projects import project_id
from annotator.sources.phoenix.wire import OtlpSpanPage, SpanPage

SPANS_A_PAGE = 100
TRACES_A_REQUEST = 100
NO_TRACE = "0" * 32
SPAN_IDS = """query($id: ID!, $trace: ID!, $after: String) { node(id: $id) { ... on Project { trace(traceId: $trace) {
    spans(first: 1000, after: $after) { edges { node { spanId } } pageInfo { hasNextPage endCursor } } } } } }"""


def list_spans(client: Client, project: str, trace_ids: Collection[str]) -> Iterator[Sequence[Span]]:
    """GET {project}/spans?trace_id=… A span that the server cannot give is left out. ServerFailure where it gives none to anybody."""
    for batch in batches(trace_ids, TRACES_A_REQUEST, len("&trace_id=")):
        yield from _spans(client, project, "trace_id", batch)


def _spans(client: Client, project: str, by: str, ids: list[str]) -> Iterator[Sequence[Span]]:
    """`by`: trace_id or span_id. A page that fails is asked for in the other form; one that fails twice with fewer ids."""
    cursor: str | None = None
    progress = Progress(client, f"{project}/spans")
    while True:
        try:
            found, cursor = _page(client, project, by, ids, cursor)
        except ServerFailure as error:
            if error.status != 500:
                raise
            _check_alive(client, project)
            yield from _narrowed(client, project, by, ids)
            return
        if found:
            yield found
        if not cursor:
            return
        progress.check(cursor, tuple(span.span_id for span in found))


def _narrowed(client: Client, project: str, by: str, ids: list[str]) -> Iterator[Sequence[Span]]:
    if len(ids) > 1:
        half = len(ids) // 2
        yield from _spans(client, project, by, ids[:half])
        yield from _spans(client, project, by, ids[half:])
    elif by == "trace_id":
        for batch in batches(_span_ids(client, project, ids[0]), SPANS_A_PAGE, len("&span_id=")):
            yield from _spans(client, project, "span_id", batch)


def _page(client: Client, project: str, by: str, ids: list[str], cursor: str | None) -> tuple[list[Span], str | None]:
    """A page from the cursor on, from whichever of the two endpoints can give it, and the next cursor, which is the same for both."""
    try:
        page = _get(client, f"{project}/spans", SpanPage, by, ids, cursor)
        found = [span.span() for span in page.data]
    except ServerFailure as error:
        if error.status != 500:
            raise
        page = _get(client, f"{project}/spans/otlpv1", OtlpSpanPage, by, ids, cursor)
        found = [span for span in map(_of_otlp, page.data) if span is not None]
    # Servers before 13.9 do not know the filter and send everything.
    wanted: Callable[[Span], str] = (lambda span: span.trace_id) if by == "trace_id" else (lambda span: span.span_id)
    return [span for span in found if wanted(span) in ids], page.next_cursor


def _get(client: Client, path: str, model: Any, by: str, ids: list[str], cursor: str | None) -> Any:
    """A page too large to take is asked for in smaller pieces."""
    fixed: Params = [*((by, wanted) for wanted in ids), *([("cursor", cursor)] if cursor else [])]
    limit = SPANS_A_PAGE
    while True:
        try:
            return client.get(path, model, [*fixed, ("limit", limit)])
        except TooLarge:
            if limit == 1:
                raise
            limit = max(1, limit // 10)


def _of_otlp(received: dict[str, Any]) -> Span | None:
    """A span of `/spans/otlpv1`, whose times went through a float: the server keeps microseconds."""
    span = span_of(received)
    if isinstance(span, str):
        return None
    start, end = (None if time is None else (time + 500) // 1000 * 1000 for time in (span.start_ns, span.end_ns))
    return replace(span, start_ns=start, end_ns=end)


def _check_alive(client: Client, project: str) -> None:
    """Raises what the server answers to a question that nothing in the project can make fail: then it is not a span's fault."""
    client.get(f"{project}/spans", SpanPage, [("trace_id", NO_TRACE), ("limit", 1)])


def _span_ids(client: Client, project: str, trace_id: str) -> list[str]:
    """The ids of a trace's spans; none where the server does not say."""
    variables: dict[str, Any] = {"id": project_id(project), "trace": trace_id, "after": None}
    found: list[str] = []
    while True:
        try:
            spans = ask(client, SPAN_IDS, variables)["node"]["trace"]["spans"]
            found += [edge["node"]["spanId"] for edge in spans["edges"]]
            if not spans["pageInfo"]["hasNextPage"]:
                return found
            variables["after"] = spans["pageInfo"]["endCursor"]
        except (ServerError, KeyError, TypeError):
            return found
