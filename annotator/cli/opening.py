"""From the command line to a queue: which source, which project, which rubric, and who judges."""

import argparse
import difflib
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from annotator.cli import asking, choosing, place
from annotator.cli.meaning import alike, asks_for, free_name, there
from annotator.cli.naming import identifier_of, kept_name, name_if_known, name_of, nameless, role_of, sole
from annotator.cli.servers import connector, find, is_url, settings_of
from annotator.config.server import find_project
from annotator.domain.queue import Queue, Selection, SourceRef
from annotator.domain.record import record
from annotator.domain.rubric import BUILT_IN, Rubric
from annotator.domain.source import ServerSettings, Source
from annotator.errors import IdentityError, ProjectNotFound, UsageError

if TYPE_CHECKING:
    from annotator.sources.phoenix import Phoenix
    from annotator.store.store import SqliteStore


EMPTY_PROJECT = "default"


@record
class Opened:
    """A queue ready to be filled and reviewed."""

    queue: Queue
    annotator: str
    """'' where nobody judges and nobody is known."""
    identifier: str
    connect: "Callable[[str], Phoenix] | None"
    source: Callable[[], Source] | None
    greeting: str = ""
    read_only: str = ""
    """Why the server takes nothing, where it was asked."""
    remark: str = ""
    """Of a queue that was just made."""


def open_queue(args: argparse.Namespace, store: "SqliteStore") -> Opened:
    """Resume the queue that the options mean, or make it. Raises UsageError where something has to be said first.

    With `args.nameless` nobody is going to judge, and a name is not asked for.
    """
    if args.source is None:
        found = find()
        if args.queue is None and found.explicit:
            return _server(args, store, found.settings)
        queue = place.named_queue(store, args.queue)
        return _resume(args, store, queue) if asks_for(args, queue) else _beside(args, store, queue)
    if is_url(args.source):
        if args.more:
            raise UsageError("A server and files cannot be one queue.", "Give the server alone, or files alone.")
        return _server(args, store, find(args.source).settings)
    return _files(args, store)


def _beside(args: argparse.Namespace, store: "SqliteStore", queue: Queue) -> Opened:
    """The traces of a queue by another filter, judged as they are there: another queue."""
    if queue.source.location == "-":
        raise UsageError(f"The traces of {queue.name} came through a pipe.", "Look at some of it: annotator list FILTER.")
    server = settings_of(queue) if queue.source.is_server else None
    args.queue = None  # the name is that of the queue which is there
    args.target = args.target or (None if args.kind else queue.selection.target)
    if server is not None:
        args.project = args.project or queue.source.project
        return _server(args, store, server, queue.rubric)
    args.source, *args.more = queue.source.location.split("\n")
    return _files(args, store, queue.rubric)


def _resume(args: argparse.Namespace, store: "SqliteStore", queue: Queue) -> Opened:
    """A queue that is there: no network is needed."""
    if args.rubric and (rubric := _from_file(args.rubric)) != queue.rubric:
        from annotator.cli.rubric_queue import take

        queue, word = take(args, store, queue, rubric)
        return replace(_resumed(args, store, queue), greeting=word)
    return _resumed(args, store, queue)


