"""`annotator queue list|rename|remove`."""

import argparse
from typing import Any

from annotator.cli import asking, options, place
from annotator.cli.saying import say
from annotator.errors import StoreError, UsageError
from annotator.text.escape import one_line
from annotator.text.facts import counted, local_time


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "queue",
        help="list, rename, remove queues",
        description="Keep house. Removing a queue keeps its verdicts; one with unsent rows is never removed.",
        epilog="example: annotator queue rename traces refunds",
    )
    options.common(verb)
    verb.add_argument("action", choices=("list", "rename", "remove"))
    verb.add_argument("name", nargs="?", help="the queue")
    verb.add_argument("new_name", nargs="?", help="with rename: its new name")
    verb.add_argument("--yes", action="store_true", help="with remove: do not ask")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    store = place.existing_store(args)
    if args.action == "list":
        for queue in store.queues():
            counts = store.counts(queue.id)
            items = f"{counts.items} item{'' if counts.items == 1 else 's'}"
            purged = f"purged {local_time(round(queue.purged_at * 1e9))[:10]}" if queue.purged_at and store.lacks_payloads(queue.id) else ""
            row = (queue.name, items, f"{counts.done} done", queue.source.named, queue.source.project, purged, queue.selection.filter)
            print("\t".join(map(one_line, row)).rstrip())
        return 0
    if not args.name:
        raise UsageError(f"annotator queue {args.action} needs the queue's name.", "annotator queue list shows them.")
    queue = place.named_queue(store, args.name)
    if args.action == "rename":
        if not args.new_name or any(other.name == args.new_name for other in store.queues()):
            raise UsageError("The new name is missing or taken.", "annotator queue rename OLD NEW")
        store.rename(queue.id, args.new_name)
        say(f"{queue.name} is now {args.new_name}")
        return 0
    if unsent := store.unsent(queue.id):
        way_out = "annotator push sends them, and with --drop gives up parked ones."
        raise StoreError(f"{queue.name} is kept: {counted(unsent, 'row')} of it {'is' if unsent == 1 else 'are'} not sent yet.", way_out)
    counts = store.counts(queue.id)
    if not args.yes:
        if not asking.interactive():
            raise UsageError("Removing a queue asks first, and there is no terminal.", "Add --yes.")
        question = f"Remove {queue.name} with {counted(counts.items, 'item')}, {counts.done} done? Its verdicts stay in the store. [y/N] "
        if not asking.agreed(question):
            print("kept")
            return 0
    store.remove(queue.id)
    say(f"removed {queue.name}")
    return 0
