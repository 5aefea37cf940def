"""Who agrees: my answers beside those of other people, models and programs, as far as they may be seen."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from annotator.domain.annotation import HUMAN, NOTE, Annotation, Target
from annotator.domain.rubric import Criterion
from annotator.workflow.answers import is_answer
from annotator.workflow.opinions import MODEL, PROGRAM, Opinion, Opinions, Sight

LETTERS = {HUMAN: "h", MODEL: "m", PROGRAM: "c"}
"""Who else annotated a target, in its mark: people, models, programs."""
DIFFERS = "≠"


class Stance(NamedTuple):
    """How somebody's answers on an item compare with mine."""

    who: str
    agrees: bool
    said: str = ""
    """The first answer that differs: 'correctness fail'."""


def value_of(row: Annotation) -> str:
    """An answer in a word or two: its label and score, or the start of its text."""
    words = [row.label or "", "" if row.score is None else f"{row.score:g}"]
    return " ".join(word for word in words if word) or " ".join((row.explanation or "").split())


def stances(opinions: Opinions, sight: Sight, given: Mapping[Target, Mapping[str, Annotation]]) -> tuple[Stance, ...]:
    """Everybody who answered what I answered, those who differ first. `given`: my answers now. Texts are not compared."""
    found: dict[str, Stance] = {}
    for one in sight.of(opinions):
        mine, before = given.get(one.row.target, {}).get(one.row.name), found.get(one.who)
        if one.mine or mine is None:
            continue
        if mine.contradicts(one.row) and (before is None or before.agrees):
            found[one.who] = Stance(one.who, False, f"{one.row.name} {value_of(one.row)}")
        elif before is None and _compares(mine, one.row):
            found[one.who] = Stance(one.who, True)
    return tuple(sorted(found.values(), key=lambda stance: stance.agrees))


def given_in(opinions: Opinions, given: Mapping[Target, Mapping[str, Annotation]]) -> dict[Target, Mapping[str, Annotation]]:
    """My answers: those on targets of `given` as they are now, the others as they were read."""
    found: dict[Target, dict[str, Annotation]] = {}
    for one in opinions.rows:
        if one.mine and one.row.name != NOTE:
            found.setdefault(one.row.target, {})[one.row.name] = one.row
    return {**found, **given}


def _compares(one: Annotation, other: Annotation) -> bool:
    both = (one.label, other.label) if one.label is not None or other.label is not None else (one.score, other.score)
    return None not in both


def marks(seen: Iterable[Opinion]) -> dict[Target, str]:
    """What stands beside a target that others annotated: `≠` where answers differ, then a letter for each kind of them."""
    return {target: _mark(rows) for target, rows in by_target(seen).items() if not all(one.mine for one in rows)}


def by_target(rows: Iterable[Opinion]) -> dict[Target, list[Opinion]]:
    found: dict[Target, list[Opinion]] = {}
    for one in rows:
        found.setdefault(one.row.target, []).append(one)
    return found


def _mark(rows: list[Opinion]) -> str:
    kinds = {one.row.annotator_kind for one in rows if not one.mine}
    return (DIFFERS if disputed(rows) else "") + "".join(letter for kind, letter in LETTERS.items() if kind in kinds)


def disputed(rows: list[Opinion]) -> frozenset[str]:
    """Names under which answers on one target differ."""
    first: dict[tuple[str, bool], Annotation] = {}
    found = set()
    for one in rows:
        if one.row.name != NOTE and first.setdefault((one.row.name, one.row.label is None), one.row).contradicts(one.row):
            found.add(one.row.name)
    return frozenset(found)


def compared(rows: list[Opinion]) -> Iterator[tuple[Opinion, bool | None]]:
    """Of the rows on one target, whether each agrees with mine of that name, and mine with all; where I have none, with the first.

    None where there is nothing to compare.
    """
    first: dict[str, Opinion] = {}
    for one in rows:
        if one.row.name != NOTE and (one.mine or one.row.name not in first):
            first[one.row.name] = one
    agreeing = {id(one): _agrees(first[one.row.name].row, one.row) for one in rows if first.get(one.row.name, one) is not one}
    for name, one in first.items():
        others = [agreeing[id(other)] for other in rows if other is not one and other.row.name == name]
        agreeing[id(one)] = None if not others or set(others) == {None} else False not in others
    for one in rows:
        yield one, agreeing.get(id(one))


def _agrees(one: Annotation, other: Annotation) -> bool | None:
    return False if one.contradicts(other) else True if _compares(one, other) else None


def suggestion(opinions: Opinions, target: Target, criterion: Criterion) -> Opinion | None:
    """The newest answer that a model gave to a config."""
    found = [
        one
        for one in opinions.rows
        if one.row.annotator_kind == MODEL
        and not one.mine
        and one.row.target == target
        and one.row.name == criterion.name
        and is_answer(criterion, one.row)
    ]
    return max(found, key=lambda one: one.known.at, default=None)
