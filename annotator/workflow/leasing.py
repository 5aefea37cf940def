"""Leases: rows by which a program keeps on the server which items its reviewer has before them. No judgement, and never in a store."""

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime

from annotator import __version__
from annotator.domain.annotation import LEASE, Annotation, Identity, Target
from annotator.domain.source import ServerRow, Sink
from annotator.errors import Forbidden, MissingTargets, OutcomeUnknown, RejectedRow, ServerError, Unauthorized
from annotator.workflow.reviewers import Me

MARGIN_SECONDS = 60.0
"""How far clocks may differ where the server does not tell its time: a lease holds so much longer. Else only the server's clock counts."""
CODE = "CODE"


def lease(server: str, target: Target, me: Me, seconds: float, now: float) -> Annotation:
    """The row. It has a label, as servers look for rows by one."""
    until = datetime.fromtimestamp(now + seconds, UTC).isoformat(timespec="seconds")
    metadata = {"annotator": me.name, "seconds": seconds, "expires": until, "client": f"annotator/{__version__}"}
    return Annotation(Identity(server, target, LEASE, f"{LEASE}:{me.name}"), label="held", annotator_kind=CODE, metadata=metadata)


def leases(rows: Iterable[ServerRow], now: float) -> dict[Target, dict[str, float]]:
    """Who holds each target, and since when in seconds (only the order counts). What has expired, or is no lease, is left out."""
    found: dict[Target, dict[str, float]] = {}
    for row in rows:
        if row.annotation.name == LEASE and _is_live(row, now):
            name = row.annotation.metadata.get("annotator")
            if isinstance(name, str) and name:
                found.setdefault(row.annotation.target, {})[name] = 0.0 if row.age is None else -row.age
    return found


def _is_live(row: ServerRow, now: float) -> bool:
    seconds, expires = row.annotation.metadata.get("seconds"), row.annotation.metadata.get("expires")
    if row.age is not None and isinstance(seconds, int | float):
        return row.age < seconds
    try:
        return now < datetime.fromisoformat(str(expires)).timestamp() + MARGIN_SECONDS
    except ValueError:
        return False


class Leases:
    """Mine, on one server. Whoever calls waits for it; a failure of the server is raised, and what is held stays known."""

    def __init__(self, server: str, me: Me, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self.server = server
        self.me = me
        self.seconds = seconds
        self.refused = ""
        """Why the server takes none; '' while it does."""
        self.held: dict[Target, Annotation] = {}
        self._clock = clock

    def hold(self, sink: Sink, targets: Iterable[Target]) -> None:
        """Keep these targets, those that are not kept yet. One that is kept stays as it is until it expires."""
        wanted = [target for target in dict.fromkeys(targets) if target not in self.held]
        if not self.seconds or self.refused or not wanted:
            return
        rows = {target: lease(self.server, target, self.me, self.seconds, self._clock()) for target in wanted}
        try:
            for kind in {target.kind for target in wanted}:
                some = {target: row for target, row in rows.items() if target.kind == kind}
                self.held |= some  # an answer that never comes may leave them there
                sink.put(list(some.values()))
        except (Forbidden, Unauthorized, RejectedRow) as error:
            self.refused = error.title
            self._forget(wanted)
        except MissingTargets:
            self._forget(wanted)
        except OutcomeUnknown:
            pass
        except ServerError:
            self._forget(wanted)
            raise

    def release(self, sink: Sink, targets: Iterable[Target]) -> None:
        """Take the leases of these targets away; one that is there otherwise than it was written expires by itself."""
        for target in list(targets):
            if target in self.held:
                with suppress(RejectedRow, Forbidden):
                    sink.delete(self.held[target])
                del self.held[target]

    def sweep(self, sink: Sink, targets: Collection[Target]) -> None:
        """Take away what a program of mine that died has left on these targets."""
        for kind in {target.kind for target in targets}:
            ids = list(dict.fromkeys(target.id for target in targets if target.kind == kind))
            for row in sink.read(kind, ids, names=[LEASE], identifiers=[f"{LEASE}:{self.me.name}"]):
                if row.annotation.target not in self.held:
                    with suppress(RejectedRow, Forbidden):
                        sink.delete(row.annotation)

    def _forget(self, targets: Iterable[Target]) -> None:
        for target in targets:
            self.held.pop(target, None)