def _resumed(args: argparse.Namespace, store: "SqliteStore", queue: Queue) -> Opened:
    if person := queue.selection.reviewer:
        if args.annotator not in (None, "", person):
            way_out = f"Name the source, with --reviewers {queue.selection.reviewers}: that makes yours. Or say --as {person}."
            raise UsageError(f"The queue {queue.name} is {person}'s.", way_out)
        args.annotator = person
    if queue.complete and args.limit is not None and args.limit != queue.selection.limit:
        raise UsageError(f"The queue {queue.name} was made with another limit.", "Make a second one with --queue NAME.")
    server = settings_of(queue)
    store.touch(queue.id)
    source = None if queue.source.is_server or queue.source.location == "-" else _files_again(queue)
    if server is None:
        name = name_if_known(args, None)
        return Opened(queue, name, identifier_of(name), None, source)
    connect = None if args.offline else connector(server)
    accounts = store.accounts(server.url)
    known = args.annotator or kept_name() or sole(accounts)
    known = known and role_of(args, known)
    account = next((one for one in accounts if one.annotator == known), None)
    if account is None:
        if nameless(args) and not known:
            return Opened(queue, "", "", connect, source)
        if connect is None:
            stranger = f"{known or 'Nobody'} has not judged on {server.url} before."
            raise IdentityError(stranger, "Connect once without --offline, or say --as NAME.")
        return replace(_contacted(args, store, queue, connect), source=source)
    return Opened(queue, account.annotator, account.identifier, connect, source)


def _contacted(args: argparse.Namespace, store: "SqliteStore", queue: Queue, connect: "Callable[[str], Phoenix]") -> Opened:
    from annotator.workflow.sync import contact

    user = connect(queue.source.project).user()
    account = contact(store, queue.source.server, name_of(args, user), user)
    return Opened(queue, account.annotator, account.identifier, connect, None)


def _server(args: argparse.Namespace, store: "SqliteStore", server: ServerSettings, rubric: Rubric | None = None) -> Opened:
    """`rubric`: where the options name none."""
    chosen = choosing.selection(args, server=True)
    project = args.project or find_project() or None
    known = (args.annotator or kept_name() or sole(store.accounts(server.url)) or "") if chosen.is_personal else ""
    selection = choosing.of_person(chosen, known) if known else chosen
    if (queue := there(args, store, server, project, selection)) is not None:
        return _resume(args, store, queue)
    if args.offline:
        raise UsageError(f"There is no queue of {server.url} in the store.", "Fill one first: annotator pull, with the network.")
    _say(f"connecting to {server.url} …")
    connect = connector(server)
    project = choose_project(connect, project)
    phoenix = connect(project)
    user = phoenix.user()
    name = name_of(args, user) if chosen.is_personal else name_if_known(args, user)
    selection = choosing.of_person(chosen, name)
    if chosen.is_personal and name != known and (queue := there(args, store, server, project, selection)) is not None:
        return _resume(args, store, queue)
    rubric, greeting = (rubric, "") if rubric and not (args.rubric or args.config) else _rubric(args, phoenix)
    source = SourceRef(server.url, project, server.url)
    queue = store.create(free_name(store, args.queue, project, selection), source, selection, rubric)
    remark, read_only = _remark(args, store, queue), phoenix.capabilities.read_only
    if not name:
        return Opened(queue, "", "", connect, None, greeting or remark, read_only, remark)
    from annotator.workflow.sync import contact

    account = contact(store, server.url, name, user)
    return Opened(queue, name, account.identifier, connect, None, greeting or remark, read_only, remark)


def _files(args: argparse.Namespace, store: "SqliteStore", rubric: Rubric = BUILT_IN) -> Opened:
    """`rubric`: where the options name none."""
    selection = choosing.selection(args, server=False)
    location = _location([args.source, *args.more])
    if selection.is_personal:
        selection = choosing.of_person(selection, name_of(args, None))
    for queue in store.queues():
        same = queue.source.location == location != "-" and alike(queue.selection, selection)
        if same and args.queue in (None, queue.name):
            return _resume(args, store, queue)
    name = name_if_known(args, None)
    source = _file_source(location, getattr(args, "stdin", sys.stdin.buffer) if location == "-" else None)
    rubric = _from_file(args.rubric) if args.rubric else rubric
    stem = "stdin" if location == "-" else Path(location.partition("\n")[0]).name.split(".")[0]
    queue = store.create(free_name(store, args.queue, stem, selection), SourceRef(location), selection, rubric)
    remark = _remark(args, store, queue)
    return Opened(queue, name, identifier_of(name), None, source, remark, remark=remark)


