"""From options to a selection: times, orders, kinds."""

import argparse
import re
import time
from datetime import datetime
from typing import cast

from annotator.domain.ordering import Ordering, ordering_of
from annotator.domain.queue import Selection, TargetRule
from annotator.errors import UsageError

AGO = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


def selection(args: argparse.Namespace, server: bool) -> Selection:
    """Raises UsageError for a time or an order that cannot be read, FilterError for a filter."""
    ordering = _order(args.order, server)
    if args.limit is not None and args.limit < 1:
        raise UsageError(f"--limit {args.limit} leaves nothing to review.", "Give a number of 1 or more.")
    target = args.target or ("span" if args.kind else "root")
    if args.filter:
        from annotator.filter.parsing import parse

        parse(args.filter)
    return Selection(
        cast(TargetRule, target),
        tuple(dict.fromkeys(kind.upper() for kind in args.kind)),
        args.status,
        _time(args.since, "--since"),
        _time(args.until, "--until"),
        args.session,
        args.limit,
        ordering.order,
        ordering.seed,
        _columns(args, server),
        args.filter.strip(),
        by=ordering.by,
        near=ordering.near,
    )


def _columns(args: argparse.Namespace, server: bool) -> tuple[tuple[str, str], ...]:
    if not args.column:
        return ()
    if server:
        raise UsageError("--column names the columns of a table in a file, and this is a server.", "Leave it out.")
    from annotator.sources.files.columns import column_map

    return column_map(args.column)


def _order(text: str | None, server: bool) -> Ordering:
    if text is None:
        return Ordering("newest" if server else "listed")
    try:
        return ordering_of(text)
    except UsageError as error:
        raise UsageError(f"--order {error.title}", error.advice) from None


def _time(text: str | None, option: str) -> int | None:
    """Nanoseconds since 1970; local time where no zone is given."""
    if text is None:
        return None
    if match := re.fullmatch(r"(\d+)([mhdw])", text):
        return int((time.time() - int(match[1]) * AGO[match[2]]) * 1e9)
    try:
        return int(datetime.fromisoformat(text).astimezone().timestamp() * 1e9)
    except ValueError:
        raise UsageError(f"{option} {text} is not a time.", "Use 2026-11-21, 2026-11-21T09:30, or 3h for three hours ago.") from None
