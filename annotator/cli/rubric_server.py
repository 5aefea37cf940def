"""`annotator rubric pull` and `push`: a rubric and the annotation configs of a server."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.cli import asking, opening, place, servers
from annotator.cli.saying import say
from annotator.config.server import find_project
from annotator.domain.annotation_config import AnnotationConfig
from annotator.domain.rubric import Criterion, Rubric
from annotator.errors import RubricError, UsageError
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.sources.phoenix import Phoenix


def add(actions: Any) -> None:
    from annotator.cli.rubric import action

    example = "annotator rubric pull http://127.0.0.1:6006 --project support --out refunds.toml"
    pull = action(actions, "pull", "the annotation configs of a server as a file", example, _pull)
    pull.add_argument("server", nargs="?", metavar="SERVER", help="http(s)://…; none is the environment's, or that of the queue used last")
    pull.add_argument("--project", metavar="NAME", help="whose configs; where it has none, all of the server")
    pull.add_argument("--out", metavar="FILE", default="-", help="where to; a file that is there keeps what only it has (default: stdout)")
    pull.add_argument("--yes", action="store_true", help="do not ask before a file that is there is changed")
    push = action(
        actions, "push", "make or change the annotation configs of a server", "annotator rubric push refunds.toml --project support", _push
    )
    push.add_argument("file", metavar="FILE", help="a rubric.toml")
    push.add_argument("--to", metavar="URL", help="the server (default: the environment's, or that of the queue used last)")
    push.add_argument("--project", metavar="NAME", help="the project that is judged by them from here on")
    push.add_argument("--yes", action="store_true", help="do not ask")
    push.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")


def reach(args: argparse.Namespace, url: str | None) -> "tuple[str, Phoenix, str]":
    """A server's URL, the server, and the project that is meant; '' where it has none at all."""
    found = servers.find(url or "")
    settings, project = found.settings, args.project or find_project() or None
    path = place.store_path(args)
    queues = place.open_store(path).queues() if path.exists() else []
    if url is None and not found.explicit:
        kept = next((queue for queue in queues if queue.source.server), None)
        if kept is None:
            raise UsageError("No server is named.", "Give its URL, or set PHOENIX_BASE_URL.")
        settings = servers.kept_server(kept.source.server)
    if project is None:
        project = next((queue.source.project for queue in queues if queue.source.server == settings.url), None)
    connect = servers.connector(settings)
    if project is None and not connect("").projects():
        return settings.url, connect(""), ""
    project = opening.choose_project(connect, project)
    return settings.url, connect(project), project


def _pull(args: argparse.Namespace) -> int:
    from annotator.cli.rubric import load, out
    from annotator.config.rubric_rewrite import rewritten
    from annotator.config.rubric_text import rubric_text, write_rubric
    from annotator.workflow.rubric_changes import changes
    from annotator.workflow.rubric_push import offered, pulled

    path = None if args.out == "-" else Path(args.out).expanduser()
    known = load(str(path)) if path is not None and path.exists() else None
    url, phoenix, project = reach(args, args.server)
    names = [criterion.name for criterion in known.criteria] if known else []
    configs, unfit = _writable(offered(phoenix.configs(), names))
    for line in unfit:
        say(f"annotator: {line}", aside=True)
    rubric = pulled(configs, known)
    if not rubric.criteria:
        raise RubricError(f"{url} has no annotation configs that a rubric can hold.", "annotator rubric push FILE makes some.")
    if path is None:
        out(rubric_text(rubric))
    elif known is None:
        write_rubric(path, rubric_text(rubric))
        say(f"{path}: {counted(len(rubric.criteria), 'config')} of {f'the project {project} on ' if project else ''}{url}")
    elif rubric == known:
        say(f"{path} is as the server has it")
    else:
        for change in changes(known, rubric):
            say(str(change))
        made = rewritten(path.read_text("utf-8-sig"), rubric)
        for comment in made.lost:
            say(f"lost        {comment}")
        if not _agreed(args.yes, f"Write this into {path}? [y/N] ", "Changing a file that is there"):
            return 1
        write_rubric(path, made.text)
        say(f"{path} is written; give it another version")
    return 1 if unfit else 0


def _writable(configs: Sequence[AnnotationConfig]) -> tuple[list[AnnotationConfig], list[str]]:
    """Those that a file can hold, and why the others cannot: a server takes empty names, and labels with blanks around them."""
    from annotator.config.rubric_file import parse_rubric
    from annotator.config.rubric_text import rubric_text

    fit, unfit = [], []
    for config in configs:
        try:
            parse_rubric("", rubric_text(Rubric((Criterion(config),))))
            fit.append(config)
        except RubricError as error:
            unfit.append(f"{config.name!r} is left out: {error.title.partition(': ')[2] or error.title}")
    return fit, unfit


def _agreed(yes: bool, question: str, what: str) -> bool:
    """A person says so, or --yes did. Raises UsageError where nobody can be asked."""
    if yes:
        return True
    if not asking.interactive():
        raise UsageError(f"{what} asks first, and there is no terminal.", "Add --yes.")
    if asking.agreed(question):
        return True
    print("nothing was changed", file=sys.stderr)
    return False


def _push(args: argparse.Namespace) -> int:
    from annotator.cli.rubric import load
    from annotator.workflow.rubric_push import carry_out, counted_plan, plan_push, refuse_orphans, told

    rubric = load(args.file)
    url, phoenix, project = reach(args, args.to)
    if not project:
        raise UsageError(f"{url} has no project that could be judged by them.", "Send it traces first.")
    path = place.store_path(args)
    store = place.open_store(path) if path.exists() else None
    plan = plan_push(rubric, phoenix, store, url)
    for one in plan:
        for line in told(one):
            say(line)
    refuse_orphans(plan, args.file)
    todo = [one for one in plan if one.writes or one.assign]
    if not todo:
        say(f"{url} has it already")
        return 0
    what = counted_plan(todo, project, url)
    if args.dry_run:
        say(what)
        return 0
    if not _agreed(args.yes, f"{what}. Go on? [y/N] ", "Pushing a rubric"):
        return 1
    for one in todo:
        carry_out(one, phoenix)
    say(f"done: {what}")
    return 0
