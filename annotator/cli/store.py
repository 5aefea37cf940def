"""`annotator store check|backup|compact|purge`: keep the store in order."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.cli import asking, options, place
from annotator.cli.saying import Meter, say
from annotator.errors import UsageError
from annotator.text.escape import one_line
from annotator.text.facts import counted, size

if TYPE_CHECKING:
    from annotator.store.check import Checked

VERBS = {
    "check": (
        "look whether the store is whole",
        "Looks at every page, at what must hold between the tables, and at every payload; changes nothing. "
        "Exit code 1 where something needs a person.",
        "annotator store check",
    ),
    "backup": (
        "copy the store to a file",
        "A copy of one moment, also while other programs use the store; only its owner can read it. "
        "Without FILE it lies beside the store.",
        "annotator store backup ~/annotator-copy.db",
    ),
    "compact": (
        "give room that is not used back to the disk",
        "Writes the store anew without the room of what was removed. Refused while another program has it open.",
        "annotator store compact",
    ),
    "purge": (
        "remove the payloads of finished queues",
        "Lists the queues where nothing is left to judge, with their sizes, and asks before it removes what their traces hold; verdicts, "
        "journal and items stay, and nothing that is unsent goes. annotator pull brings purged traces again.",
        "annotator store purge --dry-run",
    ),
}


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "store",
        help="check, back up, compact, purge the store",
        description="Keep the store in order.",
        epilog="example: annotator store check",
    )
    actions = verb.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, (short, long, example) in VERBS.items():
        action = actions.add_parser(name, help=short, description=long, epilog=f"example: {example}")
        options.common(action)
        action.set_defaults(run={"check": check, "backup": backup, "compact": compact, "purge": purge}[name])
        if name == "check":
            action.add_argument("--rescue", action="store_true", help="where it is damaged: set it aside and save what can be read")
        if name == "backup":
            action.add_argument("file", nargs="?", metavar="FILE", help="the copy, or a folder for it")
            action.add_argument("--replace", action="store_true", help="a file of that name may go")
        if name == "purge":
            action.add_argument("--queue", metavar="NAME", help="only this queue, also where items are flagged")
            action.add_argument("--dry-run", action="store_true", help="only say what would be removed")
        if name in ("check", "purge"):
            action.add_argument("--yes", action="store_true", help="do not ask")


def check(args: argparse.Namespace) -> int:
    from annotator.store.check import check as look

    path = _existing(args)
    meter = Meter()
    started = time.monotonic()

    def report(what: str, done: int, total: int) -> None:
        share = f"{100 * done // total}%" if total else f"{time.monotonic() - started:.0f}s"
        meter(f"looking at {what}: {share}")

    found = look(path, report)
    meter.end()
    if not found.findings:
        rows = found.rows
        parts = (counted(rows["queue"], "queue"), counted(rows["item"], "item"), counted(rows["annotation"], "annotation"))
        say(f"{path} is whole: {', '.join(parts)}, {counted(rows['span'], 'span')}, {size(found.size)}")
        return 0
    for finding in found.findings:
        say(f"{finding.what}\n  {finding.advice}")
    if args.rescue and found.damaged:
        return _rescue(args, path)
    say(f"annotator: {_in_need(found)}", aside=True)
    return 1


def _in_need(found: "Checked") -> str:
    many = len(found.findings)
    return f"{counted(many, 'thing')} {'needs' if many == 1 else 'need'} a person"


def _rescue(args: argparse.Namespace, path: Path) -> int:
    if not _agreed(args, f"Set {path} aside and write a new store from what can be read? [y/N] ", "Rescuing"):
        return 1
    from annotator.store.rescue import rescue

    done = rescue(path)
    say(f"the damaged store is {done.aside}")
    say("saved: " + ", ".join(f"{count:,} {name}" for name, count in done.kept.items() if count))
    for name, count in done.lost.items():
        say(f"lost: {'nobody knows how many' if count is None else f'{count:,}'} of {name}")
    if done.mended:
        say(f"{counted(done.mended, 'row')} written again by what the journal says; annotator push sends them")
    return 1 if done.lost else 0


def backup(args: argparse.Namespace) -> int:
    from annotator.store.opening import open_database

    path = _existing(args)
    to = _copy_of(path, args.file)
    if to.exists() and not args.replace:
        raise UsageError(f"{to} is there already.", "Name another file, or say --replace.")
    meter = Meter()
    db = open_database(path)
    try:
        db.backup(to, report=lambda done, total: meter(f"{size(done)} of {size(total)}"))
    finally:
        db.close()
        meter.end()
    say(f"{to}, {size(to.stat().st_size)}")
    return 0


def _copy_of(path: Path, given: str | None) -> Path:
    """Where the copy goes. Never a file of the store itself."""
    name = f"{path.name}.{time.strftime('%Y%m%dT%H%M%S')}.backup"
    if given == "-":
        raise UsageError("A copy of the store is a file, not a stream.", "Name a file, or give none.")
    to = Path(given).expanduser().absolute() if given else path.with_name(name)
    if to.is_dir():
        to = to / name
    if not to.parent.is_dir():
        raise UsageError(f"There is no folder {to.parent}.", "Make it first, or name another file.")
    own = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", ".drain", ".queues")]
    if any(to.resolve() == one.resolve() for one in own):
        raise UsageError(f"{to} is the store itself.", "Name another file.")
    return to


def compact(args: argparse.Namespace) -> int:
    from annotator.store.compact import compact as write_anew

    path = _existing(args)
    before, after = write_anew(path)
    say(f"{path}: {size(before)} before, {size(after)} after")
    return 0


def purge(args: argparse.Namespace) -> int:
    from annotator.store import purge as purging

    _existing(args)
    store = place.existing_store(args)
    queues = [place.named_queue(store, args.queue)] if args.queue else store.queues()
    found = [purging.purgeable(store.db, queue, bool(args.queue)) for queue in queues]
    for one in found:
        row = (f"kept: {one.why_not}",) if one.why_not else (counted(one.traces, "trace"), size(one.bytes))
        print("\t".join(map(one_line, (one.queue.name, *row))))
    going = [one for one in found if one.traces]
    if args.queue and found[0].why_not:
        raise UsageError(f"The queue {args.queue} is kept: {found[0].why_not}.", "Finish it first.")
    if not going or args.dry_run:
        say("nothing was removed")
        return 0
    total = sum(one.bytes for one in going)
    question = f"Remove {size(total)} that {counted(len(going), 'queue')} can be pulled again for? Verdicts and items stay. [y/N] "
    if not _agreed(args, question, "Purging"):
        return 0
    meter = Meter()
    for one in going:
        purging.purge(store.db, one.queue, store.clock(), bool(args.queue), lambda done: meter(f"{done:,} traces"))
    meter.end()
    say(f"removed {size(total)}; annotator store compact gives the room back to the disk, annotator pull brings the traces again")
    return 0


def _existing(args: argparse.Namespace) -> Path:
    path = place.store_path(args).absolute()
    if not path.exists():
        raise UsageError(f"There is no store at {path} yet.", "annotator review SOURCE or annotator pull SOURCE makes one.")
    return path


def _agreed(args: argparse.Namespace, question: str, what: str) -> bool:
    """A person said yes, here or with --yes."""
    if args.yes:
        return True
    if not asking.interactive():
        raise UsageError(f"{what} asks first, and there is no terminal.", "Add --yes.")
    if asking.agreed(question):
        return True
    print("kept")
    return False
