"""From options to a selection: times, orders, kinds."""

import argparse
import re
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast

from annotator.domain.ordering import Ordering, ordering_of
from annotator.domain.queue import Rule, Selection, TargetRule, share_of_all
from annotator.domain.queue_file import QueueFile
from annotator.errors import UsageError

AGO = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


def selection(args: argparse.Namespace, server: bool) -> Selection:
    """Raises UsageError for a time or an order that cannot be read, FilterError for a filter."""
    given = _rules_file(args.rules)
    ordering = _order(args.order, server) if args.order or given.ordering is None else given.ordering
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
        given.limit if args.limit is None else args.limit,
        ordering.order,
        _seed(args, ordering, given),
        _columns(args, server),
        args.filter.strip(),
        _rules(args, given.rules),
        ordering.by,
        ordering.near,
        *_people(args, given),
    )


def _people(args: argparse.Namespace, given: QueueFile) -> tuple[int, int]:
    """How many reviewers, and how many verdicts on each item."""
    reviewers = (given.reviewers or 1) if args.reviewers is None else int(args.reviewers)
    overlap = (given.overlap or 1) if args.overlap is None else int(args.overlap)
    if reviewers < 1 or overlap < 1:
        option, number = ("--reviewers", reviewers) if reviewers < 1 else ("--overlap", overlap)
        raise UsageError(f"{option} {number} leaves nobody to judge.", "Give a number of 1 or more.")
    if overlap > reviewers:
        people = "one reviewer" if reviewers == 1 else f"{reviewers} reviewers"
        raise UsageError(f"{people.capitalize()} cannot judge each item {overlap} times.", f"Say --reviewers {overlap}, or more.")
    if reviewers > 1 and getattr(args, "adjudicate", False):
        raise UsageError("Who adjudicates sees everything that is disputed.", "Leave --reviewers out.")
    lease(args, reviewers)
    return reviewers, overlap


def lease(args: argparse.Namespace, reviewers: int) -> float:
    """For how many seconds an item is kept for its reviewer, of so many; 0 for not at all."""
    text = getattr(args, "lease", None)
    if text is None:
        return 0.0
    match = re.fullmatch(r"(\d+)([mh])", text)
    if match is None or not int(match[1]):
        raise UsageError(f"--lease {text} is no time for which an item can be kept.", "Use minutes or hours: --lease 10m, --lease 1h.")
    if reviewers < 2:
        raise UsageError("--lease keeps items from other reviewers, and this queue has one.", "Say --reviewers N too, or leave it out.")
    return float(int(match[1]) * AGO[match[2]])


def of_person(selection: Selection, name: str) -> Selection:
    """The queue's selection for one of several people: their own permutation, and the rules that name them or nobody.

    Raises UsageError where every rule is somebody else's.
    """
    if not selection.is_personal:
        return selection
    rules = tuple(rule for rule in selection.rules if not rule.reviewers or name in rule.reviewers)
    if selection.rules and not rules:
        named = ", ".join(dict.fromkeys(one for rule in selection.rules for one in rule.reviewers))
        raise UsageError(f"No rule gives {name} anything: they name {named}.", "Say --as NAME as the rules write it, or add a rule.")
    return replace(selection, rules=rules, reviewer=name)


def _rules_file(path: str | None) -> QueueFile:
    if path is None:
        return QueueFile()
    from annotator.config.queue_file import load_queue_file
    from annotator.filter.parsing import parse

    return load_queue_file(Path(path), parse)


def _rules(args: argparse.Namespace, written: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Those of the file, then those of the flags."""
    rules = [*written, *(Rule(when.strip(), when.strip()) for when in dict.fromkeys(args.trigger))]
    if args.trigger:
        from annotator.filter.parsing import parse

        for when in args.trigger:
            parse(when)
    if args.sample is not None:
        from annotator.config.queue_file import rate_of

        rate = rate_of(args.sample)
        if rate is None:
            raise UsageError(f"--sample {args.sample} is no share above 0 and at most 1.", "Say for instance --sample 5%.")
        rules.append(Rule(share_of_all(rate), rate=rate))
    for rule in rules:
        if sum(rule.name == other.name for other in rules) > 1:
            raise UsageError(f"There are two rules named {rule.name!r}.", f"Give the one in {args.rules} another name.")
    return tuple(rules)


def _seed(args: argparse.Namespace, ordering: Ordering, given: QueueFile) -> int:
    """What a flag says comes before what the file does."""
    if args.seed is not None and args.seed < 0:
        raise UsageError(f"--seed {args.seed} is below 0.", "Give a whole number of 0 or more.")
    if args.order and ordering.seed and args.seed not in (None, ordering.seed):
        raise UsageError(f"--order {args.order} and --seed {args.seed} are two seeds.", "Leave one of them out.")
    if args.seed is not None:
        return int(args.seed)
    return ordering.seed if given.seed is None or (args.order and ordering.seed) else given.seed


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
