"""`annotator export`: judged items as files for other programs, or as a data set on a server."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from annotator.cli import options, place, servers
from annotator.cli.filtering import condition_of, reviewer_of
from annotator.cli.saying import Meter, say
from annotator.domain.splits import Splits, parse_splits
from annotator.errors import ServerError, UsageError
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.domain.exported import Exported
    from annotator.domain.queue import Queue
    from annotator.formats.outputs import Format
    from annotator.store.store import SqliteStore
    from annotator.workflow.exporting import Exporting
    from annotator.workflow.filtering import Sieve

FORMATS = {
    "jsonl": "one JSON object an item, with everything; annotator import reads it",
    "csv": "one row an item; what is nested is JSON in its cell",
    "parquet": "the same columns; needs annotator[parquet]",
    "phoenix-dataset": "examples of a data set on the server, linked to their spans",
    "openai-evals": 'lines of {"item": {…}} for a data source of the Evals API',
    "openai-ft": "chats for fine-tuning, the expected output as the answer",
    "dspy": "examples with declared input keys, and a module that loads them",
    "pytest": "tests that run --function with the recorded inputs",
}
EXAMPLES = """in use:
  annotator export --format csv --out judged.csv correctness = fail
  annotator export --format parquet --out judged.parquet --all
  annotator export --format phoenix-dataset --dataset golden --split train=0.8,test=0.2
  annotator export --format openai-evals --out evals.jsonl
  annotator export --format openai-ft --out tuning/ --split train=0.9,validation=0.1
  annotator export --format dspy --out golden.py
  annotator export --format pytest --function my_app.support:answer --out test_golden.py

example: annotator export --format jsonl --out golden.jsonl"""
DESCRIPTION = """The judged items of a queue: what was asked and answered, the expected output where somebody wrote one, documents,
everybody's annotations. Times are UTC; what the config redacts stays hidden. A file is written whole or not at all.
By default a pass is the best label of the rubric's first required config, a fail the worst."""


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "export",
        help="judged items as files for other programs, or as a data set",
        description=DESCRIPTION,
        epilog="formats:\n" + "\n".join(f"  {name:<16} {what}" for name, what in FORMATS.items()) + f"\n\n{EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("filter", nargs="*", metavar="FILTER", help="only items of which this holds; annotator list --help has the language")
    options.common(verb)
    options.who(verb)
    verb.add_argument("--format", choices=FORMATS, required=True, metavar="FORMAT", help=", ".join(FORMATS))
    verb.add_argument("--out", metavar="FILE", help="a file, a folder/ (one file a split), or - for stdout (default)")
    verb.add_argument("--queue", metavar="NAME", help="which queue (default: the one used last)")
    verb.add_argument("--all", action="store_true", help="items that nobody judged, too")
    verb.add_argument("--members", metavar="NAME", help="exactly the items that a key of the screen put into this data set, judged or not")
    verb.add_argument("--mine", action="store_true", help="only my annotations, and items that I judged")
    verb.add_argument("--passing", metavar="FILTER", help="what a pass is, as a filter; judged items that do not match are fails")
    verb.add_argument("--split", metavar="NAME=SHARE,…", help="deal items out by a hash of their ids: train=0.8,dev=0.1,test=0.1")
    verb.add_argument("--seed", type=int, default=0, metavar="N", help="with --split: deal anew")
    verb.add_argument("--force", action="store_true", help="replace files that are there")
    tests = verb.add_argument_group("for pytest")
    tests.add_argument("--function", metavar="MODULE:NAME", help="what the tests run: my_app.support:answer")
    what = "what it is called with: the question as a text (default), the messages, or the whole case"
    tests.add_argument("--argument", choices=("input", "messages", "case"), default="input", help=what)
    how = "how answers are compared: as text without regard to blanks (default), exactly, or contained"
    tests.add_argument("--compare", choices=("text", "exact", "contains"), default="text", help=how)
    data = verb.add_argument_group("for phoenix-dataset")
    data.add_argument("--dataset", metavar="NAME", help="the data set to make or add to (default: the queue's name)")
    data.add_argument("--to", metavar="URL", help="the server for a queue that came from files")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    splits = parse_splits(args.split, args.seed) if args.split else None
    _check(args, splits)
    store = place.existing_store(args)
    queue = place.chosen_queue(store, args.queue)
    if args.members and args.members not in (names := store.dataset_names(queue.source.server)):
        raise UsageError(f"Nothing was put into {args.members!r} here.", f"Data sets: {', '.join(names) or 'none'}.")
    exporting = _exporting(args, store, queue, splits)
    if args.format in ("pytest", "openai-ft", "dspy") and not exporting.tells and not args.passing:
        raise UsageError(f"The rubric of {queue.name} does not say what a pass is.", "Say it: --passing 'correctness = pass'.")
    if args.format == "phoenix-dataset":
        return _upload(args, queue, exporting)
    return _write(args, queue, exporting, splits)


