"""Retrieval metrics in `annotator list`, and their publication."""

import argparse
import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from annotator.cli import asking, naming
from annotator.cli.saying import say
from annotator.cli.sending import send, sender
from annotator.domain.imported import Import
from annotator.domain.queue import Item, Queue
from annotator.domain.retrieval_metrics import FIGURES, Author, Ranked, RetrievalMetrics
from annotator.errors import UsageError
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.store.store import SqliteStore

NAMED = 5
"""Rows that cannot be published and are named."""
TOGETHER = 100
"""Rows a transaction."""


def add(verb: argparse.ArgumentParser) -> None:
    """The options of `list`."""
    what = "NDCG, precision, reciprocal rank and hit from the scores of documents, for each who scored: of the items, and their means"
    verb.add_argument("--metrics", action="store_true", help=what)
    verb.add_argument("--k", type=int, metavar="K", help="with --metrics: NDCG and precision of the first K documents (default: all)")
    verb.add_argument(
        "--publish", action="store_true", help="with --metrics: send the figures to the server, as CODE annotations of the spans"
    )
    verb.add_argument("--yes", action="store_true", help="with --publish: do not ask")


class Metrics:
    """What was found of the items so far."""

    def __init__(self, args: argparse.Namespace, store: "SqliteStore") -> None:
        """Raises UsageError for options that do not go together."""
        from annotator.workflow.retrieval import DocumentCounts

        if args.k is not None and args.k < 1:
            raise UsageError(f"--k {args.k} leaves no documents.", "Give a number of 1 or more.")
        self.args, self.store = args, store
        self.annotator = args.annotator or naming.kept_name() or ""
        self.counts = DocumentCounts(store)
        self.found: dict[int, dict[str, list[Ranked]]] = {}
        """By queue and span."""
        self.queues: dict[int, Queue] = {}

    def of(self, queue: Queue, item: Item) -> list[Ranked]:
        """Of one item."""
        from annotator.workflow.retrieval import ranked

        found = ranked(self.store, self.counts, queue, item, self.annotator, self.args.k)
        self.queues[queue.id] = queue
        spans = self.found.setdefault(queue.id, {})
        if self.args.publish:  # what a span has of earlier figures may have to go
            ids = [span.span_id for span in self.store.headers(queue.source_id, item.trace_id)]
            for span_id in self.store.among_judged(queue.source.server, "span", ids):
                spans.setdefault(span_id, [])
        for one in found:
            spans.setdefault(one.span_id, [])
            if one not in spans[one.span_id]:
                spans[one.span_id].append(one)
        return found

    def end(self) -> int:
        """The means, and where it was asked for the publication; the exit code."""
        from annotator.text.trace.ranking import figures, whose

        if self.args.json:
            print(json.dumps({"means": self._means()}, ensure_ascii=True))
        else:
            for id_, author, mean, count in self._each():
                name = f"{self.queues[id_].name}: " if len(self.found) > 1 else ""
                say(f"mean  {name}{whose(author)}  {figures(mean, self.args.k)}  ({counted(count, 'span')})")
        if not self.args.publish:
            return 0
        return max([self._publish(self.queues[id_], spans) for id_, spans in self.found.items() if spans], default=0)

    def _each(self) -> Iterator[tuple[int, Author, RetrievalMetrics, int]]:
        """Queue, author, means, number of spans."""
        from annotator.workflow.retrieval import means

        for id_, spans in self.found.items():
            for author, mean, count in means(one for found in spans.values() for one in found):
                yield id_, author, mean, count

    def _means(self) -> list[dict[str, Any]]:
        return [
            {"queue": self.queues[id_].name, "spans": count} | described(author) | as_json(mean, self.args.k)
            for id_, author, mean, count in self._each()
        ]

    def _publish(self, queue: Queue, spans: dict[str, list[Ranked]]) -> int:
        from annotator.workflow.publishing import publication

        server = queue.source.server
        if not server:
            raise UsageError(f"The queue {queue.name} came from files: there is no server to publish to.", "annotator push --to URL first.")
        changes = list(publication(self.store, server, spans, self.args.k))
        annotator = sender(self.args, self.store, server, queue.source.project)
        work = Import("retrieval metrics", annotator, queue.id, queue.source.project, send=True, command="publish")
        found = self.store.foresee_imported(work, changes)
        going = [change.identity.target for change, one in zip(changes, found, strict=True) if one.how in ("new", "changed", "withdrawn")]
        for refused in [one for one in found if one.how == "refused"][:NAMED]:
            say(f"annotator: {refused.reason}", aside=True)
        what = f"{counted(len(going), 'score')} of {counted(len(set(going)), 'span')}"
        if going and not self._agreed(f"Publish {what} on {server} as CODE annotations? [y/N] "):
            return 0
        for start in range(0, len(changes), TOGETHER):
            work, _ = self.store.keep_imported(work, changes[start : start + TOGETHER])
        return send(self.args, self.store, server)

    def _agreed(self, question: str) -> bool:
        if self.args.yes:
            return True
        if not asking.interactive():
            raise UsageError("Publishing asks first, and there is no terminal.", "Add --yes.")
        return asking.agreed(question)


def described(author: Author) -> dict[str, Any]:
    return {"name": author.name, "annotator_kind": author.kind, "identifier": author.identifier, "mine": author.mine}


def as_json(found: RetrievalMetrics, k: int | None) -> dict[str, Any]:
    """null for what cannot be told."""
    values = {figure: getattr(found, figure) for figure in FIGURES}
    return {"k": k} | {figure: None if math.isnan(value) else value for figure, value in values.items()}


def ranked_json(one: Ranked) -> dict[str, Any]:
    """A line of an item's `retrieval`."""
    return {"span_id": one.span_id, "documents": one.documents, "scored": one.scored} | described(one.author) | as_json(one.metrics, one.k)
