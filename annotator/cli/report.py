"""`annotator report`: who agrees with whom, which judge is right, how often items fail."""

import argparse
import json
import shutil
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from annotator.cli import options, place, servers
from annotator.cli.filtering import condition_of, reviewer_of
from annotator.cli.saying import Meter, say, were
from annotator.errors import UsageError
from annotator.workflow.report import BYS

if TYPE_CHECKING:
    from annotator.domain.queue import Queue
    from annotator.store.store import SqliteStore
    from annotator.workflow.report.rated import Judged

SHOWN = 20
"""Disagreements that are listed, unless --most says otherwise."""
WIDTH = 80
"""Of a report in a file or a pipe."""
EPILOG = """Intervals are of 95 %. kappa is Cohen's, of two people's labels; alpha is Krippendorff's, of any number of people, of scores by
how far they are apart. A judge is a model or a program that annotated under the same name; people are right about it: what was
adjudicated, else what most of them say. Failing is the label with the worst score, or what --fail names. The corrected failure
rate is what follows from the judge's verdicts on all items once it is known how often they are right (Rogan and Gladen).

example: annotator report --by model --width 0.1 not skipped"""


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "report",
        help="agreement of people, calibration of judges",
        description="Agreement between people, disagreements, failure rates, and judges against people, from what is in the store;\n"
        "over all items, or only those that a filter lets through (annotator list --help has the language).",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("filter", nargs="*", metavar="FILTER", help="only items of which this holds")
    options.common(verb)
    options.who(verb)
    queues = "this queue; may be repeated (default: the one used last)"
    verb.add_argument("--queue", metavar="NAME", action="append", default=[], help=queues)
    verb.add_argument("--config", metavar="NAME", action="append", default=[], help="only this annotation config; may be repeated")
    verb.add_argument("--by", choices=BYS, help="also for each of these apart; day is that of the trace, in UTC")
    verb.add_argument("--between", nargs=2, metavar="NAME", help="the confusion table of these two: people, judges, or me")
    verb.add_argument("--judge", metavar="NAME", help="only this judge")
    verb.add_argument("--human", metavar="NAME", help="hold judges against this person alone")
    verb.add_argument("--fail", metavar="LABEL", action="append", default=[], help="a label that means failure; may be repeated")
    verb.add_argument("--width", type=float, metavar="W", help="how many more verdicts until intervals are no wider than W, such as 0.1")
    verb.add_argument("--recheck", action="store_true", help="only how far people agree with themselves")
    verb.add_argument("--most", type=int, metavar="N", default=SHOWN, help=f"list at most N disagreements ({SHOWN}); --json has all")
    verb.add_argument("--seed", type=int, default=0, metavar="N", help="of the resampling that intervals come from (0)")
    verb.add_argument("--pull", action="store_true", help="first read what everybody annotated since from the server")
    verb.add_argument("--json", action="store_true", help="one JSON object")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    _check(args)
    from annotator.cli import report_json, report_names, report_text
    from annotator.workflow.report.figures import Asked
    from annotator.workflow.report.whole import report

    store = place.existing_store(args)
    queues = [place.named_queue(store, name) for name in dict.fromkeys(args.queue)] or [place.chosen_queue(store, None)]
    if args.pull:
        _pull(store, queues)
    found, unknown = _judged(args, store, queues)
    criteria = {criterion.name: criterion for queue in reversed(queues) for criterion in queue.rubric.criteria}
    asked = Asked(criteria, tuple(args.config), args.human or "", args.judge or "", tuple(args.fail), args.width, args.seed)
    report_names.check(asked, found, store)
    between = (args.between[0], args.between[1]) if args.between else None
    partial = [queue.name for queue in queues if queue.selection.rules and all(rule.when for rule in queue.selection.rules)]
    made = report([queue.name for queue in queues], " ".join(args.filter), args.by, found, asked, between, partial)
    if args.json:
        print(json.dumps(report_json.whole(made), ensure_ascii=True))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH
        for line in report_text.recheck(made, width) if args.recheck else report_text.lines(made, width, args.most):
            say(line)
    if unknown:
        say(f"annotator: {were(unknown, 'item')} left out, whose content is not here yet: annotator pull brings it.", aside=True)
    return 0


def _check(args: argparse.Namespace) -> None:
    """Raises UsageError for what cannot be."""
    if not all(find_spec(name) for name in ("numpy", "scipy")):
        raise UsageError("A report needs scipy, which is not installed.", "pip install 'annotator[report]'")
    if args.width is not None and not 0 < args.width < 1:
        raise UsageError(f"--width {args.width:g} is not between 0 and 1.", "Say for instance --width 0.1.")
    if args.most < 0:
        raise UsageError(f"--most {args.most} is below 0.", "Give a whole number of 0 or more.")
    if args.seed < 0:
        raise UsageError(f"--seed {args.seed} is below 0.", "Give a whole number of 0 or more.")


def _pull(store: "SqliteStore", queues: "list[Queue]") -> None:
    """Everybody's rows on every item's trace; queues from files have none elsewhere."""
    from annotator.workflow.everyone import TRACES, pull

    show = Meter()
    for queue in queues:
        settings = servers.settings_of(queue) if queue.source.is_server else None
        if settings is None:
            continue
        server, total, after = servers.connector(settings)(queue.source.project), store.counts(queue.id).items, 0
        while items := store.items(queue.id, after, TRACES):
            pull(store, server, queue.source.server, queue.source_id, list(dict.fromkeys(item.trace_id for item in items)))
            after = items[-1].position
            show(f"{queue.name}: annotations of {after:,} of {total:,} items")
    show.end()


def _judged(args: argparse.Namespace, store: "SqliteStore", queues: "list[Queue]") -> "tuple[list[Judged], int]":
    """The items, and how many the filter could not decide on."""
    from annotator.workflow.filtering import Sieve
    from annotator.workflow.report.rated import judged

    show, written = Meter(), " ".join(args.filter)
    condition = condition_of(written, store, queues) if written else None
    reviewers = {queue.id: reviewer_of(args, store, queue) for queue in queues}
    sieves = {queue.id: Sieve(store, queue, condition, reviewers[queue.id]) for queue in queues} if condition else {}
    total = sum(store.counts(queue.id).items for queue in queues)
    found = list(judged(store, queues, sieves, reviewers, args.by, lambda looked: show(f"item {looked:,} of {total:,}")))
    show.end()
    return found, sum(sieve.unknown for sieve in sieves.values())
