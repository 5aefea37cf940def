"""Rows as a server says them."""

from annotator.domain.annotation import Annotation
from annotator.domain.source import ServerRow

WHEN = "2026-11-21T12:00:00+00:00"


def server_rows(*rows: Annotation, user_id: str = "", user: str = "", updated_at: str = WHEN) -> list[ServerRow]:
    """Written on the web page, all by one user or by nobody that the server knows."""
    return [ServerRow(one, str(at), "APP", user_id, updated_at, user) for at, one in enumerate(rows)]
