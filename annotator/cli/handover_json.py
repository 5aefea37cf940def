"""A hand-over as JSON: `annotator handover --json`. Times are UTC."""

from datetime import UTC, datetime
from typing import Any

from annotator.domain.handover import Answer, Entry, Handover, Place


def whole(made: Handover) -> dict[str, Any]:
    """The shape of `handover --json`; every list is whole."""
    return {
        "since": _time(made.period.since),
        "until": _time(made.period.until),
        "because": made.period.because,
        "queues": [
            {"name": one.name, "source": one.source.named, "project": one.source.project, "server": one.source.server}
            | {state: getattr(one.counts, state) for state in ("items", "todo", "done", "skipped", "deferred", "flagged")}
            for one in made.queues
        ],
        "people": [
            {
                "annotator": one.name, "done": one.done, "skipped": one.skipped, "deferred": one.deferred, "flagged": one.flagged,
                "again": one.again, "answers": one.answers, "notes": one.notes,
                "pace": one.pace, "first": _time(one.first), "last": _time(one.last),
            }
            for one in made.people
        ],
        "answers": [
            {"name": one.name, "annotator": one.who, "labels": dict(one.labels), "scores": list(one.scores), "texts": one.texts}
            for one in made.given
        ],
        "look_first": {
            "flagged": [_entry(one) for one in made.flagged],
            "parked": [_entry(one) for one in made.parked],
            "disagreements": [
                _place(one.place) | {"name": one.name, "mine": _answer(one.mine), "others": [_answer(other) for other in one.others]}
                | {"earlier": one.earlier}
                for one in made.differences
            ],
            "deferred": [_entry(one) for one in made.deferred],
            "partial": [_entry(one) for one in made.partial],
        },
        "skipped": [_entry(one) for one in made.skipped],
        "notes": [_entry(one) for one in made.notes],
        "unsent": [
            {"server": one.server, "waiting": one.waiting, "parked": one.parked, "reasons": dict(one.reasons)} for one in made.unsent
        ],
    }  # fmt: skip


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _place(place: Place) -> dict[str, Any]:
    return {
        "queue": place.queue, "position": place.position, "id": place.target.id, "target": place.target.kind,
        "document_position": place.target.position, "trace_id": place.trace_id, "question": place.question, "url": place.url,
    }  # fmt: skip


def _entry(entry: Entry) -> dict[str, Any]:
    at = _time(entry.at) if entry.at else None
    return _place(entry.place) | {"annotator": entry.who, "words": entry.words, "at": at, "earlier": entry.earlier}


def _answer(answer: Answer) -> dict[str, Any]:
    return {"annotator": answer.who, "kind": answer.kind, "value": answer.value}
