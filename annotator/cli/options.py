"""Options that several verbs share."""

import argparse
import os
from typing import Any

from annotator.domain.annotation import ADJUDICATED, RECHECK


def common(verb: argparse.ArgumentParser) -> None:
    """What every verb takes."""
    verb.add_argument("--store", metavar="PATH", default=os.environ.get("ANNOTATOR_STORE"), help="the store's file (ANNOTATOR_STORE)")
    verb.add_argument("--log", metavar="FILE", help="write diagnostics there; never payloads or keys")


def who(verb: argparse.ArgumentParser) -> None:
    """Who judges."""
    name = os.environ.get("ANNOTATOR_NAME")
    verb.add_argument("--as", dest="annotator", metavar="NAME", type=_person, default=name, help="who judges (ANNOTATOR_NAME)")


def _person(name: str) -> str:
    """Verdicts of a second role come of --adjudicate and --recheck alone."""
    if name.strip().endswith((ADJUDICATED, RECHECK)):
        raise argparse.ArgumentTypeError(f"{name!r} is not a name: {ADJUDICATED} and {RECHECK} end those of second verdicts")
    return name


def source(verb: argparse.ArgumentParser) -> None:
    """Which traces, and how they become a queue."""
    verb.add_argument("source", nargs="?", metavar="SOURCE", help="http(s)://… of a Phoenix server, a file, a folder, or - for stdin")
    verb.add_argument("more", nargs="*", metavar="FILE", help="more files of the same traces: log records, other pages")
    verb.add_argument("--queue", metavar="NAME", help="the queue to resume, or the name of a new one")
    verb.add_argument("--project", metavar="NAME", help="the server's project (PHOENIX_PROJECT_NAME)")
    verb.add_argument("--rubric", metavar="FILE", help="how to judge: a rubric.toml")
    roles = "id, trace, span, parent, session, user, name, kind, input, output, context, model, system, start, end, status, metadata.…"
    verb.add_argument("--column", metavar="ROLE=COLUMN", action="append", default=[], help=f"what a table's column is: {roles}")
    several: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}
    verb.add_argument("--config", metavar="NAME", **several, help="annotation configs of the server to judge by")
    what = "what an item is: a trace's root span (default), each span, each retrieved document, the trace, or the session"
    verb.add_argument("--target", choices=("root", "span", "document", "trace", "session"), help=what)
    verb.add_argument(
        "--filter", metavar="FILTER", default="", help="only items of which this holds; annotator list --help has the language"
    )
    verb.add_argument("--kind", metavar="KIND", **several, help="only spans of this kind (LLM, TOOL, …); means --target span")
    verb.add_argument("--status", choices=("OK", "ERROR", "UNSET"), type=str.upper, help="only items with a span of this status")
    verb.add_argument("--since", metavar="TIME", help="started at or after: 2026-11-21, 2026-11-21T09:30, or 3h, 2d ago")
    verb.add_argument("--until", metavar="TIME", help="started before")
    verb.add_argument("--session", metavar="ID", help="only the traces of a session")
    verb.add_argument("--rules", metavar="FILE", help="which items come, how many of them and in which order: a queue.toml")
    trigger = "a rule: all items of which this holds; several are joined by or"
    verb.add_argument("--trigger", metavar="FILTER", action="append", default=[], help=trigger)
    verb.add_argument("--sample", metavar="SHARE", help="a rule: this share of all items by chance, such as 5%%")
    verb.add_argument("--seed", type=int, metavar="N", help="of the chance in rules and orders (0): the same seed takes the same items")
    verb.add_argument("--limit", type=int, metavar="N", help="at most N items")
    ways = "newest (default for a server), oldest, random:SEED, stratified:FIELD, or uncertain:NAME@0.5"
    more = "stratified takes in turn from each kind, status, model or label of an annotation, shuffled within each (stratified:kind@SEED)"
    near = "uncertain brings what an annotation (llm.correctness) scored (on average) nearest to a threshold first"
    verb.add_argument("--order", metavar="ORDER", help=f"{ways}; {more}; {near}")
    what = "N people judge the same items, each in an order and a queue of their own; no coordinator is needed"
    verb.add_argument("--reviewers", type=int, metavar="N", help=what)
    verb.add_argument("--overlap", type=int, metavar="K", help="how many of them judge each item (1): what K others judged is left to them")
    verb.add_argument("--offline", action="store_true", help="do not use the network")


def watch(verb: argparse.ArgumentParser) -> None:
    """Go on when the source was listed to its end."""
    what = "keep feeding the queue: what is new at the source goes behind what is there, every 10 seconds (watch_seconds in the config)"
    verb.add_argument("--watch", action="store_true", help=what)
