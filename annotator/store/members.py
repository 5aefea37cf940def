"""Which targets are in which data sets, and what of that the server does not have yet."""

import json
from collections.abc import Collection, Sequence
from typing import Any, Literal

from annotator.domain.annotation import Target
from annotator.domain.dataset import Member
from annotator.store import journal
from annotator.store.area import Area, among, target_of, target_values
from annotator.store.codec import to_text
from annotator.store.database import Database
from annotator.store.journal import Occasion
from annotator.store.outbox import LONGEST_DELAY

MEMBER = """
    SELECT id, server, dataset, kind, target, document, queue, annotator, since, within,
        state, generation, tries, error, ours, held, attempts, late_until
    FROM member
"""


class Members(Area):
    """Data sets by name, on a server or (server '') for queues that have none."""

    def datasets_of(self, server: str, targets: Collection[Target]) -> dict[Target, tuple[str, ...]]:
        """The data sets that each target is in, by name; without those that are in none."""
        found: dict[Target, list[str]] = {}
        wanted = set(targets)
        for kind in {target.kind for target in wanted}:
            sql = "SELECT kind, target, document, dataset FROM member WHERE within AND server = ? AND kind = ? AND target IN"
            for *of, dataset in among(self.db, sql, (server, kind), {target.id for target in wanted if target.kind == kind}):
                target = target_of(*of)
                if target in wanted:
                    found.setdefault(target, []).append(dataset)
        return {target: tuple(sorted(names)) for target, names in found.items()}

    def member_count(self, server: str, dataset: str) -> int:
        """How many targets are in it by what was done here."""
        return int(self.db.one("SELECT count(*) FROM member WHERE within AND server = ? AND dataset = ?", (server, dataset))[0])

    def dataset_names(self, server: str) -> list[str]:
        """Data sets that somebody put something into here, in order."""
        rows = self.db.all("SELECT DISTINCT dataset FROM member WHERE within AND server = ? ORDER BY dataset", (server,))
        return [name for (name,) in rows]

    def set_dataset(self, queue_id: int, dataset: str) -> None:
        with self.db.atomic():
            self.db.execute("UPDATE queue SET dataset = ? WHERE id = ?", (dataset, queue_id))

    def members_due(self, server: str, now: float, limit: int, settle: float) -> list[Member]:
        rows = self.db.all(
            f"{MEMBER} WHERE server = ? AND state = 'waiting' AND (changed_at <= ? OR changed_at > ?)"
            " AND (not_before <= ? OR not_before > ?) ORDER BY changed_at, id LIMIT ?",
            (server, now - settle, now, now, now + LONGEST_DELAY, limit),
        )
        return [_member(row) for row in rows]

    def members_open(self, server: str | None, state: Literal["waiting", "parked"], limit: int = 200) -> list[Member]:
        """What its server does not have as it is here, the oldest first; of every server for None."""
        of_server = "server = :server" if server is not None else "true"
        where = f"state = '{state}' AND {of_server} ORDER BY changed_at, id LIMIT :limit"
        return [_member(row) for row in self.db.all(f"{MEMBER} WHERE {where}", {"server": server, "limit": limit})]

    def member_attempt(self, sent: Sequence[tuple[Member, str]]) -> None:
        """Add the digest of what is about to be sent, '' for a removal; what the server had before is known by now."""
        with self.db.atomic():
            for member, digest in sent:
                attempts = [*dict.fromkeys((*member.attempts, digest))] if digest else list(member.attempts)
                # What was taken back after it was read for sending is sent all the same, and must then come back from the server.
                self.db.execute(
                    "UPDATE member SET ours = 1, attempts = ?, state = CASE state WHEN 'sent' THEN 'waiting' ELSE state END WHERE id = ?",
                    (to_text(attempts), member.id),
                )

    def member_sent(self, member: Member, held: str | None, ours: bool, check_at: float | None = None) -> None:
        """The server has it as it should be: `held` is the digest of our example there, None where there is none of ours.

        Left waiting where a newer generation came meanwhile, and until `check_at` where an unanswered request may still land.
        """
        gone = not member.within
        done = check_at is None
        with self.db.atomic():
            self.db.execute(
                "UPDATE member SET ours = ?, held = ?, attempts = CASE WHEN ? THEN '[]' ELSE attempts END, tries = 0, error = '',"
                " not_before = ?, late_until = CASE WHEN ? THEN 0 ELSE late_until END,"
                " state = CASE WHEN generation = ? AND ? AND state = 'waiting' THEN 'sent' ELSE state END WHERE id = ?",
                (None if gone and done else ours, held, done, check_at or 0, done, member.generation, done, member.id),
            )

    def member_failed(self, members: Sequence[Member], until: float, reason: str, late_until: float) -> None:
        """Try again after `until`; where what was sent may land until `late_until` (0: it never will), its attempts are kept."""
        with self.db.atomic():
            for member in members:
                self.db.execute(
                    "UPDATE member SET tries = tries + 1, not_before = ?, error = ?, late_until = max(late_until, ?),"
                    " attempts = CASE WHEN ? THEN attempts ELSE ? END WHERE id = ?",
                    (until, reason, late_until, late_until > 0, to_text(list(member.attempts)), member.id),
                )

    def park_member(self, member: Member, reason: str) -> None:
        """Set aside until a person decides; what was sent of it was refused. Left waiting where a newer generation came meanwhile."""
        with self.db.atomic():
            self.db.execute(
                "UPDATE member SET attempts = ?, error = ?, state = CASE WHEN generation = ? THEN 'parked' ELSE state END"
                " WHERE id = ? AND state = 'waiting'",
                (to_text(list(member.attempts)), reason, member.generation, member.id),
            )

    def retry_member(self, member: Member) -> None:
        """Parked to waiting: it is sent whatever the server has by now of what we made."""
        with self.db.atomic():
            self.db.execute(
                "UPDATE member SET state = 'waiting', tries = 0, not_before = 0, error = '', held = NULL, attempts = '[]',"
                " generation = generation + 1 WHERE id = ? AND state = 'parked'",
                (member.id,),
            )

    def drop_member(self, member: Member) -> None:
        """Give up sending it; here it stays as it is."""
        with self.db.atomic():
            self.db.execute("UPDATE member SET state = 'dropped' WHERE id = ? AND state IN ('waiting', 'parked')", (member.id,))


