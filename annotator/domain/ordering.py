"""Orders as people write them: `newest`, `random:7`, `stratified:kind`, `uncertain:llm.correctness@0.5`."""

import math
import re
from difflib import get_close_matches
from typing import Literal, NoReturn, cast, get_args

from annotator.domain.filter import Answer, Field, FieldName, Scope
from annotator.domain.queue import Order
from annotator.domain.record import record
from annotator.errors import UsageError

STRATA: tuple[FieldName, ...] = ("kind", "status", "model")
"""Fields whose values make strata; annotations make them by their labels."""
WORDS = ("newest", "oldest", "random", "stratified", "uncertain")
WAYS = "Use newest, oldest, random:SEED, stratified:kind (or status, model, the name of an annotation), or uncertain:NAME@0.5."
SCOPES = tuple(scope for scope in get_args(Scope) if scope)
FIELDS: tuple[FieldName, ...] = get_args(FieldName)
LIKE = 0.75
"""How alike an unquoted name and a field are that is taken for a slip of the finger."""
_LOOKED_AT = re.compile(r"""(?:([^\s."'@]+)\.)?(?:"([^"]+)"|'([^']+)'|([^\s.()=!<>~,\[\]"'@]+))""")


@record
class Ordering:
    """What an order says of a `Selection`."""

    order: Order
    seed: int = 0
    by: str = ""
    near: float = 0.5


def ordering_of(text: str) -> Ordering:
    """Raises UsageError, which names the nearest word."""
    word, colon, rest = text.partition(":")
    if word in ("newest", "oldest") and not colon:
        return Ordering(cast(Order, word))
    if word == "random":
        return Ordering("random", _seed(text, rest) if colon else 0)
    if word in ("stratified", "uncertain"):
        order: Literal["stratified", "uncertain"] = "stratified" if word == "stratified" else "uncertain"
        by, at, number = _apart(rest)
        found = looked_at(by, order)
        if order == "stratified":
            return Ordering(order, _seed(text, number) if at else 0, by)
        if isinstance(found, Field):
            raise UsageError(f"{text}: {by} has no score.", "Give the name of an annotation: uncertain:llm.correctness@0.5.")
        return Ordering(order, 0, by, _near(text, number) if at else 0.5)
    _refuse(text, word)


def looked_at(by: str, order: Order = "stratified") -> Field | Answer:
    """What the order looks at: a field, or the rows of an annotation in the words of the filter language. Raises UsageError."""
    match = _LOOKED_AT.fullmatch(by)
    if match is None:
        raise UsageError(f"{order}:{by} does not say what to look at.", f"{WAYS} A name with a dot in it is quoted.")
    scope, *names = match.groups()
    quoted, name = names[0] or names[1], names[2]
    if scope is not None and scope not in SCOPES:
        advice = f'Whose: {", ".join(SCOPES)}. A name with a dot in it is quoted: {order}:"{by}".'
        raise UsageError(f"{order}:{by}: {scope} does not say whose annotations.", _near_words(scope, SCOPES) + advice)
    if quoted or scope is not None:
        return Answer(quoted or name, cast(Scope, scope or ""))
    if name in STRATA:
        return Field(cast(FieldName, name))
    like = get_close_matches(name.casefold(), FIELDS, 1, LIKE)
    if name in SCOPES or like:
        says = "says whose annotations, and not which" if name in SCOPES else "is not what an order can look at"
        near = _near_words(name, STRATA, LIKE) if name not in FIELDS else ""
        raise UsageError(f"{order}:{by}: {name} {says}.", f'{near}{WAYS} For an annotation of that name: {order}:"{name}".')
    return Answer(name)


def _apart(rest: str) -> tuple[str, str, str]:
    """What is looked at, '@' or '', and the number behind it; an @ in quotes is a part of a name."""
    if rest.endswith(('"', "'")) or "@" not in rest:
        return rest, "", ""
    return rest.rpartition("@")


def _seed(text: str, number: str) -> int:
    if not re.fullmatch(r"\d{1,18}", number):
        raise UsageError(f"{text}: the seed {number!r} is not a whole number.", "Such as random:7, stratified:kind@7.")
    return int(number)


def _near(text: str, number: str) -> float:
    try:
        found = float(number)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise UsageError(f"{text}: the threshold {number!r} is not a number.", "Such as uncertain:llm.correctness@0.5.")
    return found


def _near_words(word: str, known: tuple[str, ...], cutoff: float = 0.6) -> str:
    near = get_close_matches(word.casefold(), known, 1, cutoff)
    return f"Nearest: {near[0]}. " if near else ""


def _refuse(text: str, word: str) -> NoReturn:
    raise UsageError(f"{text} is not an order.", f"{_near_words(word, WORDS)}{WAYS}")
