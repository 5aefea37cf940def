"""`annotator show ID`: a trace in reading order, as plain text."""

import argparse
import dataclasses
import json
import shlex
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from annotator.cli import naming, options, place
from annotator.cli.finding import Found, find
from annotator.cli.saying import say
from annotator.domain.annotation import Target
from annotator.errors import UsageError
from annotator.text.escape import one_line
from annotator.text.facts import local_time

if TYPE_CHECKING:
    from annotator.domain.annotation import KnownAnnotation
    from annotator.domain.redaction import Redactor
    from annotator.domain.retrieval_metrics import Ranked
    from annotator.store.store import SqliteStore
    from annotator.text.block import Block
    from annotator.workflow.present import Presented


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "show",
        help="one trace or span as plain text",
        description="The whole trace in reading order; unwrapped where stdout is no terminal. "
        "An id that `annotator list` prints means all of its item, in every form: the whole trace, "
        "unless the queue's items are single spans. The id of another span means that span and what is below it; "
        "with --json and --raw that span alone.",
        epilog="example: annotator show 4bf92f35 | less",
    )
    options.common(verb)
    verb.add_argument("id", metavar="ID", help="a trace id, a span id, or a unique prefix")
    verb.add_argument("--queue", metavar="NAME", help="as this queue has it (default: as it was pulled last)")
    options.who(verb)
    verb.add_argument("--reveal", action="store_true", help="with what the config redacts; the journal keeps who saw it")
    form = verb.add_mutually_exclusive_group()
    form.add_argument("--raw", action="store_true", help="every attribute and event as received")
    form.add_argument("--json", action="store_true", help="what was read: messages, tools, tool calls, documents")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from annotator.text.trace.raw import raw_blocks
    from annotator.workflow.present import present_trace
    from annotator.workflow.turns import conversation

    store = place.existing_store(args)
    found = find(store, args.id, place.named_queue(store, args.queue).source_id if args.queue else None)
    if args.reveal:
        store.keep_reveal(naming.name_of(args, None), None, None, found.trace_id, ())
    trace = store.trace(found.source_id, found.trace_id, args.reveal)
    if trace is None:
        raise _not_here(store, found)
    _name_others(store, found)
    if found.span_id and _stands_for_trace(store, found):
        found = found._replace(span_id="")
    if args.raw:
        _print(raw_blocks(trace, found.span_id))
        return 0
    root = trace.root
    session = None if args.json else conversation(store, found.source_id, trace, True, args.reveal)
    presented = present_trace(trace, found.span_id or (root.span_id if root else ""), session)
    if args.json:
        _print_json(presented, found.span_id)
    else:
        ranked = _ranked(store, found, presented, args.annotator or naming.kept_name() or "")
        about = [*_whys(store, found, presented.focus), *_held(store, found, presented)]
        _print_text(presented, _judged(store, found), ranked, None if args.reveal else store.redactor, about)
    return 0


def _not_here(store: "SqliteStore", found: Found) -> UsageError:
    queue = next((queue for queue in store.queues() if queue.source_id == found.source_id and queue.purged_at), None)
    if queue is None:
        return UsageError(f"The trace {found.trace_id} is listed, but its spans are not here yet.", "annotator pull brings them.")
    day = local_time(round(queue.purged_at * 1e9))[:10]
    again = f"annotator pull {shlex.join(queue.source.location.split(chr(10)))}"
    return UsageError(f"The spans of the trace {found.trace_id} were purged on {day}.", f"{again} brings them again.")


def _stands_for_trace(store: "SqliteStore", found: Found) -> bool:
    """The span is an item that was listed for its whole trace."""
    for queue in store.queues():
        if queue.source_id == found.source_id and queue.selection.target != "span":
            targets = (Target("span", found.span_id), Target("trace", found.trace_id))
            if any((item := store.item_of(queue.id, target)) and item.span_id == found.span_id for target in targets):
                return True
    return False


def _whys(store: "SqliteStore", found: Found, shown: str) -> list[str]:
    """Why it is in queues by their rules; `shown`: the span that stands for it."""
    targets = (Target("span", shown), Target("trace", found.trace_id))
    ruled = [queue for queue in store.queues() if queue.source_id == found.source_id and queue.selection.rules]
    items = [(queue.name, item) for queue in ruled for target in targets if (item := store.item_of(queue.id, target)) and item.why]
    return [f"in {one_line(name)}: {one_line(item.why)}" for name, item in items]


