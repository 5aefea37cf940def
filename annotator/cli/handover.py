"""`annotator handover`: what was done in a shift, and what to look at first, as Markdown."""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.cli import options, place, servers
from annotator.cli.naming import kept_name
from annotator.cli.saying import say
from annotator.errors import UsageError

if TYPE_CHECKING:
    from annotator.domain.queue import Queue
    from annotator.store.store import SqliteStore

MOST = 20
"""Entries of each list, unless --most says otherwise."""


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "handover",
        help="what was done in a shift, and what to look at first",
        description="What everybody did and did not take back, as Markdown: done, skipped, deferred, flagged, with reasons; notes,\n"
        "disagreements, pace, answers, what is unsent, and what to look at first. From the last hand-over that went into a file, or\n"
        "from the begin of the shift: when nobody had judged for four hours.",
        epilog="example: annotator handover --since 8h --out shift.md",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.common(verb)
    queues = "this queue; may be repeated (default: the one used last)"
    verb.add_argument("--queue", metavar="NAME", action="append", default=[], help=queues)
    verb.add_argument("--all", action="store_true", help="every queue")
    verb.add_argument("--since", metavar="TIME", help="from then on: 8h or 2d ago, 2026-11-21T09:30")
    verb.add_argument("--out", metavar="FILE", help="a file, from which the next hand-over begins; or - for stdout (default)")
    verb.add_argument("--force", action="store_true", help="replace a file that is there; that of the last hand-over is made anew")
    verb.add_argument("--most", type=int, metavar="N", default=MOST, help=f"at most N of each list ({MOST}); --json has all")
    verb.add_argument("--as", dest="annotator", metavar="NAME", help="only what this person did")
    verb.add_argument("--json", action="store_true", help="one JSON object")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from annotator.cli import handover_json
    from annotator.domain.handover import HandedOver
    from annotator.text.handover import markdown
    from annotator.workflow.handover import Gathering
    from annotator.workflow.shift import period_of

    if args.most < 0:
        raise UsageError(f"--most {args.most} is below 0.", "Give a whole number of 0 or more.")
    since = _since(args.since)
    store = place.existing_store(args)
    queues = _queues(args, store)
    to_file = args.out not in (None, "-")
    path = Path(args.out).expanduser().absolute() if to_file else None
    period = period_of(store, queues, time.time(), since, str(path or ""))
    urls = {queue.id: servers.trace_url(queue) for queue in queues}
    made = Gathering(store, queues, period, urls, store.redactor, args.annotator or "", args.most).handover()
    text = json.dumps(handover_json.whole(made), ensure_ascii=True) if args.json else "\n".join(markdown(made, args.most))
    if path is None:
        print(text)
        return 0
    from annotator.formats.output import whole_files

    with whole_files([path], args.force) as [stream]:
        stream.write(f"{text}\n".encode("utf-8", "replace"))
    store.keep_handover(
        HandedOver(period.until, args.annotator or kept_name() or "", period.since, tuple(queue.id for queue in queues), str(path))
    )
    say(f"handed over in {args.out}; the next hand-over begins here", aside=True)
    return 0


def _since(text: str | None) -> float | None:
    if text is None:
        return None
    from annotator.filter.times import time_of

    found = time_of(text, time.time())
    if found is None:
        raise UsageError(f"--since {text} is not a time.", "Use 8h or 2d for so long ago, 2026-11-21, or 2026-11-21T09:30.")
    return found / 1e9


def _queues(args: argparse.Namespace, store: "SqliteStore") -> "list[Queue]":
    if args.all and args.queue:
        raise UsageError("--all and --queue say different things.", "Leave one of them out.")
    if args.all:
        return store.queues() or [place.named_queue(store, None)]
    return [place.named_queue(store, name) for name in dict.fromkeys(args.queue)] or [place.named_queue(store, None)]
