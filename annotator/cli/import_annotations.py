"""`annotator import FILE`: evaluations and feedback from a file, beside what people said."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.cli import naming, opening, options, place, servers
from annotator.cli.saying import Meter, say
from annotator.cli.sending import send, sender
from annotator.domain.imported import KINDS, Import, ImportedRow
from annotator.domain.record import record
from annotator.domain.source import BadLine
from annotator.errors import UsageError
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.config.map_file import MapFile
    from annotator.sources.files.imported import ImportFile
    from annotator.store.store import SqliteStore
    from annotator.workflow.importing import Imported

NAMED = 50
"""Bad rows that are named; of the others it is said how many there are."""
MAP = """name = "support"
[target]
trace_id = "Trace"
[[annotation]]
name = "user_feedback"
column = "rating"
values = { up = { label = "positive", score = 1 }, down = { label = "negative", score = 0 } }
explanation = { column = "comment" }
[[annotation]]
name = "resolved"
label = { column = "status" }
when = { channel = ["chat", "mail"] }
metadata = { ticket = { column = "id" } }
"""
DESCRIPTION = """Rows of CSV, JSON Lines, JSON or Parquet become annotations, with columns as Phoenix names them: span_id (with
document_position for a document), trace_id or session_id; name; label, score, explanation; annotator_kind, metadata,
identifier. With a map, whatever they are called. What annotator export wrote (jsonl, csv, parquet) comes back as it was.
Bad rows are listed with their lines, the others are kept (exit code 1). Importing twice changes nothing. What a person
here wrote, and what the server has otherwise, is never changed."""
EPILOG = f"""a map, support.toml:
{"".join(f"  {row}" for row in MAP.splitlines(keepends=True))}
example: annotator import tickets.csv --map support.toml --dry-run"""


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "import",
        help="evaluations and feedback from a file",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.common(verb)
    options.who(verb)
    verb.add_argument("file", nargs="?", metavar="FILE", help="the file, or - for stdin")
    verb.add_argument("--map", metavar="FILE", help="which column says what: a TOML file, see below")
    verb.add_argument("--name", metavar="NAME", help="the annotations' name, whatever the rows say")
    verb.add_argument(
        "--kind", type=str.upper, choices=KINDS, help="the annotators' kind, whatever the rows say (default: LLM; with a map HUMAN)"
    )
    verb.add_argument("--queue", metavar="NAME", help="whose server has the traces (default: the queue used last)")
    verb.add_argument("--push", action="store_true", help="send them to the server too; without it they are only shown here")
    verb.add_argument("--to", metavar="URL", help="with --push: the server for a queue that came from files")
    verb.add_argument("--project", metavar="NAME", help="with --to: the server's project that has the traces")
    verb.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    verb.add_argument("--undo", action="store_true", help="take the last import back as a whole, also from the server")
    verb.set_defaults(run=run)


@record
class Place:
    """Where the rows belong: a server ('' for none), and how they are sent there."""

    server: str
    project: str = ""
    queue_id: int | None = None


def run(args: argparse.Namespace) -> int:
    store = place.existing_store(args)
    if args.undo:
        return _undo(args, store)
    if args.file is None:
        raise UsageError("There is nothing to import.", "Give a FILE, or - for stdin; --undo takes the last import back.")
    if args.map and (args.name or args.kind):
        raise UsageError("A map says names and kinds itself.", "Leave --name and --kind out, or import without the map.")
    from annotator.sources.files.imported import import_file

    mapping = _map(args.map)
    with import_file(args.file, getattr(args, "stdin", sys.stdin.buffer)) as file:
        if mapping and file.columns:
            for column in mapping.columns:
                if column not in file.columns:
                    raise mapping.missing(column, file.columns)
        where = _where(args, store)
        done, missing = _import(args, store, file, mapping, where)
    if args.push and not args.dry_run:
        return max(send(args, store, where.server), 1 if done.bad or missing else 0)
    _tell_waiting(store.outbox_counts(where.server).waiting if where.server and not args.dry_run else 0)
    return 1 if done.bad or missing else 0


def _map(path: str | None) -> "MapFile | None":
    if path is None:
        return None
    from annotator.config.map_file import load_map

    return load_map(Path(path))


def _where(args: argparse.Namespace, store: "SqliteStore") -> Place:
    """The server of the queue, the one that is named, or the environment's."""
    queue = place.named_queue(store, args.queue) if args.queue or store.queues() else None
    if args.to or queue is None:
        found = servers.find(args.to or "")
        if not args.to and not found.explicit:
            place.named_queue(store, None)  # says what there is
        settings = found.settings
        if queue is not None and queue.source.server not in ("", settings.url):
            raise UsageError(f"The queue {queue.name} belongs to {queue.source.server}.", "--to is for queues that came from files.")
        known = [one for one in store.queues() if one.source.server == settings.url and args.project in (None, one.source.project)]
        if known:
            return Place(settings.url, known[0].source.project, known[0].id)
        project = opening.choose_project(servers.connector(settings), args.project) if args.push else ""
        return Place(settings.url, project)
    if args.push and not queue.source.server:
        raise UsageError(f"The queue {queue.name} came from files: no server has its traces.", "Say --to URL, or leave --push out.")
    return Place(queue.source.server, queue.source.project, queue.id)


