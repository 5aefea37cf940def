"""What waits for a server, and under which identifier it goes there."""

from typing import Literal

from annotator.domain.annotation import Annotation, Identity
from annotator.domain.record import record

OutboxAction = Literal["put", "restore", "delete"]
"""put: the server should have `row`. restore: it should have what it had before our first write. delete: it should have none."""


@record
class OutboxEntry:
    """The state that a server should have for one identity."""

    identity: Identity
    project: str
    """Of the server; '' where it is not known."""
    annotator: str
    action: OutboxAction
    row: Annotation | None
    generation: int
    """Grows with every local change; `sent` names the one that arrived."""
    base_known: bool
    """The server's row before our first write was read."""
    base: Annotation | None
    """That row; None where there was none."""
    expected: Annotation | None
    """What the server should still hold: what we sent last, else base."""
    attempts: tuple[Annotation | None, ...]
    """What writes that were sent and never answered would leave (None: a deletion): each may be applied, or may be later."""
    tries: int
    state: Literal["waiting", "parked"]
    error: str
    """Why it is parked or was put off; for people."""
    conflict: bool
    theirs: Annotation | None
    """On a conflict: the server's row."""
    checking: bool = False
    """It arrived, and was to be read once more when no unanswered write could land any longer: that is now."""


@record
class OutboxCounts:
    """Rows that the server does not have yet."""

    waiting: int = 0
    parked: int = 0


@record
class Account:
    """Under which identifier a person's rows go to a server; fixed at first contact."""

    server: str
    annotator: str
    identifier: str
    user_id: str
    """The server's id of the user whose key it was; '' without one."""
