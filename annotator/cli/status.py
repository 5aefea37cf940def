"""`annotator status`: queues, progress, pace, outbox, server."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from annotator.cli import naming, options, place, servers
from annotator.cli.saying import say
from annotator.errors import AnnotatorError
from annotator.text.escape import one_line
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.domain.queue import Queue
    from annotator.store.store import SqliteStore


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "status",
        help="queues, progress, what is unsent",
        description="Queues with their progress, the outbox, who judges, and the server of the queue used last.",
        epilog="example: annotator status --json",
    )
    options.common(verb)
    options.who(verb)
    verb.add_argument("--json", action="store_true", help="one JSON object")
    verb.add_argument("--offline", action="store_true", help="do not ask the server")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    found = gather(args)
    if args.json:
        print(json.dumps(found, ensure_ascii=True))
        return 0
    say(f"store      {found['store']}")
    say(f"annotator  {found['annotator'] or 'nobody yet: --as NAME'}")
    if server := found["server"]:
        say(f"server     {server['url']}  {'phoenix ' + server['version'] if server['reachable'] else 'out of reach'}")
    say(f"outbox     {found['outbox']['waiting']} waiting, {found['outbox']['parked']} parked")
    for queue in found["queues"]:
        states = ", ".join(f"{queue[state]} {state}" for state in ("done", "todo", "skipped", "deferred", "flagged") if queue[state])
        source = f"{queue['source']} {queue['project']}".rstrip()
        only = f"  only {one_line(queue['filter'])}" if queue["filter"] else ""
        say(f"queue      {queue['name']}  {counted(queue['items'], 'item')}: {states or 'empty'}  ({source}){only}")
        if shared := queue["shared"]:
            lack = f"{counted(shared['lacking'], 'item')} still lack{'s' if shared['lacking'] == 1 else ''} some, as far as is known here"
            each = counted(shared["overlap"], "verdict")
            say(f"  shared   {shared['reviewers']} reviewers, {each} an item; this is {one_line(shared['reviewer'])}'s; {lack}")
        for rule in queue["rules"]:
            say(f"  rule     {_rule(rule)}")
    return 0


def gather(args: argparse.Namespace) -> dict[str, Any]:
    """The shape of `status --json`."""
    path = place.store_path(args)
    name = args.annotator or naming.kept_name()
    found: dict[str, Any] = {"store": str(path), "annotator": name, "server": None, "queues": [], "outbox": {"waiting": 0, "parked": 0}}
    if not path.exists():
        return found
    store = place.open_store(path)
    queues = store.queues()
    for queue in queues:
        counts = store.counts(queue.id)
        found["queues"].append(
            {
                "name": queue.name,
                "source": queue.source.named,
                "project": queue.source.project,
                "target": queue.selection.target,
                "filter": queue.selection.filter,
                "rules": _rules(store, queue),
                "shared": _shared(store, queue),
                "items": counts.items,
                "todo": counts.todo,
                "done": counts.done,
                "skipped": counts.skipped,
                "deferred": counts.deferred,
                "flagged": counts.flagged,
            }
        )
    outbox = store.outbox_counts()
    found["outbox"] = {"waiting": outbox.waiting, "parked": outbox.parked}
    found["annotator"] = found["annotator"] or naming.sole(store.accounts(None))
    last = next((queue for queue in queues if queue.source.server), None)
    if last is not None:
        found["server"] = _server(last.source.server, args.offline)
    return found


def _rules(store: "SqliteStore", queue: "Queue") -> list[dict[str, Any]]:
    """Each rule, how many items are there by it, and how many its draws took."""
    from annotator.domain.queue import Taken

    taken = store.taken(queue.id) if queue.selection.rules else {}
    return [
        {
            "name": rule.name,
            "when": rule.when,
            "rate": rule.rate,
            "cap": rule.cap,
            "priority": rule.priority,
            "reviewers": list(rule.reviewers),
            "items": (found := taken.get(rule.name, Taken())).items,
            "draws": found.draws,
        }
        for rule in queue.selection.rules
    ]


def _rule(rule: dict[str, Any]) -> str:
    """'errors  12 items: status = error'."""
    share = f"{100 * rule['rate']:.4g} % of " if rule["rate"] < 1 else ""
    full = ", full" if rule["cap"] is not None and rule["draws"] >= rule["cap"] else ""
    cap = f", at most {rule['cap']:,}{full}" if rule["cap"] is not None else ""
    what = f"{share}{one_line(rule['when']) or 'all'}{cap}"
    name = one_line(rule["name"])
    return f"{name}  {counted(rule['items'], 'item')}" + ("" if what == name else f": {what}")


def _shared(store: "SqliteStore", queue: "Queue") -> dict[str, Any] | None:
    """None where one person judges alone."""
    from annotator.workflow.reviewers import lacking

    selection = queue.selection
    if selection.reviewers < 2:
        return None
    people = {"reviewers": selection.reviewers, "overlap": selection.overlap, "reviewer": selection.reviewer}
    return people | {"lacking": lacking(store, queue)}


def _server(url: str, offline: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {"url": url, "version": "", "reachable": False}
    if not offline:
        try:
            server = servers.connector(servers.kept_server(url))("")
            server.user()
            answer |= {"version": server.version, "reachable": True}
        except AnnotatorError:
            pass
    return answer