def _import(
    args: argparse.Namespace, store: "SqliteStore", file: "ImportFile", mapping: "MapFile | None", where: Place
) -> "tuple[Imported, bool]":
    """What was done, and whether the map names a column that no row had."""
    from annotator.sources.files.mapped import Mapped
    from annotator.workflow.importing import Importing, identifier_of

    name = mapping.map.name if mapping else file.stem
    sending = args.push and not args.dry_run
    annotator = sender(args, store, where.server, where.project) if sending else args.annotator or naming.kept_name() or ""
    work = Import(name, annotator, where.queue_id, where.project, args.push)
    bad = _Bad()
    meter = Meter()

    def report(done: "Imported") -> None:
        share = f", {min(100, 100 * file.read // file.total)}%" if file.total else ""
        meter(f"{name}: {done.new:,} new, {done.changed:,} changed, {done.unchanged:,} unchanged, {done.bad:,} bad{share}")

    mapped = Mapped(mapping.map) if mapping else None
    importing = Importing(store, where.server, work, identifier_of(name), bad.add, args.dry_run, report)
    try:
        importing.run(_rows(args, file, mapped))
    finally:
        meter.end()
        bad.say()
        _tell(name, importing.done, args.dry_run)
    if mapping is None or mapped is None or file.columns:
        return importing.done, False
    missing = [column for column in mapping.columns if column not in mapped.had]
    for column in missing:
        error = mapping.missing(column, sorted(mapped.had))
        say(f"annotator: {error.title}\n  {error.advice}", aside=True)
    return importing.done, bool(missing)


def _rows(args: argparse.Namespace, file: "ImportFile", mapped: Any) -> "Iterator[ImportedRow | BadLine]":
    from annotator.sources.files.evaluations import Evaluations

    said: Callable[..., Iterator[ImportedRow | str]] = mapped.rows if mapped else Evaluations(args.name or "", args.kind or "").rows
    return file.rows(said)


class _Bad:
    """Rows that were not kept, the first of them by name."""

    def __init__(self) -> None:
        self.lines: list[BadLine] = []
        self.count = 0

    def add(self, line: BadLine) -> None:
        self.count += 1
        if len(self.lines) < NAMED:
            self.lines.append(line)

    def say(self) -> None:
        for one in sorted(self.lines, key=lambda one: one.line):
            say(f"  line {one.line}: {one.reason}" if one.line else f"  {one.reason}", aside=True)
        if self.count > len(self.lines):
            say(f"  … and {self.count - len(self.lines):,} more", aside=True)


def _tell(name: str, done: "Imported", dry_run: bool) -> None:
    would = " would be" if dry_run else ""
    say(f"{name}: {done.new:,}{would} new, {done.changed:,} changed, {done.unchanged:,} unchanged, {done.bad:,} bad")
    if done.elsewhere:
        say(f"  {counted(done.elsewhere, 'row')} {'is' if done.elsewhere == 1 else 'are'} about traces that are not here")


def _undo(args: argparse.Namespace, store: "SqliteStore") -> int:
    if args.file is not None:
        raise UsageError("--undo takes the last import back, whatever file it was.", "Leave FILE out.")
    work = store.last_import()
    if work is None:
        raise UsageError("There is no import to take back.", "annotator import FILE makes one.")
    back, left = store.undo_import(work)
    stay = (
        f"; {counted(left, 'row')} {'was' if left == 1 else 'were'} changed since, and {'stays' if left == 1 else 'stay'}" if left else ""
    )
    say(f"{work.name}: {counted(back, 'row')} taken back{stay}")
    _tell_waiting(store.outbox_counts().waiting)
    return 0


def _tell_waiting(waiting: int) -> None:
    if waiting:
        say(f"{counted(waiting, 'row')} {'waits' if waiting == 1 else 'wait'} for annotator push")