def keep_member(db: Database, server: str, dataset: str, target: Target, why: Occasion) -> int:
    """Its id, made where it is new, as not within."""
    values = (*target_values(target), server, dataset)
    row = db.one("SELECT id FROM member WHERE kind = ? AND target = ? AND document = ? AND server = ? AND dataset = ?", values)
    if row is not None:
        return int(row[0])
    made = db.execute(
        "INSERT INTO member (kind, target, document, server, dataset, queue, annotator, since, within, seq, state, changed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)",
        (*values, why.queue or 0, why.annotator, why.at, "sent" if server else "local", why.at),
    )
    return int(made.lastrowid or 0)


def member_text(annotator: str, queue: int | None) -> str:
    """Who put it in, and of which queue it is an item: what steps and the journal keep of a member."""
    return to_text([annotator, queue])


def member_now(db: Database, member_id: int) -> str | None:
    """Its text, None where it is not within."""
    annotator, queue, within = db.one("SELECT annotator, queue, within FROM member WHERE id = ?", (member_id,))
    return member_text(annotator, queue) if within else None


def set_member(db: Database, member_id: int, before: str | None, after: str | None, why: Occasion) -> None:
    """Change and journal. What was never sent and is taken back needs no sending."""
    seq = journal.write(db, why, member=member_id, before=before, after=after)
    annotator, queue = (None, None) if after is None else json.loads(after)
    db.execute(
        "UPDATE member SET within = ?1, annotator = coalesce(?2, annotator), queue = coalesce(?3, queue), since = ?4, changed_at = ?4,"
        " seq = ?5, generation = generation + 1, tries = 0, not_before = 0, error = '',"
        " state = CASE WHEN server = '' THEN 'local' WHEN ?1 OR held IS NOT NULL OR attempts <> '[]' THEN 'waiting' ELSE 'sent' END"
        " WHERE id = ?6",
        (after is not None, annotator, queue, why.at, seq, member_id),
    )


def renew_members(db: Database, server: str, target: Target, at: float) -> None:
    """Somebody judged the target anew here: examples that say what was judged are to be sent again."""
    db.execute(
        "UPDATE member SET generation = generation + 1, changed_at = ?, state = 'waiting'"
        " WHERE kind = ? AND target = ? AND document = ? AND server = ? AND within AND ours IS NOT 0 AND state IN ('waiting', 'sent')",
        (at, *target_values(target), server),
    )


def move_member(db: Database, member_id: int, server: str, why: Occasion) -> int:
    """The member that stands for one without a server there; its id."""
    target, dataset = member_of(db, member_id)[1:]
    return keep_member(db, server, dataset, target, why)


def copy_members(db: Database, server: str, why: Occasion) -> int:
    """What the annotator put into data sets without a server, of the queue's items, is to go into those of the server; how much."""
    copied = 0
    rows = db.all(
        "SELECT member.id FROM item JOIN member ON member.target = item.target AND member.kind = item.kind"
        " AND member.document = item.document AND member.server = '' WHERE item.queue = ? AND within AND annotator = ?",
        (why.queue, why.annotator),
    )
    for (local,) in rows:
        there = move_member(db, local, server, why)
        if member_now(db, there) is None:
            set_member(db, there, None, member_text(why.annotator, why.queue), why)
            copied += 1
    return copied


def member_of(db: Database, member_id: int) -> tuple[str, Target, str]:
    """Server, target and data set."""
    server, kind, target, document, dataset = db.one(
        "SELECT server, kind, target, document, dataset FROM member WHERE id = ?", (member_id,)
    )
    return server, target_of(kind, target, document), dataset


def _member(row: Sequence[Any]) -> Member:
    id_, server, dataset, kind, target, document, queue, annotator, since, within, state, generation, *rest = row
    tries, error, ours, held, attempts, late_until = rest
    return Member(
        id_, server, dataset, target_of(kind, target, document), queue, annotator, since, bool(within), state, generation,
        tries, error, None if ours is None else bool(ours), held, tuple(json.loads(attempts)), late_until,
    )  # fmt: skip
