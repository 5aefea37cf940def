"""`annotator list`: items and their annotations."""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from annotator.cli import metrics, options, place
from annotator.cli.annotations import People
from annotator.cli.filtering import condition_of, reviewer_of
from annotator.cli.saying import Meter, say, were
from annotator.domain.annotation import ItemState
from annotator.domain.queue import Listed, Queue
from annotator.domain.retrieval_metrics import Ranked
from annotator.filter.reference import lines

if TYPE_CHECKING:
    from annotator.filter.facts import Reviewer
    from annotator.store.store import SqliteStore

QUESTION = 60
"""Cells of the question, at most."""
LEAST = 20
PAGE = 200
"""Items whose questions, where they were never read, are kept in one transaction."""


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "list",
        help="items and their annotations",
        description="The items of a queue (default: every queue), one a line: position, state, id, the first words of\n"
        "what was asked, ✗ where something failed, duration, annotations. --json has the whole question.",
        epilog="A filter may stand behind the options; the shell wants quotes around < > ( ) and ~.\n"
        + "\n".join(lines())
        + "\n\nexample: annotator list --json flagged or disagreement",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("filter", nargs="*", metavar="FILTER", help="only items of which this holds, such as status = error, see below")
    options.common(verb)
    options.who(verb)
    verb.add_argument("--queue", metavar="NAME", help="only this queue")
    verb.add_argument("--state", choices=[state.value for state in ItemState], help="only items in this state")
    verb.add_argument("--json", action="store_true", help="JSON Lines, one item each; with --metrics the means are the last line")
    metrics.add(verb)
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from annotator.workflow.filtering import Sieve
    from annotator.workflow.questions import with_questions

    store = place.existing_store(args)
    queues = [place.named_queue(store, args.queue)] if args.queue else store.queues()
    people = People(store)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    show = Meter()
    written = " ".join(args.filter)
    condition = condition_of(written, store, queues) if written else None
    unknown = shown = 0
    figures = metrics.Metrics(args, store) if args.metrics or args.publish else None
    for queue in queues:
        me = reviewer_of(args, store, queue)
        sieve = Sieve(store, queue, condition, me) if condition else None
        state = ItemState(args.state) if args.state else sieve.state if sieve else None
        for page in _rows(store, queue, state):
            rows = [row for row, fits in zip(page, sieve.look([row.item for row in page]), strict=True) if fits] if sieve else page
            # Questions that were never read take 0.2 ms each: a minute for a long list, of which a file or a pipe shows nothing.
            if width is None or not rows:
                show(f"{queue.name}: item {page[0].item.position:,} of {store.counts(queue.id).items:,}")
            else:
                show.end()
            shown += len(rows)
            for row, question in zip(rows, with_questions(store, queue.source_id, rows), strict=True):
                record = _record(store, queue, row, question, people, me)
                ranked = figures.of(queue, row.item) if figures else []
                if args.json:
                    retrieval = {"retrieval": [metrics.ranked_json(one) for one in ranked]} if figures else {}
                    whole = _whole(store, queue, row, record) | _related(store, queue, row, people, me) | retrieval
                    print(json.dumps(whole, ensure_ascii=True))
                else:
                    print(_plain(record, me.annotator, len(queues) > 1, width))
                    for one in ranked:
                        print(_ranking(one, width))
        unknown += sieve.unknown if sieve else 0
    show.end()
    if not shown and (condition or args.state) and not args.json:
        say("annotator: no item matches.", aside=True)
    if unknown:
        say(f"annotator: {were(unknown, 'item')} left out, whose content is not here yet: annotator pull brings it.", aside=True)
    return figures.end() if figures else 0


def _rows(store: "SqliteStore", queue: Queue, state: ItemState | None) -> Iterator[list[Listed]]:
    after = 0
    while rows := store.listed(queue.id, after, PAGE, state):
        yield rows
        after = rows[-1].item.position


def _record(
    store: "SqliteStore", queue: Queue, row: Listed, question: str | None, people: People, me: "Reviewer"
) -> dict[str, Any]:
    item = row.item
    rows = store.known_on(queue.source.server, [item.target])
    return {
        "queue": queue.name,
        "position": item.position,
        "id": item.target.id,
        "target": item.target.kind,
        "document_position": item.target.position,
        "trace_id": item.trace_id,
        "span_id": item.span_id,
        "name": row.name,
        "question": question,
        "error": row.failed,
        "duration_ms": None if row.duration_ns is None else row.duration_ns / 1e6,
        "state": item.state.value,
        "reason": item.reason,
        "why": item.why,
        "rule": item.rule,
        "inclusion": item.inclusion,
        "datasets": list(store.datasets_of(queue.source.server, [item.target]).get(item.target, ())),
        "annotations": [people.json(known, me) for known in rows],
    }


def _related(store: "SqliteStore", queue: Queue, row: Listed, people: People, me: "Reviewer") -> dict[str, Any]:
    """What was said about the other targets: spans of the trace, their documents, the trace, its session."""
    rows = store.known_in(queue.source.server, queue.source_id, row.item.trace_id)
    return {"related": [people.related_json(known, me) for known in rows if known.row.target != row.item.target]}


def _whole(store: "SqliteStore", queue: Queue, row: Listed, record: dict[str, Any]) -> dict[str, Any]:
    """With all of the question, where only its first words are kept."""
    from annotator.workflow.questions import KEPT, whole_question

    if len(record["question"] or "") < KEPT:
        return record
    return record | {"question": whole_question(store, queue.source_id, row.item)}


def _ranking(one: Ranked, width: int | None) -> str:
    """Below its item."""
    from annotator.text.cells import crop
    from annotator.text.trace.ranking import ranking

    line = f"{'':7}{ranking(one)}  span {one.span_id}"
    return line if width is None else crop(line, width)


def _said(row: dict[str, Any]) -> Any:
    """A score of 0 is one."""
    return next((row[part] for part in ("label", "score", "explanation") if row[part] not in (None, "")), "")


def _plain(record: dict[str, Any], me: str, named: bool, width: int | None) -> str:
    """One line; the question gets what room the rest leaves. `me`: who needs no name; '' where nobody is known."""
    from annotator.text.cells import crop, width_of
    from annotator.text.escape import one_line
    from annotator.text.facts import duration

    spent = duration(None if record["duration_ms"] is None else round(record["duration_ms"] * 1e6))
    answers = [
        f"{'' if me and row['mine'] else row['author'] + ': '}{row['name']}={_said(row)}"
        for row in record["annotations"]
    ]
    document = [] if record["document_position"] is None else [f"document {record['document_position'] + 1}"]
    held = [f"in {name}" for name in record["datasets"]]
    words = (*document, *answers, *held, record["reason"] or record["why"], record["queue"] if named else "")
    rest = "  ".join(one_line(part) for part in words if part)
    head = f"{record['position']:>5}  {record['state']:<8}  {one_line(record['id'])}  "
    tail = f"  {'✗' if record['error'] else ' '} {spent:>6}  {rest}"
    room = QUESTION if width is None else max(LEAST, min(QUESTION, width - width_of(head) - width_of(tail)))
    asked = crop(one_line(record["question"] or f"({record['name']})"), room)
    line = (head + asked + " " * (room - width_of(asked)) + tail).rstrip()
    return line if width is None else crop(line, width)