def _name_others(store: "SqliteStore", found: Found) -> None:
    """Queues that have other content; a server keeps the same content in another shape."""
    queues = store.queues()
    if any(queue.source_id == found.source_id and queue.source.is_server for queue in queues):
        return
    for queue in queues:
        if queue.source_id in found.others and not queue.source.is_server:
            one, other = (store.trace(source_id, found.trace_id, as_received=True) for source_id in (found.source_id, queue.source_id))
            if other is not None and other != one:
                say(f"annotator: the queue {queue.name} has other content for this trace", aside=True)
                say(f"  --queue {shlex.quote(queue.name)} shows it; this is what was pulled last.", aside=True)


def _print_json(presented: "Presented", span_id: str) -> None:
    from annotator.domain.reading_json import reading_to_json
    from annotator.text.shape.spans import kind_of

    record = {
        "trace_id": presented.trace.trace_id,
        "spans": [
            {"span_id": span.span_id, "parent_id": span.parent_id, "name": span.name, "status": span.status_code}
            | reading_to_json(reading)
            | {"kind": kind_of(span, reading)}
            for span in presented.trace.spans
            for reading in [presented.readings[span.span_id]]
            if span_id in ("", span.span_id)
        ],
    }
    print(json.dumps(record, ensure_ascii=True, default=str))


def _held(store: "SqliteStore", found: Found, presented: "Presented") -> list[str]:
    """Which data sets the trace and what belongs to it were put into; of a span, it and its documents alone."""
    spans = [span.span_id for span in presented.trace.spans if found.span_id in ("", span.span_id)]
    targets = [Target("span", one) for one in spans]
    targets += [Target("document", one, place) for one in spans for place in range(len(presented.readings[one].documents))]
    targets += [Target("trace", found.trace_id)] if not found.span_id else []
    servers = sorted({queue.source.server for queue in store.queues() if queue.source_id == found.source_id})
    held = [of for server in servers for of in store.datasets_of(server, targets).items()]
    return [f"data set {one_line(name)}: {target.named}" for target, names in sorted(held) for name in names]


def _print_text(
    presented: "Presented", rows: "list[KnownAnnotation]", ranked: "list[Ranked]", redactor: "Redactor | None", about: list[str]
) -> None:
    from annotator.config.paths import paths
    from annotator.config.settings import load_settings
    from annotator.text.trace.beside import inserted
    from annotator.text.trace.listing import annotations_block, heading, tree_block
    from annotator.text.trace.ranking import ranking_block
    from annotator.workflow.beside import beside

    trace = presented.trace
    shown = next((span for span in trace.spans if span.span_id == presented.focus), None)
    if shown is not None:
        _print_lines([heading(shown), *about, ""])
    tree = [tree_block(presented.tree(everything=True))] if len(trace.spans) > 1 else []
    names = {span.span_id: span.name for span in trace.spans}
    if redactor is not None:
        names |= {one.row.target.id: redactor.text(one.row.target.id) for one in rows if one.row.target.kind == "session"}
        hide = dataclasses.replace
        rows = [hide(one, row=hide(one.row, explanation=redactor.text(one.row.explanation or ""))) for one in rows]
    said = beside(presented, [one.row for one in rows], load_settings(paths().config).expected_output, named=True, redactor=redactor)
    _print([*inserted(presented.blocks, said), *annotations_block(rows, names), *ranking_block(ranked, names), *tree])


def _judged(store: "SqliteStore", found: Found) -> "list[KnownAnnotation]":
    """Every annotation here on the trace, its spans, their documents and its session; of a span, on it and its documents alone."""
    servers = sorted({queue.source.server for queue in store.queues() if queue.source_id == found.source_id})
    rows = [known for server in servers for known in store.known_in(server, found.source_id, found.trace_id)]
    return [known for known in rows if found.span_id in ("", known.row.target.id)]


def _ranked(store: "SqliteStore", found: Found, presented: "Presented", annotator: str) -> "list[Ranked]":
    """How well each span's documents were ranked, by everybody who scored them."""
    from annotator.workflow.retrieval import ranked_span

    servers = sorted({queue.source.server for queue in store.queues() if queue.source_id == found.source_id})
    spans = [(span.span_id, len(presented.readings[span.span_id].documents)) for span in presented.trace.spans]
    return [
        one
        for span_id, count in spans
        if count and found.span_id in ("", span_id)
        for server in servers
        for one in ranked_span(
            span_id, count, store.known_on(server, [Target("document", span_id, place) for place in range(count)]), annotator
        )
    ]


def _print(blocks: "Iterable[Block]") -> None:
    from annotator.text.plain import plain

    _print_lines(plain(blocks))


def _print_lines(lines: "Iterable[str]") -> None:
    """Wrapped where stdout is a terminal."""
    if sys.stdout.isatty():
        from annotator.text.cells import wrap

        width = shutil.get_terminal_size().columns
        for text in lines:
            print("\n".join(text[start:end] for start, end in wrap(text, width)))
    else:
        for text in lines:
            print(text)
