"""`annotator push`: drain the outbox now."""

import argparse
import sys
import time
from functools import cache
from typing import Any

from annotator.cli import naming, opening, options, place, servers
from annotator.cli.saying import Meter, say
from annotator.errors import UsageError
from annotator.text.facts import counted

LOCK_SECONDS = 30.0
"""How long to wait for another program that drains the same store."""


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "push",
        help="send what is not on the server yet",
        description="Drain the outbox now. Exit code 0 only when nothing is left waiting or parked.",
        epilog="example: annotator push --to http://127.0.0.1:6006 --queue traces",
    )
    options.common(verb)
    options.who(verb)
    verb.add_argument("--to", metavar="URL", help="the server for a queue that came from files")
    verb.add_argument("--project", metavar="NAME", help="with --to: the server's project that has the traces")
    verb.add_argument("--queue", metavar="NAME", help="with --to: which queue (default: the one used last)")
    decide = verb.add_mutually_exclusive_group()
    decide.add_argument("--retry", action="store_true", help="send parked rows again; on a conflict mine replaces theirs")
    decide.add_argument("--drop", action="store_true", help="give parked rows up; on a conflict theirs is kept")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    store = place.existing_store(args)
    if args.to:
        _send_queue(args, store)
    for entry in store.outbox_entries(None, "parked", 1_000_000) if args.retry or args.drop else []:
        (store.retry if args.retry else store.drop)(entry.identity)
    for member in store.members_open(None, "parked", 1_000_000) if args.retry or args.drop else []:
        (store.retry_member if args.retry else store.drop_member)(member)
    code = sent = 0
    for server in store.awaited():
        went, ended = drain(store, server, place.store_path(args))
        sent, code = sent + went, max(code, ended)
    return tell(store, sent, code)


def tell(store: Any, sent: int, code: int) -> int:
    """What went and what is left; the exit code, where the drains ended with `code`."""
    counts = store.outbox_counts()
    for entry in store.outbox_entries(None, "parked", 20):
        what = f"{entry.identity.name} on {entry.identity.target.named}"
        say(f"parked: {what}: {entry.error}", aside=True)
    for member in store.members_open(None, "parked", 20):
        say(f"parked: {member.target.named} {'in' if member.within else 'out of'} {member.dataset}: {member.error}", aside=True)
    if counts.parked:
        print(f"annotator: {counted(counts.parked, 'row')} {'is' if counts.parked == 1 else 'are'} parked", file=sys.stderr)
        print("  --retry sends them again, --drop gives them up; or decide one by one in review with b", file=sys.stderr)
    print(f"{counted(sent, 'row')} sent; waiting {counts.waiting}, parked {counts.parked}")
    return code or (1 if counts.waiting or counts.parked else 0)


def _send_queue(args: argparse.Namespace, store: Any) -> None:
    from annotator.workflow.sync import contact

    queue = place.named_queue(store, args.queue)
    settings = servers.find(args.to).settings
    if queue.source.server not in ("", settings.url):
        raise UsageError(f"The queue {queue.name} belongs to {queue.source.server}.", "--to is for queues that came from files.")
    connect = servers.connector(settings)
    project = opening.choose_project(connect, args.project)
    user = connect(project).user()
    account = contact(store, settings.url, naming.name_of(args, user), user)
    sent = store.send_queue_to(queue.id, settings.url, project, account.identifier, account.annotator)
    say(f"{queue.name}: {counted(sent, 'row')} {'waits' if sent == 1 else 'wait'} for {settings.url}")


def drain(store: Any, server: str, path: Any) -> tuple[int, int]:
    """Until nothing waits, or the server stops us: how many rows the server took, and the exit code."""
    from annotator.config.paths import paths
    from annotator.config.settings import load_settings
    from annotator.store.lock import drain_lock
    from annotator.workflow.sync import Drain, Drained

    expected = load_settings(paths().config).expected_output
    connect = cache(servers.connector(servers.kept_server(server)))
    deadline = time.monotonic() + LOCK_SECONDS
    sent, meter = 0, Meter()

    def report(done: Drained) -> None:
        meter(f"{counted(sent + done.sent, 'row')} sent")

    store.hurry(server)
    while True:
        with drain_lock(path) as mine:
            if mine:
                done = Drain(store, connect, server, time.time, 0.0, report, redactor=store.redactor, expected=expected).run()
                meter.end()
                sent += done.sent
                if done.unowned:
                    say(f"annotator: {done.unowned}", aside=True)
                if done.error is not None:
                    say(f"annotator: {done.error.title}\n  {done.error.advice} The rows are kept and wait.", aside=True)
                    return sent, done.error.exit_code
        due = store.next_due(server, 0.0)
        if due is None:
            return sent, 0
        if not mine and time.monotonic() > deadline:
            print("annotator: another annotator is sending this store's rows\n  Wait for it, or leave it.", file=sys.stderr)
            return sent, 1
        time.sleep(min(5.0, max(0.05, due - time.time())))
