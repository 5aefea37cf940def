"""The part of the store that keeps which targets are in which data sets; see store.py."""

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

from annotator.domain.annotation import Target
from annotator.domain.dataset import Member


class MemberStore(Protocol):
    """Which targets are in which data sets, by what people did here. `server` is '' for queues from files."""

    def datasets_of(self, server: str, targets: Collection[Target]) -> dict[Target, tuple[str, ...]]:
        """The data sets that each target is in, by name; without those that are in none."""

    def member_count(self, server: str, dataset: str) -> int:
        """How many targets are in it."""

    def dataset_names(self, server: str) -> list[str]:
        """Data sets that something is in, in order."""

    def set_dataset(self, queue_id: int, dataset: str) -> None:
        """What the review screen adds the queue's items to."""

    def members_due(self, server: str, now: float, limit: int, settle: float) -> list[Member]:
        """Waiting ones whose last change is `settle` seconds old and whose delay is over, oldest first."""

    def members_open(self, server: str | None, state: Literal["waiting", "parked"], limit: int = 200) -> list[Member]:
        """What a server does not have as it is here, oldest first; of every server for None."""

    def member_attempt(self, sent: Sequence[tuple[Member, str]]) -> None:
        """Keep the digest of what is about to be sent, '' for a removal, before it is."""

    def member_sent(self, member: Member, held: str | None, ours: bool, check_at: float | None = None) -> None:
        """The server has it as it should be. `held`: the digest of our example there, None where there is none of ours.

        Left waiting where a newer generation came meanwhile, and until `check_at` where an unanswered request may still land.
        """

    def member_failed(self, members: Sequence[Member], until: float, reason: str, late_until: float) -> None:
        """Try again after `until`; what was sent may land until `late_until`, and was never applied where that is 0."""

    def park_member(self, member: Member, reason: str) -> None:
        """Set aside until a person decides; what was sent of it was refused."""

    def retry_member(self, member: Member) -> None:
        """Parked to waiting; what we made on the server is replaced or removed whatever it is by now."""

    def drop_member(self, member: Member) -> None:
        """Give up sending it; here it stays as it is."""
