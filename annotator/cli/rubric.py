"""`annotator rubric …`: how to judge, kept as a file under version control."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.cli import options, place, servers
from annotator.cli.saying import say
from annotator.domain.rubric import Rubric
from annotator.errors import RubricError
from annotator.text.facts import counted
from annotator.text.rubric_lines import rubric_lines

if TYPE_CHECKING:
    from annotator.domain.queue import Queue

FILE = """name = "refunds"
version = "2"                   # answers say refunds@2
owner = "support quality"
instructions = "Read the refund policy first."

[[config]]
name = "correctness"
type = "categorical"            # or continuous, freeform
optimization_direction = "maximize"
instructions = "Judge the answer, not the tone."    # both are shown on demand while reviewing
values = [
    { label = "pass", score = 1, description = "the policy is applied", example = "refunds 30 EUR within 14 days" },
    { label = "fail", score = 0, description = "it is not", counterexample = "a rude, but right answer" },
]

[[config]]
name = "failure"
type = "categorical"
when = "correctness = fail"     # asked only after that answer
values = ["wrong amount", "wrong person"]
"""
EPILOG = f"""a rubric, refunds.toml:
{"".join(f"  {row}" for row in FILE.splitlines(keepends=True))}
a config also takes description, required, target (span, document, trace, session), kinds, key, lower_bound, upper_bound, step, threshold;
a label key.

example: annotator rubric check refunds.toml"""


def add(verbs: Any) -> None:
    from annotator.cli import rubric_migrate, rubric_server

    verb = verbs.add_parser(
        "rubric",
        help="how to judge, as a file: show, check, compare, pull, push, migrate",
        description="A rubric is a TOML file: which annotation configs are asked, in which order, and how to answer them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = verb.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = action(actions, "show", "a rubric as people read it", "annotator rubric show refunds.toml", _show)
    what = "a file, queue:NAME, or http(s)://… of a server; none is the queue used last"
    show.add_argument("rubric", nargs="?", metavar="FILE", help=what)
    show.add_argument("--queue", metavar="NAME", help="the rubric that a queue is judged by")
    show.add_argument("--project", metavar="NAME", help="of a server: whose configs")
    show.add_argument("--toml", action="store_true", help="as a file")
    check = action(actions, "check", "mistakes with their lines, and advice", "annotator rubric check refunds.toml --strict", _check)
    check.add_argument("file", metavar="FILE", help="a rubric.toml")
    check.add_argument("--strict", action="store_true", help="advice makes the exit code 1")
    diff = action(
        actions, "diff", "what another version changes; exit code 1 where answers may not fit any more",
        "annotator rubric diff queue:support refunds.toml", _diff,
    )  # fmt: skip
    diff.add_argument("old", metavar="OLD", help="a file, queue:NAME, or http(s)://… of a server")
    diff.add_argument("new", metavar="NEW", help="the same")
    diff.add_argument("--project", metavar="NAME", help="of a server: whose configs")
    rubric_server.add(actions)
    rubric_migrate.add(actions)


def action(actions: Any, name: str, what: str, example: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    """One sub-verb."""
    made: argparse.ArgumentParser = actions.add_parser(
        name, help=what, description=what[0].upper() + what[1:] + ".", epilog=f"example: {example}"
    )
    options.common(made)
    made.set_defaults(run=run)
    return made


def load(path: str) -> Rubric:
    """Raises RubricError with the line."""
    from annotator.config.rubric_file import load_rubric

    return load_rubric(Path(path))


def _named(args: argparse.Namespace, text: str | None, every: bool = False) -> tuple[Rubric, "Queue | None", bool]:
    """The rubric of a file, a queue, or a server's configs (`every`: also those of other projects); the queue; whether it is a server's."""
    if text is not None and servers.is_url(text):
        from annotator.cli.rubric_server import reach
        from annotator.domain.rubric import from_server
        from annotator.workflow.rubric_push import offered

        configs = reach(args, text)[1].configs()
        found = [row.config for row in configs] if every else offered(configs)
        if not found:
            raise RubricError(f"{text} has no annotation configs.", "annotator rubric push FILE makes some.")
        return from_server(found), None, True
    if text is None or text.startswith("queue:"):
        queue = place.named_queue(place.existing_store(args), (text or "").partition(":")[2] or getattr(args, "queue", None))
        return queue.rubric, queue, False
    return load(text), None, False


def _show(args: argparse.Namespace) -> int:
    rubric, queue, _ = _named(args, None if args.queue else args.rubric)
    if args.toml:
        from annotator.config.rubric_text import rubric_text

        out(rubric_text(rubric))
        return 0
    if queue is not None:
        say(f"queue {queue.name}")
    for line in rubric_lines(rubric, queue.digits if queue else {}):
        say(line)
    return 0


def out(text: str) -> None:
    """A file on stdout, as it is; a terminal gets it with control characters made visible."""
    if sys.stdout.isatty():
        say(text.rstrip("\n"))
    else:
        sys.stdout.write(text)


def _check(args: argparse.Namespace) -> int:
    from annotator.config.paths import paths
    from annotator.config.rubric_advice import advice
    from annotator.config.settings import load_settings
    from annotator.keymap.check import check_label_keys
    from annotator.keymap.load import load as load_keymap

    rubric = load(args.file)
    places = paths()
    check_label_keys(load_keymap(load_settings(places.config).keymap, places.keymaps), rubric)
    found = advice(Path(args.file), rubric)
    for line in found:
        say(line)
    say(f"{args.file}: {counted(len(rubric.criteria), 'config')}, {counted(len(found), 'warning')}")
    return 1 if found and args.strict else 0


def _diff(args: argparse.Namespace) -> int:
    from annotator.workflow.rubric_changes import changes, changes_against, rename_move, renames

    (old, _, from_server), (new, _, to_server) = (_named(args, text, True) for text in (args.old, args.new))
    if from_server or to_server:
        found = changes_against(old, new, from_server)
    else:
        found = changes(old, new)
        if old.tag == new.tag and any(change.name for change in found):
            say(f"both are {old.tag or 'without a name'}: give the new one another version", aside=True)
    for change in found:
        say(str(change))
    for gone, added in () if from_server or to_server else renames(old, new).items():
        say(f"renamed?    {gone} may be {added} by another name; a file of moves takes its answers along:")
        for line in ("[rename]", rename_move(gone, added)):
            say(f"            {line}")
    breaking = sum(change.breaking for change in found)
    say(f"{counted(breaking, 'breaking change')}, {len(found) - breaking} compatible" if found else "no difference")
    return 1 if breaking else 0
