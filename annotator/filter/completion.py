"""What may be typed next."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

from annotator.domain.annotation import NOTE
from annotator.domain.filter import Answer, Attribute, Subject
from annotator.domain.record import record
from annotator.errors import FilterError
from annotator.filter.parsing import Parser
from annotator.filter.printing import name_text, text_value
from annotator.filter.scanning import BARE, Place
from annotator.filter.values import operators
from annotator.filter.vocabulary import Vocabulary
from annotator.filter.words import (
    ANNOTATION,
    ANY,
    ATTRIBUTE,
    DISAGREEMENT,
    FIELDS,
    HELP,
    MEMBERS,
    SCOPES,
    SINCE,
    SPAN_KINDS,
    STATES,
    STATUSES,
    UNANNOTATED,
    UNTIL,
)

OPERATORS = "=!<>~"
MOST = 50
"""Completions that are offered."""


@record
class Completion:
    """A text to put in the place of what stands from `start` to `end`."""

    text: str
    start: int
    end: int
    help: str = ""
    """A few words about it; '' where it speaks for itself."""


def complete(text: str, cursor: int, vocabulary: Vocabulary) -> list[Completion]:
    """What fits where the cursor is, the likeliest first; none where what stands before it is wrong."""
    start = _word_start(text, cursor)
    typed = text[start:cursor]
    found: dict[str, str] = {}
    for place in _wanted(text[:start], vocabulary):
        for word, said in _offered(place, typed, vocabulary):
            found.setdefault(word, said)
    key = _plain(typed)
    begins = [word for word in found if _plain(word).startswith(key) and word != typed]
    holds = [word for word in found if key in _plain(word) and word not in begins and word != typed] if key.strip(OPERATORS) else []
    return [Completion(word, start, cursor, found[word]) for word in (*begins, *holds)][:MOST]


def _word_start(text: str, cursor: int) -> int:
    """Where the word, the quoted text or the operator begins that the cursor stands at the end of."""
    quote = ""
    at = start = 0
    while at < cursor:
        char = text[at]
        if quote:
            at += 1 if char == "\\" else 0
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
            start = start if at > start and text[at - 1] == "." else at
        elif char in OPERATORS:
            start = start if at > start and text[at - 1] in OPERATORS else at
        elif not BARE.match(char):
            start = at + 1
        elif at > start and text[at - 1] in OPERATORS:
            start = at
        at += 1
    return start


def _wanted(before: str, vocabulary: Vocabulary) -> list[Place]:
    """What the grammar looks for at the end of a text; nothing where it is wrong before that."""
    parser = Parser(before, vocabulary)
    with suppress(FilterError):
        parser.whole()
    return parser.scanner.wanted if parser.scanner.furthest == len(before) else []


def _plain(word: str) -> str:
    return word.replace('"', "").replace("'", "").casefold()


Offers = Iterable[tuple[str, str]]


def _offered(place: Place, typed: str, vocabulary: Vocabulary) -> Offers:
    """Words and what is said about them."""
    if place.kind == "condition":
        return _conditions(typed, vocabulary)
    if place.kind == "operator" and place.subject is not None:
        allowed = operators(place.subject)
        return _helped((*allowed, *(("in",) if "=" in allowed else ())))
    if place.kind == "value" and place.subject is not None:
        return _values(place.subject, typed, vocabulary)
    if place.kind == "key":
        return [(f'"{key}"', "") for key in vocabulary.attributes]
    if place.kind == "name":
        return [(name_text(name), "") for name in vocabulary.names]
    if place.kind == "time":
        return [("1h", "an hour ago"), ("1d", "a day ago"), ("1w", "a week ago")]
    return {"connective": _helped(("and", "or")), "close": [(")", "")], "list": [("(", "")]}.get(place.kind, ())


def _helped(words: Iterable[str]) -> Offers:
    return [(word, HELP.get(word, "")) for word in words]


def _conditions(typed: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    first, dot, _ = typed.partition(".")
    names = [name_text(name) for name in (*vocabulary.names, NOTE)]
    if dot:
        yield from _parts(first, typed, names, vocabulary)
        return
    for name in dict.fromkeys(names):
        yield name, "annotation"
    yield from _helped((*STATES, *FIELDS, UNANNOTATED, *SCOPES, DISAGREEMENT, ANNOTATION, SINCE, UNTIL, "not"))
    yield f"{ANY}(", HELP[ANY]
    yield f"{ATTRIBUTE}[", HELP[ATTRIBUTE]


def _parts(first: str, typed: str, names: Collection[str], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """After a dot: names of annotations, keys, or parts of an annotation."""
    if first == ATTRIBUTE:
        yield from ((f"{ATTRIBUTE}.{key}", "") for key in vocabulary.attributes if BARE.fullmatch(key))
    elif first in (*SCOPES, DISAGREEMENT):
        for name in dict.fromkeys(names):
            yield f"{first}.{name}", ""
            if typed.startswith(f"{first}.{name}."):
                yield from ((f"{first}.{name}.{member}", "") for member in MEMBERS)
    elif (name := typed.rpartition(".")[0]) in names:
        yield from ((f"{name}.{member}", "") for member in MEMBERS)


def _values(subject: Subject, typed: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if isinstance(subject, Attribute):
        return
    if isinstance(subject, Answer):
        if subject.member in ("", "label"):
            for label in vocabulary.labels.get(subject.name, ()):
                yield text_value(label), ""
        if not subject.member or typed:
            yield from ((f"{scope}.{name_text(subject.name)}", "compared with theirs") for scope in SCOPES if scope != subject.scope)
        return
    words = {
        "state": STATES,
        "status": tuple(status.lower() for status in STATUSES),
        "kind": tuple(dict.fromkeys(kind.lower() for kind in (*vocabulary.kinds, *SPAN_KINDS))),
        "name": vocabulary.spans,
        "session": vocabulary.sessions,
        "user": vocabulary.users,
        "model": vocabulary.models,
        "latency": ("500ms", "2s", "10s", "1m"),
        "tokens": ("1000", "10000"),
    }.get(subject.name, ())
    for word in words:
        yield text_value(word) if subject.name not in ("latency", "tokens") else word, ""
