"""The sessions of a project: their traces with the headers of their spans."""

from collections.abc import Iterator

from annotator.domain.queue import Selection
from annotator.domain.source import BadLine, Page
from annotator.domain.span import SpanHeader
from annotator.errors import ServerError
from annotator.sources.phoenix.batches import batches
from annotator.sources.phoenix.client import Client, Params
from annotator.sources.phoenix.listing import Progress
from annotator.sources.phoenix.traces import count_traces, trace_pages
from annotator.sources.phoenix.wire import SessionPage

SESSIONS_SINCE = (13, 5)
SESSIONS_A_PAGE = 50


def list_sessions(client: Client, project: str, selection: Selection, cursor: str | None) -> Iterator[Page]:
    """GET {project}/sessions, in the order in which the server met them; a page has all traces of its sessions.

    A page's cursor is `READ CURSOR`: traces so far, the server's cursor.
    """
    if client.older_than(*SESSIONS_SINCE):
        raise ServerError(f"Phoenix {client.version} lists no sessions: 13.5 does.", "Update it, or judge traces: --target trace.")
    before, _, place = (cursor or "0 ").partition(" ")
    read, total = int(before), count_traces(client, project)
    order = ("order", "asc" if selection.order == "oldest" else "desc")
    progress = Progress(client, f"{project}/sessions")
    while True:
        query: Params = [("limit", SESSIONS_A_PAGE), order, *([("cursor", place)] if place else [])]
        page = client.get(f"{project}/sessions", SessionPage, query)
        sessions = {trace.trace_id: session.session_id for session in page.data for trace in session.traces}
        headers: list[SpanHeader] = []
        bad: list[BadLine] = []
        for ids in batches([session.id for session in page.data], SESSIONS_A_PAGE, len("&session_identifier=")):
            named = [("session_identifier", session) for session in ids]
            for _, of_page, failing in trace_pages(client, project, named, "", sessions.get):
                headers += of_page
                bad += failing
        read += len(sessions)
        place = page.next_cursor or ""
        alone = max(0, total - read) if total is not None and not place else 0
        yield Page(
            tuple(headers), cursor=f"{read} {place}" if place else None, bad=tuple(bad), read=read, total=total if place else read,
            sessionless=alone,
        )  # fmt: skip
        if not place:
            return
        progress.check(place, tuple(session.id for session in page.data))
