"""A hand-over as Markdown. What people, traces and servers said is data: it stays one line, and none of it is a sign of Markdown."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from shlex import quote
from statistics import fmean
from typing import TypeVar

from annotator.domain.annotation import ADJUDICATED, HUMAN, RECHECK
from annotator.domain.handover import Answer, Difference, Entry, Given, Handover, Period, Person, Place
from annotator.domain.queue import Counts
from annotator.text.cells import crop
from annotator.text.escape import one_line
from annotator.text.facts import counted

QUESTION, WORDS, VALUE = 60, 240, 40
"""Cells of a question, of a reason or note, and of an answer, at most."""
EARLIER = " (from an earlier shift)"
LABELS = 12
"""Labels of one config that are counted apart."""
INLINE = re.compile(r"[\\`*\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])")
"""What is a sign anywhere; an underscore within a word is none."""
LEADING = re.compile(r"^(?:[#+=-]|\d{1,9}(?=[.)]))")
T = TypeVar("T")


def escaped(text: str, cells: int = WORDS) -> str:
    """Data as text of one line: a terminal obeys nothing in it, and Markdown reads it as it stands."""
    shown = INLINE.sub(r"\\\g<0>", crop(one_line(text), cells))
    start = LEADING.match(shown)
    return shown if start is None else f"{shown[:start.end()]}\\{shown[start.end():]}" if start[0].isdigit() else f"\\{shown}"


def code(text: str) -> str:
    """Data as it is typed: in more ticks than it has in a row."""
    text = one_line(text)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    blank = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{blank}{text}{blank}{ticks}"


def markdown(made: Handover, most: int) -> Iterator[str]:
    """Lines without their ends. `most`: entries of each list."""
    names = ", ".join(escaped(queue.name) for queue in made.queues)
    yield f"# Hand-over: {names}"
    yield ""
    yield from _period(made.period)
    yield ""
    for queue in made.queues:
        where = "" if queue.source.server else _local(queue.name)
        yield f"- **{escaped(queue.name)}**: {counted(queue.counts.items, 'item')}: {_states(queue.counts)}{where}"
    if not made.people:
        yield "- Nobody judged anything in this time."
    for person in made.people:
        yield _person(person)
    yield from _first(made, most)
    yield from _answers(made.given)
    yield from _section(made, "Skipped", made.skipped, most, _entry, _all(made, "skipped"))
    yield from _section(made, "New notes", made.notes, most, _entry, "annotator handover --json")
    yield from _unsent(made)


def _period(period: Period) -> Iterator[str]:
    why = {
        "asked": "as asked",
        "handover": "since the last hand-over",
        "again": "the last hand-over, made again",
        "shift": "since the shift began: nobody judged for four hours before",
        "nothing": "nobody ever judged",
    }
    start, end = datetime.fromtimestamp(period.since).astimezone(), datetime.fromtimestamp(period.until).astimezone()
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    yield f"{start:%Y-%m-%d %H:%M} to {until} (UTC{end:%z}), {why[period.because]}."
    if period.missed:
        handed = datetime.fromtimestamp(period.handed)
        yield f"Not in it: {counted(period.missed, 'step')} after the last hand-over; `--since {handed:%Y-%m-%dT%H:%M}` has them."


def _states(counts: Counts) -> str:
    found = [(state, getattr(counts, state)) for state in ("todo", "done", "skipped", "deferred", "flagged")]
    return ", ".join(f"{count:,} {'to do' if state == 'todo' else state}" for state, count in found if count) or "empty"


def _local(queue: str) -> str:
    return f"; verdicts are on this machine only, {code(f'annotator push --queue {quote(queue)} --to URL')} sends them"


def _who(name: str) -> str:
    """With the role that the end of the name says."""
    role = next((role for role in (ADJUDICATED, RECHECK) if name.endswith(role)), "")
    return escaped(name.removesuffix(role) or "somebody") + (f" ({role[1:]})" if role else "")


def _person(person: Person) -> str:
    counts = [(person.done, "done"), (person.skipped, "skipped"), (person.deferred, "deferred"), (person.flagged, "flagged")]
    counts.append((person.again, "judged again"))
    said = [f"{count:,} {word}" for count, word in counts if count]
    said += [counted(count, word) for count, word in ((person.answers, "answer"), (person.notes, "note")) if count]
    rate = f"; {person.pace:,.0f} items an hour, pauses left out" if person.pace is not None else ""
    first, last = datetime.fromtimestamp(person.first), datetime.fromtimestamp(person.last)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%m-%d %H:%M}"
    return f"- **{_who(person.name)}**: {', '.join(said) or 'everything taken back'}{rate}; {first:%H:%M} to {until}"


def _first(made: Handover, most: int) -> Iterator[str]:
    lists = (made.flagged, made.parked, made.differences, made.deferred, made.partial)
    yield from ("", "## Look at first", "")
    if not any(lists):
        yield (
            f"Nothing: no item is flagged or deferred, nor is any that {escaped(made.only)} judged disputed or half judged."
            if made.only else "Nothing: no item is flagged, disputed, deferred or half judged."
        )  # fmt: skip
        return
    yield "`annotator show ID` prints an item; on the screen the list of items goes to its number."
    yield from _section(made, "Flagged", made.flagged, most, _entry, _all(made, "flagged"), "###")
    yield from _section(made, "Waiting for a decision", made.parked, most, _entry, "annotator push", "###")
    yield from _section(made, "Disagreements", made.differences, most, _difference, _all(made, "disagreement and not todo"), "###")
    yield from _section(made, "Deferred", made.deferred, most, _entry, _all(made, "deferred"), "###")
    yield from _section(made, "Begun and not whole", made.partial, most, _entry, _all(made, "todo and mine"), "###")


def _all(made: Handover, words: str) -> str:
    """The command that lists all of them."""
    one = f" --queue {quote(made.queues[0].name)}" if len(made.queues) == 1 else ""
    return f"annotator list{one} {words}"


def _section(
    made: Handover, title: str, some: Sequence[T], most: int, line: Callable[[T, bool], str], everything: str, level: str = "##"
) -> Iterator[str]:
    """`everything`: the command that shows all of them. Queues are named where there are several."""
    if not some:
        return
    yield from ("", f"{level} {title} ({len(some):,})", "")
    for one in some[:most]:
        yield f"- {line(one, len(made.queues) > 1)}"
    if len(some) > most:
        yield f"- … and {len(some) - most:,} more: {code(everything)} has all"


def _place(place: Place, named: bool) -> str:
    """Position, words, id, and page."""
    number = f"**{place.position}**" if place.position is not None else "in no queue here"
    document = "" if place.target.position is None else f" document {place.target.position + 1}"
    asked = f" {escaped(place.question, QUESTION)}" if place.question else ""
    page = f" [trace](<{one_line(place.url).replace(' ', '%20').replace('<', '%3C').replace('>', '%3E')}>)" if place.url else ""
    queue = f" in {escaped(place.queue)}" if place.queue and named else ""
    return f"{number}{queue}:{asked}{document} {code(place.show_id)}{page}"


def _entry(entry: Entry, named: bool) -> str:
    words = f": {escaped(entry.words)}" if entry.words else ""
    return f"{_place(entry.place, named)} — {_who(entry.who)}{words}{EARLIER * entry.earlier}"


def _difference(one: Difference, named: bool) -> str:
    said = ", ".join(_said(answer) for answer in (one.mine, *one.others))
    return f"{_place(one.place, named)} — {escaped(one.name, VALUE)}: {said}{EARLIER * one.earlier}"


def _said(answer: Answer) -> str:
    kind = "" if answer.kind == HUMAN else f" ({answer.kind})"
    return f"{_who(answer.who)}{kind} {escaped(answer.value, VALUE)}"


def _answers(given: Sequence[Given]) -> Iterator[str]:
    if given:
        yield from ("", "## Answers", "")
    for one in given:
        counts = [f"{count:,} {escaped(label, VALUE)}" for label, count in one.labels[:LABELS]]
        if len(one.labels) > LABELS:
            counts.append(f"{sum(count for _, count in one.labels[LABELS:]):,} of {len(one.labels) - LABELS:,} other labels")
        if one.scores:
            low, high, mean = one.scores[0], one.scores[-1], fmean(one.scores)
            counts.append(f"{counted(len(one.scores), 'score')} from {low:g} to {high:g}, {mean:.3g} on average")
        if one.texts:
            counts.append(counted(one.texts, "text"))
        yield f"- {escaped(one.name, VALUE)}, {_who(one.who)}: {', '.join(counts)}"


def _unsent(made: Handover) -> Iterator[str]:
    some = [one for one in made.unsent if one.waiting or one.parked]
    if not made.unsent:
        return
    yield from ("", "## Not on the server", "")
    if not some:
        yield "Nothing: everything was sent."
    for one in some:
        how = "`annotator push` sends them, and says what is in the way"
        yield f"- {escaped(one.server)}: {one.waiting:,} waiting, {one.parked:,} parked; {how}"
        for reason, count in one.reasons[:LABELS]:
            yield f"  - {counted(count, 'row')}: {escaped(reason)}"