def _check(args: argparse.Namespace, splits: Splits | None) -> None:
    """Options that do not go together."""
    to_server = args.format == "phoenix-dataset"
    if to_server and args.out:
        raise UsageError("A data set goes to the server, not into a file.", "Say --dataset NAME, and leave --out out.")
    if not to_server and (args.dataset or args.to):
        raise UsageError("--dataset and --to are for --format phoenix-dataset.", "Leave them out.")
    if (args.format == "pytest") != bool(args.function):
        wanted = "--format pytest needs the function that is tested." if args.format == "pytest" else "--function is for --format pytest."
        raise UsageError(wanted, "Say --format pytest --function package.module:name.")
    if args.out in (None, "-") and args.format == "parquet" and sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal.", "Say --out FILE.")
    if splits and args.out in (None, "-") and args.format in ("openai-ft", "pytest"):
        raise UsageError(f"One file of {args.format} says nothing of splits.", "Name a folder, which has a file for each: --out golden/")
    if args.members and args.all:
        raise UsageError("--members names the items, judged or not.", "Leave --all out.")
    if args.seed and splits is None:
        raise UsageError("--seed deals splits anew.", "Add --split train=0.8,test=0.2.")


def _exporting(args: argparse.Namespace, store: "SqliteStore", queue: "Queue", splits: Splits | None) -> "Exporting":
    from annotator.config.paths import paths
    from annotator.config.settings import load_settings
    from annotator.workflow.exporting import Exporting, Wanted
    from annotator.workflow.filtering import Sieve

    me = reviewer_of(args, store, queue)

    def sieve(text: str | None) -> "Sieve | None":
        return Sieve(store, queue, condition_of(text, store, [queue]), me) if text else None

    wanted = Wanted(
        sieve(" ".join(args.filter)), sieve(args.passing), args.all, args.members or "", me if args.mine else None, me, splits,
        load_settings(paths().config).expected_output,
    )  # fmt: skip
    return Exporting(store, queue, wanted, store.redactor)


def _items(exporting: "Exporting", total: int, meter: Meter) -> "Iterator[Exported]":
    for one in exporting.items():
        meter(f"{exporting.queue.name}: item {one.item.position:,} of {total:,}")
        yield one
    meter.end()


def _write(args: argparse.Namespace, queue: "Queue", exporting: "Exporting", splits: Splits | None) -> int:
    from annotator.formats.outputs import into_files, into_stream

    kind = _format(args, queue)
    names = [name for name, _ in splits.shares] if splits else []
    to_stdout = args.out in (None, "-")
    opened = into_stream(kind, sys.stdout.buffer) if to_stdout else into_files(kind, args.out, names, args.force)
    meter = Meter()
    total = exporting.store.counts(queue.id).items
    try:
        with opened as outputs:
            for one in _items(exporting, total, meter):
                outputs.write(one)
            outputs.left.update(exporting.left)
    finally:
        meter.end()
    where = "" if to_stdout else f" in {_written(kind, args.out, names)}"
    return _tell(f"{queue.name}: {counted(outputs.written.total(), 'item')}{where}", outputs.written, outputs.left, exporting, to_stdout)


def _written(kind: "Format", out: str, splits: list[str]) -> str:
    """The files, what is run first; of splits their folder."""
    files = kind.files(out, splits)
    return " and ".join(str(path) for path in reversed(files[""])) if "" in files else out


def _format(args: argparse.Namespace, queue: "Queue") -> "Format":
    from annotator.formats.outputs import Format
    from annotator.formats.regression import Tested

    tested = Tested(args.function, args.argument, args.compare) if args.function else None
    return Format(args.format, queue.name, tuple(criterion.name for criterion in queue.rubric.criteria), tested)


def _upload(args: argparse.Namespace, queue: "Queue", exporting: "Exporting") -> int:
    from annotator.formats.outputs import nothing
    from annotator.workflow.datasets import upload

    if args.to and queue.source.server not in ("", servers.find(args.to).settings.url):
        raise UsageError(f"The queue {queue.name} belongs to {queue.source.server}.", "--to is for queues that came from files.")
    settings = servers.find(args.to).settings if args.to else servers.settings_of(queue)
    if settings is None:
        raise UsageError(f"The queue {queue.name} came from files: it has no server.", "Say --to URL.")
    name = args.dataset or queue.name
    phoenix = servers.connector(settings)("")
    phoenix.user()  # the version, and the rights of the key
    if not phoenix.capabilities.datasets:
        raise UsageError(f"{settings.named} cannot keep data sets apart by example.", "Update it, or export a file.")
    meter = Meter()
    total = exporting.store.counts(queue.id).items
    sent = 0

    def report(count: int) -> None:
        nonlocal sent
        sent = count

    try:
        done = upload(phoenix, name, _items(exporting, total, meter), report)
    except ServerError:
        if sent:
            say(f"annotator: {counted(sent, 'item')} went; the same command goes on, and changes nothing that is there.", aside=True)
        raise
    finally:
        meter.end()
        phoenix.close()
    if not done.count:
        raise nothing(exporting.left)
    same = done.count - done.put.created - done.put.updated
    what = f"data set {name}: {done.put.created:,} new, {done.put.updated:,} changed, {same:,} unchanged"
    return _tell(what, done.splits, exporting.left, exporting, False)


def _tell(what: str, splits: Counter[str], left: Counter[str], exporting: "Exporting", aside: bool) -> int:
    """What was written and what was not; the exit code."""
    dealt = ", ".join(f"{name} {count:,}" for name, count in splits.items() if name)
    say(what + (f" ({dealt})" if dealt else ""), aside=aside)
    for reason, count in (+left).most_common():
        say(f"  {counted(count, 'item')} left out: {reason}", aside=aside)
    if exporting.left.total():
        say("annotator: not every item could be read\n  annotator pull brings what is not here.", aside=True)
        return 1
    return 0
