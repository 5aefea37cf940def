"""`annotator show ID`: a trace in reading order, as plain text."""

import argparse
import dataclasses
import json
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from annotator.cli import options, place
from annotator.cli.finding import Found, find
from annotator.domain.annotation import Target
from annotator.errors import UsageError

if TYPE_CHECKING:
    from annotator.domain.annotation import Annotation
    from annotator.store.store import SqliteStore
    from annotator.text.block import Block
    from annotator.workflow.present import Presented


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "show",
        help="one trace or span as plain text",
        description="The whole trace in reading order; unwrapped and unfolded where stdout is no terminal.",
        epilog="example: annotator show 4bf92f35 | less",
    )
    options.common(verb)
    verb.add_argument("id", metavar="ID", help="a trace id, a span id, or a unique prefix")
    form = verb.add_mutually_exclusive_group()
    form.add_argument("--raw", action="store_true", help="every attribute and event as received")
    form.add_argument("--json", action="store_true", help="what was read: messages, tools, tool calls, documents")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from annotator.text.listing import annotations_block, tree_block
    from annotator.text.raw import raw_blocks
    from annotator.text.spans import kind_of
    from annotator.workflow.present import present_trace
    from annotator.workflow.turns import conversation

    store = place.existing_store(args)
    found = find(store, args.id)
    trace = store.trace(found.source_id, found.trace_id)
    if trace is None:
        raise UsageError(f"The trace {found.trace_id} is listed, but its spans are not here yet.", "annotator pull brings them.")
    if args.raw:
        _print(raw_blocks(trace, found.span_id))
        return 0
    root = trace.root
    session = conversation(store, found.source_id, trace)
    presented = present_trace(trace, found.span_id or (root.span_id if root else ""), session)
    if args.json:
        spans = [span for span in trace.spans if not found.span_id or span.span_id == found.span_id]
        record = {
            "trace_id": trace.trace_id,
            "spans": [
                {"span_id": span.span_id, "parent_id": span.parent_id, "name": span.name, "status": span.status_code}
                | dataclasses.asdict(reading)
                | {"kind": kind_of(span, reading)}
                for span in spans
                for reading in [presented.readings[span.span_id]]
            ],
        }
        print(json.dumps(record, ensure_ascii=True, default=str))
        return 0
    rows = _judged(store, found, presented)
    tree = [tree_block(presented.tree(everything=True))] if len(trace.spans) > 1 and not found.span_id else []
    _print([*presented.blocks, *annotations_block(rows, {span.span_id: span.name for span in trace.spans}), *tree])
    return 0


def _judged(store: "SqliteStore", found: Found, presented: "Presented") -> "list[Annotation]":
    """Every annotation here on the trace, its spans, their documents and its session; of a span, on it alone."""
    spans = [span for span in presented.trace.spans if found.span_id in ("", span.span_id)]
    targets = [Target("span", span.span_id) for span in spans]
    for span in spans:
        targets += [Target("document", span.span_id, place) for place in range(len(presented.readings[span.span_id].documents))]
    if not found.span_id:
        sessions = dict.fromkeys(span.session_id for span in spans if span.session_id)
        targets += [Target("trace", found.trace_id), *(Target("session", session) for session in sessions)]
    servers = sorted({queue.source.server for queue in store.queues() if queue.source_id == found.source_id})
    return [row for server in servers for target in targets for row in store.on_target(server, target)]


def _print(blocks: "Iterable[Block]") -> None:
    """The blocks, wrapped where stdout is a terminal."""
    from annotator.text.plain import plain

    if sys.stdout.isatty():
        from annotator.text.cells import wrap

        width = shutil.get_terminal_size().columns
        for text in plain(blocks):
            print("\n".join(text[start:end] for start, end in wrap(text, width)))
    else:
        for text in plain(blocks):
            print(text)
