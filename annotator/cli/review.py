"""`annotator review`: the review screen."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.cli import choosing, opening, options, place, servers, watching
from annotator.cli.saying import say
from annotator.config.paths import paths
from annotator.config.settings import load_settings
from annotator.errors import ConfigError, NotATerminal, StoreError, UsageError

if TYPE_CHECKING:
    from annotator.store.store import SqliteStore
    from annotator.ui.styles import Theme


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "review",
        help="review a queue",
        description="Fill or resume a queue and open it at its first item while the rest loads. "
        "Without SOURCE: the server that the Phoenix environment variables name, else the queue used last, else a start screen.",
        epilog="example: annotator review http://127.0.0.1:6006 --project support-bot --status ERROR --limit 200",
    )
    options.common(verb)
    options.who(verb)
    options.source(verb)
    options.watch(verb)
    verb.add_argument("--keymap", metavar="NAME", help="a shipped keymap, one of your own, or a file")
    verb.add_argument("--open", action="store_true", help="show others' annotations before your own verdict")
    what = "settle what others disagree on: their verdicts are open, yours are rows of their own; without --filter, what is disputed"
    verb.add_argument("--adjudicate", action="store_true", help=what)
    what = "for your own consistency: before this share of the items (3%%) one that you judged earlier comes again, unmarked; see report"
    verb.add_argument("--recheck", metavar="SHARE", help=what)
    verb.add_argument("--hold", action="store_true", help="stay on an item on which somebody disagrees, until Enter")
    verb.add_argument("--suggest", action="store_true", help="fill in what a model answered: Enter takes it, a digit overrides it")
    what = "of several reviewers: keep an item for whoever reads it, so that nobody else begins it; at most so long (10m, 1h)"
    verb.add_argument("--lease", metavar="TIME", help=what)
    verb.add_argument("--dataset", metavar="NAME", help="the data set that a key adds items to (default: asked once, with the first one)")
    verb.set_defaults(run=run)


def need_terminal() -> None:
    """Raises NotATerminal where no screen can be drawn."""
    term = os.environ.get("TERM", "")
    if not sys.stdout.isatty() or term in ("", "dumb"):
        why = "stdout is not a terminal" if not sys.stdout.isatty() else f"TERM is {term!r}, which cannot draw a screen"
        raise NotATerminal(f"The review screen needs a terminal: {why}.", "Run it in one, or use annotator pull, list, show and annotate.")
    if not sys.stdin.isatty():
        way_out = "Run it without < or |; SOURCE - reads traces from a pipe."
        raise NotATerminal("The review screen needs a keyboard: stdin is not a terminal.", way_out)


def run(args: argparse.Namespace) -> int:
    gc.disable()  # until the first frame: nearly all that is made before it stays, and looking for garbage in it takes 5 % of the time
    if args.source == "-":
        _take_stdin(args)
    need_terminal()
    watching.seconds(args)
    if args.adjudicate and not args.filter:
        args.filter = "disagreement"
    _recheck(args)
    path = place.store_path(args)
    store = place.open_store(path)
    if args.source is None and args.queue is None and not store.queues() and not servers.named_by_environment():
        return _start(args, store)
    opened = opening.open_queue(args, store)
    store.close()
    watching.check(opened, watching.seconds(args))
    return show(args, path, opened)


def _recheck(args: argparse.Namespace) -> float:
    """The share of items before which one comes again; 0 without --recheck. Raises UsageError."""
    text = getattr(args, "recheck", None)
    if text is None:
        return 0.0
    from annotator.workflow.recheck import MOST

    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0 < share <= MOST:
        raise UsageError(f"--recheck {text} is no share above 0 and at most {MOST:.0%}.", "Say for instance --recheck 3%.")
    if getattr(args, "adjudicate", False):
        raise UsageError("--recheck is for first verdicts, and --adjudicate settles them.", "Leave one of them out.")
    return share


def show(args: argparse.Namespace, path: Path, opened: opening.Opened) -> int:
    """Run the screen; what is unsent is said on the way out."""
    from annotator.keymap.check import check_label_keys
    from annotator.keymap.load import load
    from annotator.store.lock import drain_lock, queue_lock

    places = paths()
    config = load_settings(places.config)
    keymap = load(args.keymap or config.keymap, places.keymaps)
    check_label_keys(keymap, opened.queue.rubric)

    from annotator.ui.app import run as run_screen
    from annotator.ui.session import Session

    session = Session(
        opened.queue,
        opened.annotator,
        opened.identifier,
        keymap,
        lambda: place.open_store(path),
        lambda: drain_lock(path),
        opened.connect,
        opened.source,
        getattr(args, "offline", False),
        config.auto_advance,
        theme_of(config.theme),
        opened.greeting or servers.warned(),
        opened.read_only,
        servers.trace_url(opened.queue),
        opened.queue.rubric.keys,
        redactor=place.redactor(),
        watch=watching.seconds(args),
        lease=choosing.lease(args, opened.queue.selection.reviewers),
        expected_output=config.expected_output,
        first_failure=config.first_failure,
        show_others=config.show_others or getattr(args, "open", False) or getattr(args, "adjudicate", False),
        hold=config.hold or getattr(args, "hold", False),
        suggest=config.suggest or getattr(args, "suggest", False),
        recheck=_recheck(args),
        dataset=_dataset(args, path, opened) or config.dataset,
        datasets=_datasets(opened),
        rubric_file=getattr(args, "rubric", None) or "",
    )
    with queue_lock(path, opened.queue.id) as held:
        if held is None:
            raise StoreError(f"{opened.queue.name} is being moved to another rubric.", "Review it when that is done.")
        unsent = run_screen(replace(session, alone=held.alone))
    store = place.open_store(path)
    place.remove_if_empty(store, opened.queue)
    store.close()
    if unsent.waiting or unsent.parked:
        parked = f", {unsent.parked} parked (annotator push shows why)" if unsent.parked else ""
        rows = "1 row is" if unsent.waiting == 1 else f"{unsent.waiting:,} rows are"
        them = "it" if unsent.waiting == 1 else "them"
        say(f"annotator: {rows} not on {opened.queue.source.server} yet{parked}; annotator push sends {them}.")
    return 0


def _dataset(args: argparse.Namespace, path: Path, opened: opening.Opened) -> str:
    """What `--dataset` names is kept with the queue."""
    given = getattr(args, "dataset", None)
    if given is None:
        return opened.queue.dataset
    if not given.strip():
        raise UsageError("--dataset names no data set.", "Say --dataset NAME.")
    store = place.open_store(path)
    store.set_dataset(opened.queue.id, given.strip())
    store.close()
    return str(given.strip())


def _datasets(opened: opening.Opened) -> Callable[[], Sequence[str]] | None:
    connect = opened.connect
    if connect is None:
        return None

    def names() -> Sequence[str]:
        server = connect(opened.queue.source.project)
        try:
            return server.datasets()
        finally:
            server.close()

    return names


def theme_of(name: str) -> "Theme":
    """Raises ConfigError for a theme that there is not."""
    from annotator.ui.styles import THEMES

    for theme in THEMES:
        if name in ("", theme):
            return theme
    raise ConfigError(f"There is no theme {name!r}.", f"Themes: {', '.join(THEMES)}.")


def _take_stdin(args: argparse.Namespace) -> None:
    """Traces come from a pipe, keys from the terminal: keep the pipe aside and put the terminal in its place."""
    if sys.stdin.isatty():
        raise NotATerminal("SOURCE - reads traces from a pipe, and stdin is the keyboard.", "cat traces.jsonl | annotator review -")
    pipe = os.fdopen(os.dup(0), "rb")
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise NotATerminal("The review screen needs a keyboard, and there is no terminal.", "Use annotator pull - instead.") from None
    os.dup2(terminal, 0)
    os.close(terminal)
    args.stdin = pipe


def _start(args: argparse.Namespace, store: "SqliteStore") -> int:
    """The start screen, then what was chosen there."""
    from annotator.config.server import DEFAULT_URL
    from annotator.keymap.load import load
    from annotator.ui.screens.start import StartApp

    places = paths()
    keymap = load(args.keymap or load_settings(places.config).keymap, places.keymaps)
    queues = [queue.name for queue in store.queues()]
    store.close()
    chosen = StartApp(keymap, queues, Path.cwd(), DEFAULT_URL, servers.probe_default_server).run()
    if chosen is None:
        return 0
    if chosen == "demo":
        from annotator.cli import demo

        return demo.run(args)
    if chosen.startswith("queue "):
        args.queue = chosen.removeprefix("queue ")
    elif servers.is_url(chosen):
        args.source, _, args.project = chosen.partition(" ")
    else:
        args.source = chosen
    return run(args)
