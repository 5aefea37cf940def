"""Values, as what they are compared with wants them."""

import math
import re
from collections.abc import Sequence

from annotator.domain.annotation import NOTE
from annotator.domain.filter import Answer, Attribute, Field, Member, Op, Subject, Value
from annotator.filter.scanning import BARE, Place, Scanner, nearest
from annotator.filter.times import duration_of, time_of
from annotator.filter.vocabulary import Vocabulary
from annotator.filter.words import EVERY, OPERATORS, ORDER, SPAN_KINDS, STATES, STATUSES, TEXT

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
WHOLE = re.compile(r"[+-]?\d+")
DIGITS = 300
"""Digits of a number, at most."""
TIMES = "Such as 2026-11-21, 2026-11-21T09:30, or 3h for three hours ago."


class Values:
    """Reads the values at a scanner's place. `now`: seconds since 1970, from which 3h ago counts."""

    def __init__(self, scanner: Scanner, vocabulary: Vocabulary | None, now: float) -> None:
        self.scanner = scanner
        self.vocabulary = vocabulary
        self.now = now

    def value(self, subject: Subject, op: Op) -> Value:
        if isinstance(subject, Field):
            return self._of_field(subject, op)
        if isinstance(subject, Attribute):
            return self._of_attribute(subject, op)
        return self._of_answer(subject, op)

    def time(self) -> int:
        """After `since` and `until`, and of `start`."""
        at = self.scanner.want(Place("time"))
        text, _ = self._text("a time", TIMES)
        found = time_of(text, self.now)
        if found is None:
            self.scanner.fail(f"{text!r} is not a time.", TIMES, at)
        return found

    def _of_field(self, field: Field, op: Op) -> Value:
        scanner, at, name = self.scanner, self.scanner.want(Place("value", field)), field.name
        if name == "start":
            return self.time()
        if name == "latency":
            text, _ = self._text("a duration", "Such as 2s, 300ms, 1.5m.")
            found = duration_of(text)
            if found is None:
                scanner.fail(f"{text!r} is not a duration.", "Give a unit: 2s, 300ms, 1.5m, 1h.", at)
            return found
        if name == "tokens":
            text, _ = self._text("a number", "Such as 1000.")
            return self._number(text, at)
        if name == "status":
            return self._choice("status", STATUSES, STATUSES, at)
        if name == "state":
            return self._choice("state", STATES, STATES, at)
        if name == "kind":
            known = (*SPAN_KINDS, *self.vocabulary.kinds) if self.vocabulary else None
            return self._choice("span kind", SPAN_KINDS, known, at, any_quoted=True).upper()
        return self._text("a text", "Put quotes around what has blanks in it.")[0]

    def _of_attribute(self, attribute: Attribute, op: Op) -> Value:
        at = self.scanner.want(Place("value", attribute))
        text, quoted = self._text("a value", "A word, a number, true, false, or a text in quotes.")
        if op not in TEXT:
            return self._number(text, at)
        if quoted or op == "~":
            return text
        if text in ("true", "false"):
            return text == "true"
        return self._number(text, at) if NUMBER.fullmatch(text) else text

    def _of_answer(self, answer: Answer, op: Op) -> Value:
        scanner = self.scanner
        at = scanner.want(Place("value", answer, answer))
        text, quoted = self._text("a label or a number", 'Such as fail, 0.5, or a text in quotes: "very good".')
        number = not quoted and op != "~" and NUMBER.fullmatch(text) is not None
        if answer.member == "score" or op not in TEXT:
            return self._number(text, at)
        if answer.member == "" and number and answer.name != NOTE:
            return self._number(text, at)
        if answer.member in ("", "label") and op != "~" and not quoted and self.vocabulary:
            labels = self.vocabulary.labels.get(answer.name)
            if labels and text not in labels:
                advice = f"{nearest(text, labels)}Labels: {', '.join(labels[:10])}. In quotes any label is taken."
                scanner.fail(f"{answer.name} has no label {text!r}.", advice, at)
        return text

    def _text(self, what: str, advice: str) -> tuple[str, bool]:
        """The text that comes now, and whether it was quoted."""
        scanner = self.scanner
        found = scanner.quoted()
        if found is not None:
            return found, True
        word = scanner.word(BARE)
        if not word:
            scanner.fail(f"Here {what} should come{'.' if scanner.ends() else f', not {scanner.found()!r}.'}", advice)
        scanner.at += len(word)
        return word, False

    def _number(self, text: str, at: int) -> int | float:
        if NUMBER.fullmatch(text) and len(text) <= DIGITS:
            found = int(text) if WHOLE.fullmatch(text) else float(text)
            if math.isfinite(found):
                return found
        self.scanner.fail(f"{text!r} is not a number.", "Such as 3, 0.5, -1.", at)

    def _choice(self, what: str, listed: Sequence[str], known: Sequence[str] | None, at: int, any_quoted: bool = False) -> str:
        """One of the known, whatever its case; with `any_quoted` anything in quotes; anything where `known` is None."""
        text, quoted = self._text(f"a {what}", f"One of {', '.join(listed)}.")
        if known is None or (quoted and any_quoted):
            return text
        found = next((one for one in known if one.casefold() == text.casefold()), None)
        if found is None:
            free = " In quotes any is taken." if any_quoted else ""
            self.scanner.fail(f"There is no {what} {text!r}.", f"{nearest(text, known)}One of {', '.join(listed)}.{free}", at)
        return found


def operators(subject: Subject) -> tuple[Op, ...]:
    """What the subject can be compared by; `in` too where `=` is among them."""
    if isinstance(subject, Field):
        return OPERATORS[subject.name]
    if isinstance(subject, Attribute) or subject.member == "":
        return EVERY if isinstance(subject, Attribute) or subject.name != NOTE else TEXT
    return ORDER if subject.member == "score" else TEXT


def settled(subject: Subject, op: Op, values: Sequence[Value]) -> Subject | None:
    """What of an annotation is compared with such values; None where they are of two kinds."""
    if not isinstance(subject, Answer) or subject.member:
        return subject
    texts = [isinstance(value, str) for value in values]
    if any(texts) != all(texts):
        return None
    member: Member = "explanation" if subject.name == NOTE else "label" if texts[0] else "score"
    return Answer(subject.name, subject.scope, member)
