"""Items as a list shows them, and the first words of what was asked, which are kept so that a long list comes at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotator.domain.annotation import ItemState
from annotator.domain.queue import Item, Listed
from annotator.store.area import Area
from annotator.store.queues import ITEM, item_of_row
from annotator.store.traces import text_of

FIELDS = """
    SELECT item.id, item.queue, item.position, item.kind, item.target, item.document, trace.trace_id, item.span_id,
        item.state, item.reason, item.why, item.rule, item.inclusion,
        span.name, span.start_ns, span.end_ns, CASE WHEN span.redaction IS ? THEN span.question END,
        CASE WHEN ? THEN span.status_code = 'ERROR'
            WHEN item.kind = 'session' THEN EXISTS (SELECT 1 FROM span AS named JOIN trace AS turn ON turn.id = named.trace
                JOIN span AS one ON one.trace = turn.id
                WHERE named.session_id = item.target AND turn.source = trace.source AND one.status_code = 'ERROR')
            ELSE EXISTS (SELECT 1 FROM span AS one WHERE one.trace = item.trace AND one.status_code = 'ERROR') END
    FROM item JOIN trace ON trace.id = item.trace LEFT JOIN span ON span.trace = item.trace AND span.span_id = item.span_id
"""


class Lists(Area):
    """Positions of one queue after another. A question that was redacted with other patterns is one that is not known."""

    @property
    def _redaction(self) -> str | None:
        return self.redactor.fingerprint if self.redactor else None

    def listed(self, queue_id: int, after: int = 0, limit: int = 200, state: ItemState | None = None) -> list[Listed]:
        alone = self.db.one("SELECT json_extract(selection, '$.target') IN ('span', 'document') FROM queue WHERE id = ?", (queue_id,))
        which = "" if state is None else f"AND item.state = '{state.value}'"
        where = f"WHERE item.queue = ? {which} AND item.position > ? ORDER BY item.position LIMIT ?"
        rows = self.db.all(f"{FIELDS} {where}", (self._redaction, bool(alone and alone[0]), queue_id, after, limit))
        found = [_listed(row) for row in rows]
        if self.redactor is None:
            return found
        names = self.redactor.texts({row.name for row in found})
        return [replace(row, name=names[row.name]) for row in found]

    def unread(self, queue_id: int, after: int, limit: int) -> list[Item]:
        rows = self.db.all(
            f"{ITEM} JOIN span ON span.trace = item.trace AND span.span_id = item.span_id"
            " WHERE item.queue = ? AND item.position > ? AND trace.loaded = 1 AND (span.question IS NULL OR span.redaction IS NOT ?)"
            " ORDER BY item.position LIMIT ?",
            (queue_id, after, self._redaction, limit),
        )
        return [item_of_row(row) for row in rows]

    def keep_questions(self, source_id: int, questions: Mapping[tuple[str, str], str]) -> None:
        rows = [(text_of(text), self._redaction, source_id, trace_id, span_id) for (trace_id, span_id), text in questions.items()]
        with self.db.atomic():
            self.db.many(
                "UPDATE span SET question = ?, redaction = ?"
                " WHERE trace = (SELECT id FROM trace WHERE source = ? AND trace_id = ?) AND span_id = ?",
                rows,
            )


def _listed(row: Sequence[Any]) -> Listed:
    name, start, end, question, failed = row[13:]
    duration = end - start if start is not None and end is not None and end >= start else None
    return Listed(item_of_row(row[:13]), name or "", bool(failed), duration, question)
