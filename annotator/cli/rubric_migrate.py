"""`annotator rubric migrate`: a queue and its verdicts from one rubric to another."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.cli import asking, naming, options, place
from annotator.cli.saying import say
from annotator.errors import RubricError, StoreError, UsageError
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.domain.queue import Queue
    from annotator.store.store import SqliteStore
    from annotator.workflow.migration import Migration

MOVES = """[moves.correctness]             # a table for each config
wrong = "incorrect"             # a label, and the one that it becomes
[moves.helpfulness]
"1..2" = "no"                   # a score, or a stretch of scores with both ends
"3..5" = "yes"
[rename]
accuracy = "correctness"        # a config's old name, and its new one
"""
DESCRIPTION = """A queue is judged by another rubric from here on, and your answers move with it: one step, kept in the journal, sent
to the server as any other, taken back by --undo. All of your answers on the traces of the queue to a config of that name are looked
at; nobody else's are changed. One that fits the new rubric stays as it is, one that a move speaks of gets the new label, its score,
and in its metadata the rubric and what it was before; its explanation stays. With one that fits nothing, nothing is done.
An answer to a renamed config is written under its new name, and deleted under the old one; where the new one has answers of
yours already, nothing is done.
Digits stay with their labels: a new label gets a digit that none had."""


def add(actions: Any) -> None:
    from annotator.cli.rubric import action

    migrate = action(actions, "migrate", "judge a queue by another rubric, and move your answers", "", _run)
    migrate.description = DESCRIPTION
    rows = "".join(f"  {row}" for row in MOVES.splitlines(keepends=True))
    keep = 'keep = ["tone"] above the tables leaves the answers to a config as they are, also where nobody asks for them any more.'
    migrate.epilog = (
        f"moves, moves.toml:\n{rows}\n{keep}\n\nexample: annotator rubric migrate refunds.toml --moves moves.toml --queue support"
    )
    migrate.formatter_class = argparse.RawDescriptionHelpFormatter
    options.who(migrate)
    migrate.add_argument("file", nargs="?", metavar="FILE", help="the new rubric.toml")
    migrate.add_argument("--moves", metavar="FILE", help="what becomes of answers that do not fit it, see below")
    migrate.add_argument("--queue", metavar="NAME", help="the queue (default: the one used last)")
    migrate.add_argument("--yes", action="store_true", help="do not ask")
    migrate.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    migrate.add_argument("--undo", action="store_true", help="take the move back: every answer, and the rubric; also from the server")


def _run(args: argparse.Namespace) -> int:
    from annotator.store.lock import queue_lock

    store = place.existing_store(args)
    queue = place.named_queue(store, args.queue)
    if args.undo == bool(args.file):
        raise UsageError("Say FILE, the new rubric, or --undo.", "annotator rubric migrate --help shows both.")
    annotator, identifier = _who(args, store, queue)
    with queue_lock(place.store_path(args), queue.id, alone=True) as alone:
        if not alone and not args.dry_run:
            raise StoreError(f"{queue.name} is being reviewed.", "Leave the review, then do it again.")
        done = _undo(store, queue, annotator) if args.undo else _migrate(args, store, queue, annotator, identifier)
    waiting = store.outbox_counts(queue.source.server).waiting if queue.source.server else 0
    if waiting and done == 0 and not args.dry_run:
        say(f"{counted(waiting, 'row')} {'waits' if waiting == 1 else 'wait'} for annotator push")
    return done


def _who(args: argparse.Namespace, store: "SqliteStore", queue: "Queue") -> tuple[str, str]:
    """Whose answers."""
    accounts = store.accounts(queue.source.server) if queue.source.server else []
    if not accounts:
        name = naming.name_of(args, None)
        return name, naming.identifier_of(name)
    known = args.annotator or naming.kept_name() or (accounts[0].annotator if len(accounts) == 1 else None)
    account = next((one for one in accounts if one.annotator == known), None)
    if account is None:
        names = ", ".join(one.annotator for one in accounts)
        raise UsageError(f"{known or 'Nobody'} has not judged on {queue.source.server} before.", f"Say --as NAME: {names}.")
    return account.annotator, account.identifier


def _undo(store: "SqliteStore", queue: "Queue", annotator: str) -> int:
    from annotator.workflow.migration import take_back

    title = take_back(store, queue, annotator)
    say(f"taken back: {title}; {queue.name} is judged by {store.queue(queue.id).rubric.tag or 'its earlier rubric'} again")
    return 0


def _migrate(args: argparse.Namespace, store: "SqliteStore", queue: "Queue", annotator: str, identifier: str) -> int:
    from annotator.cli.rubric import load
    from annotator.config.moves_file import load_moves
    from annotator.domain.moves import NO_MOVES
    from annotator.workflow.migration import carry_out, plan

    new = load(args.file)
    moves = load_moves(Path(args.moves), new) if args.moves else NO_MOVES
    made = plan(store, queue, new, moves, annotator, identifier)
    _tell(made, annotator)
    _refuse(made, args.file)
    if not made.rows and queue.rubric == new:
        say(f"{queue.name} is judged by {new.tag} already")
        return 0
    question = (
        f"{queue.name}: {counted(len(made.rows), 'answer')} of {annotator} to move, from {queue.rubric.tag or '(no name)'} to {new.tag}"
    )
    if args.dry_run:
        say(question)
        return 0
    if not args.yes:
        if not asking.interactive():
            raise UsageError("Moving answers asks first, and there is no terminal.", "Add --yes.")
        if not asking.agreed(f"{question}. Go on? [y/N] "):
            say("nothing was changed", aside=True)
            return 1
    carry_out(store, made, annotator, identifier, moves)
    say(f"done: {question}")
    return 0


def _tell(made: "Migration", annotator: str) -> None:
    for (name, old, new), count in made.moved.items():
        say(f"{count:>7,}  {name}: {f'{old} becomes {new}' if old != new else f'the score of {old}'}")
    for what, counts in (("stay as they are", made.kept), (f"are other people's, who move them themselves (not {annotator})", made.others)):
        for (name, label), count in counts.items():
            say(f"{count:>7,}  {name}: {label} {what}")


def _refuse(made: "Migration", file: str) -> None:
    if made.undecided:
        raise StoreError(
            f"{counted(made.undecided, 'answer')} of yours to be moved {'was' if made.undecided == 1 else 'were'} changed on the server.",
            "annotator push shows them; decide, then move.",
        )
    if made.taken:
        found = ", ".join(f"{name} on {count}" for name, count in made.taken.items())
        raise RubricError(f"You have answers under the new name already: {found}.", "Give the config a name that none of your answers has.")
    if not made.stuck:
        return
    advice = f"Write moves and say --moves FILE: {_example(made)}; or keep the labels in {file}."
    if made.queue.rubric.tag == made.rubric.tag and made.queue.rubric != made.rubric:
        advice = f"{file} has the name and version of what they were judged by: give it another version. {advice}"
    found = ", ".join(f"{name} = {label} on {count}" for (name, label), count in made.stuck.items())
    raise RubricError(f"Answers of yours fit the new rubric no more, and no move says what becomes of them: {found}.", advice)


def _example(made: "Migration") -> str:
    from annotator.workflow.rubric_changes import rename_move, renames

    name, label = next(iter(made.stuck))
    if (new := renames(made.queue.rubric, made.rubric).get(name)) is not None:
        return f"[rename] {rename_move(name, new)}"
    key = name if name.isascii() and name.replace("_", "a").replace("-", "a").isalnum() else f'"{name}"'
    return f'[moves.{key}] "{label}" = "…"'
