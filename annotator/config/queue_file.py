"""What a queue takes and in which order, written by hand, `queue.toml`.

order = "newest"            # as --order: newest, oldest, random, stratified:kind, uncertain:llm.correctness@0.5
by = "kind"                 # of order = "stratified" or "uncertain", where it is not written behind it; near = 0.5 likewise
seed = 7                    # of every draw, and of an order that has one
limit = 200
reviewers = 3               # people who judge the same traces
overlap = 2                 # of whom so many judge each
[[rule]]                    # an item is what at least one of them takes
name = "errors"
when = "any(status = error) or latency > 10s"       # the filter language; left out: everything
priority = 1                # higher ones come first
[[rule]]
name = "sample"
rate = "5%"                 # or 0.05
cap = 100                   # at most so many by this rule
reviewers = ["mira"]        # only for them
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from annotator.config.toml_file import Table, TomlFile
from annotator.domain.ordering import Ordering, ordering_of
from annotator.domain.queue import Rule
from annotator.domain.queue_file import QueueFile
from annotator.errors import FilterError, QueueFileError, UsageError

_RATE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*")
Check = Callable[[str], object]
"""Raises FilterError for what is no condition."""


def load_queue_file(path: Path, check: Check) -> QueueFile:
    """Raises QueueFileError with the line and, for what is misspelt, the nearest word; FilterError for a mistake in a condition."""
    return _queue(TomlFile.read(path, QueueFileError).root, check)


def rate_of(text: str) -> float | None:
    """'5%' or '0.05': above 0 and at most 1; None for what is no such share."""
    match = _RATE.fullmatch(text)
    rate = float(match[1]) / (100 if match[2] else 1) if match else 0.0
    return rate if 0 < rate <= 1 else None


def _queue(root: Table, check: Check) -> QueueFile:
    root.only(("order", "by", "near", "seed", "limit", "reviewers", "overlap", "rule"))
    reviewers, overlap = _whole(root, "reviewers", 1), _whole(root, "overlap", 1)
    if overlap is not None and reviewers is not None and overlap > reviewers:
        root.fail("overlap", f"overlap is {overlap}, and reviewers is {reviewers}.", "Nobody judges an item twice: write more reviewers.")
    rules: list[Rule] = []
    for table in root.tables("rule"):
        rules.append(_rule(table, rules, check))
    return QueueFile(_ordering(root), _whole(root, "seed", 0), _whole(root, "limit", 1), reviewers, overlap, tuple(rules))


def _ordering(root: Table) -> Ordering | None:
    order, by, near = root.text("order"), root.text("by"), root.number("near")
    for key, word in (("by", by), ("near", near)):
        if word is not None and order not in ("stratified", "uncertain")[key == "near" :]:
            fits = "uncertain orders" if key == "near" else "stratified and uncertain orders"
            root.fail(key, f"{key} is for {fits} alone.", f"Leave it out, or write another order than {order or 'none'}.")
    if order is None:
        return None
    try:
        return ordering_of(order + (f":{by}" if by is not None else "") + (f"@{near!r}" if near is not None else ""))
    except UsageError as error:
        root.fail("order" if by is None else "by", error.title, error.advice)


def _rule(table: Table, earlier: Sequence[Rule], check: Check) -> Rule:
    table.only(("name", "when", "rate", "cap", "priority", "reviewers"))
    name = (table.text("name") or "").strip()
    if not name:
        table.fail("name", "a rule has no name.", 'Write name = "errors": it stands beside each item that the rule takes.')
    if any(rule.name == name for rule in earlier):
        table.fail("name", f"there are two rules named {name!r}.", "Give each rule a name of its own.")
    when = (table.text("when") or "").strip()
    if "when" in table.value:
        try:
            check(when)
        except FilterError as error:
            where = table.file.at((*table.place, "when"))
            raise FilterError(f"{where}: {error.title}", error.advice, error.text, error.position) from None
    return Rule(name, when, _rate(table), _whole(table, "cap", 1), _whole(table, "priority") or 0, _people(table))


def _rate(table: Table) -> float:
    given = table.value.get("rate", 1.0)
    found = rate_of(given) if isinstance(given, str) else table.number("rate") if "rate" in table.value else 1.0
    if found is None or not 0 < found <= 1:
        meant = f'Did you mean "{given}%"?' if isinstance(given, int | float) and 1 < given <= 100 else 'Write rate = 0.05, or "5%".'
        table.fail("rate", f"rate {given!r} is no share above 0 and at most 1.", meant)
    return found


def _people(table: Table) -> tuple[str, ...]:
    given = table.value.get("reviewers", [])
    if not isinstance(given, list) or not all(isinstance(name, str) and name.strip() for name in given):
        table.fail("reviewers", "reviewers of a rule is a list of names.", 'Write reviewers = ["mira"].')
    return tuple(dict.fromkeys(name.strip() for name in given))


def _whole(table: Table, key: str, least: int | None = None) -> int | None:
    """A whole number; None where it is left out."""
    number = table.number(key)
    if number is None:
        return None
    if number != int(number) or (least is not None and number < least):
        table.fail(key, f"{key} is {number:g}.", f"Write a whole number{'' if least is None else f' of {least} or more'}.")
    return int(number)
