"""Lists of the REST API, page by page, from a server that may never end them."""

from collections.abc import Hashable, Iterator
from typing import TypeVar

from annotator.errors import NotPhoenix
from annotator.sources.phoenix.client import Client, Params
from annotator.sources.phoenix.wire import ListPage

P = TypeVar("P", bound=ListPage)
MOST_PAGES = 10_000
"""Of a list that is kept whole; each has 100 to 1,000 rows."""


class Progress:
    """That a list moves on: each page has another cursor than those before it, and other content than the last."""

    def __init__(self, client: Client, path: str) -> None:
        self._where = f"{client.url} never ends its list of {path.rpartition('/')[2]}"
        self._cursors: set[str] = set()
        self._content: Hashable = None

    def check(self, cursor: str, content: Hashable) -> None:
        """`cursor`: of the next page; `content`: what this one holds. Raises NotPhoenix for a list that goes round in circles."""
        if cursor in self._cursors:
            raise NotPhoenix(f"{self._where}: a cursor came twice.", "Check the URL and any proxy before it.")
        if content == self._content:
            raise NotPhoenix(f"{self._where}: a page came twice.", "Check the URL and any proxy before it.")
        self._cursors.add(cursor)
        self._content = content


def pages(client: Client, path: str, model: type[P], query: Params) -> Iterator[P]:
    """GET of every page. Raises NotPhoenix for a list without an end."""
    progress = Progress(client, path)
    cursor = ""
    for _ in range(MOST_PAGES):
        page = client.get(path, model, [*query, *([("cursor", cursor)] if cursor else [])])
        yield page
        cursor = page.next_cursor or ""
        if not cursor:
            return
        progress.check(cursor, page.model_dump_json(exclude={"next_cursor"}))
    raise NotPhoenix(f"{client.url} has more than {MOST_PAGES:,} pages of {path.rpartition('/')[2]}.", "Check the URL and any proxy.")