def _remark(args: argparse.Namespace, store: "SqliteStore", queue: Queue) -> str:
    """What a new queue's rules do not do, for people."""
    selection, words = queue.selection, list[str]()
    if args.rules and not selection.rules:
        words.append(f"{args.rules} has no [[rule]]: the queue takes everything.")
    ruled = (one for one in store.queues() if one.id != queue.id and one.source_id == queue.source_id and one.selection.rules)
    other = next((one for one in ruled if replace(one.selection, rules=()) == replace(selection, rules=())), None)
    if selection.rules and other is not None:
        words.append(f"{other.name} keeps the rules that it began with; this queue is another one.")
    by_chance = selection.order in ("random", "stratified") or (selection.reviewers > 1 and selection.order != "uncertain")
    if selection.rules and selection.limit is not None and not by_chance:
        words.append("The limit cuts by order, not by chance: the items stand for nothing else.")
    return " ".join(words)


def _location(sources: Sequence[str]) -> str:
    """Absolute paths, each on a line of its own, or '-'."""
    if "-" in sources and len(sources) > 1:
        raise UsageError("Standard input (-) stands alone.", "Give files, or put everything into the pipe.")
    if any(map(is_url, sources)):
        raise UsageError("A server and files cannot be one queue.", "Give the server alone, or files alone.")
    return "\n".join(source if source == "-" else str(Path(source).expanduser().resolve()) for source in sources)


def _file_source(location: str, stdin: BinaryIO | None = None) -> Callable[[], Source]:
    """Looks at the file at once, so that a wrong path is said before a queue is made."""
    from annotator.sources.files import Files

    first = [Files(location, stdin)]
    # One that is made later sees what the file has become.
    return lambda: first.pop() if first else Files(location, stdin)


def _files_again(queue: Queue) -> Callable[[], Source] | None:
    """Files that were read to their end may have changed since, or be gone."""
    if not queue.complete:
        return _file_source(queue.source.location)
    if not all(Path(one).exists() for one in queue.source.location.split("\n")):
        return None

    def source() -> Source:
        from annotator.sources.files import Files

        return Files(queue.source.location)

    return source


def choose_project(connect: "Callable[[str], Phoenix]", asked: str | None) -> str:
    """The one that was asked for, the only one, or a person's choice; the empty `default` of every Phoenix does not count."""
    names = list(connect("").projects())
    if asked is not None:
        if asked not in names:
            near = ", ".join(difflib.get_close_matches(asked, names, 3)) or ", ".join(names) or "none"
            raise ProjectNotFound(f"The server has no project {asked!r}.", f"Nearest: {near}. Choose one with --project NAME.")
        return asked
    if not names:
        raise UsageError("The server has no project.", "Send it traces first, or review a file.")
    if len(names) > 1 and EMPTY_PROJECT in names:
        first = next(connect(EMPTY_PROJECT).pages(Selection()), None)
        if first is None or not first.headers:
            names.remove(EMPTY_PROJECT)
    if len(names) == 1:
        return names[0]
    several = UsageError("The server has more than one project.", f"Say --project NAME: {', '.join(names)}.")
    return asking.ask_one("Which project?", names, several)


def _from_file(path: str) -> Rubric:
    from annotator.config.rubric_file import load_rubric

    return load_rubric(Path(path))


def _rubric(args: argparse.Namespace, server: "Phoenix") -> tuple[Rubric, str]:
    if args.rubric:
        return _from_file(args.rubric), ""
    from annotator.workflow.rubrics import offer

    configs = server.configs()
    made = offer(configs, args.config)
    if made.rubric is None:
        names = [row.config.name for row in made.choices]
        wrong = UsageError("The server has more than five annotation configs.", f"Choose with --config NAME …: {', '.join(names)}.")
        made = offer(configs, asking.ask_some("Judge by which annotation configs?", names, wrong))
    assert made.rubric is not None
    return made.rubric, made.note


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(text, file=sys.stderr)
