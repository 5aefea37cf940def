"""From text to a condition.

condition: and-chain { "or" and-chain }
and-chain: negation { "and" negation }
negation: "not" negation | "(" condition ")" | "any" "(" condition ")" | word | comparison
word: a state, "unannotated", "disagreement" [ "." name ], "since" time, "until" time
comparison: subject [ operator value | "in" "(" value { "," value } ")" ]
"""

import time

from annotator.domain.filter import (
    And,
    Answer,
    AnySpan,
    Comparison,
    Condition,
    Disagreement,
    Field,
    Not,
    OneOf,
    Op,
    Or,
    Present,
    Subject,
    Value,
    Versus,
)
from annotator.filter.scanning import BARE, OPERATOR, Place, Scanner
from annotator.filter.subjects import Subjects
from annotator.filter.values import Values, operators, settled
from annotator.filter.vocabulary import Vocabulary
from annotator.filter.words import ALONE, ANY, DISAGREEMENT, SINCE, STATES, UNANNOTATED, UNTIL

DEEPEST = 50
"""Conditions within conditions."""
EXAMPLES = "Such as status = error, latency > 2s, correctness = fail, not mine.correctness."


def parse(text: str, vocabulary: Vocabulary | None = None, now: float | None = None) -> Condition:
    """Raises FilterError, which says where and what.

    With a vocabulary, unquoted names that it does not know are mistakes. `now`: seconds since 1970, what 3h ago counts from.
    """
    return Parser(text, vocabulary, now).whole()


class Parser:
    """One text, parsed once; `scanner.wanted` tells what could have come where it stopped."""

    def __init__(self, text: str, vocabulary: Vocabulary | None = None, now: float | None = None) -> None:
        self.scanner = Scanner(text)
        self.subjects = Subjects(self.scanner, vocabulary)
        self.values = Values(self.scanner, vocabulary, time.time() if now is None else now)
        self.depth = 0
        self.within_any = False

    def whole(self) -> Condition:
        found = self._either()
        scanner = self.scanner
        scanner.want(Place("connective"))
        if scanner.ends():
            return found
        if scanner.take(")"):
            scanner.fail("There is no ( to this ).", "Leave it out, or open one before.", scanner.at - 1)
        advice = "Go on with and, or; put quotes around a text or a name that has blanks in it."
        scanner.fail(f"{scanner.found()!r} does not belong here.", advice)

    def _either(self) -> Condition:
        found = [self._both()]
        while self._connected("or"):
            found.append(self._both())
        if len(found) == 1:
            return found[0]
        return Or(tuple(part for one in found for part in (one.conditions if isinstance(one, Or) else (one,))))

    def _both(self) -> Condition:
        found = [self._negation()]
        while self._connected("and"):
            found.append(self._negation())
        if len(found) == 1:
            return found[0]
        return And(tuple(part for one in found for part in (one.conditions if isinstance(one, And) else (one,))))

    def _connected(self, word: str) -> bool:
        self.scanner.want(Place("connective"))
        return self.scanner.take_word(word)

    def _negation(self) -> Condition:
        scanner = self.scanner
        at = scanner.want(Place("condition"))
        self.depth += 1
        if self.depth > DEEPEST:
            scanner.fail(f"More than {DEEPEST} conditions within conditions.", "Write it with fewer parentheses.")
        try:
            if scanner.take_word("not"):
                return Not(self._negation())
            if scanner.take("("):
                return self._closed(at)
            return self._any() or self._word() or self._comparison()
        finally:
            self.depth -= 1

    def _closed(self, opened: int) -> Condition:
        """The rest of what a parenthesis holds."""
        scanner = self.scanner
        found = self._either()
        scanner.want(Place("close"))
        if scanner.take(")"):
            return found
        if scanner.ends():
            scanner.fail("This ( is never closed.", "Put ) where its condition ends.", opened)
        scanner.fail(f"{scanner.found()!r} does not belong here.", "Go on with and, or, ).")

    def _any(self) -> Condition | None:
        scanner = self.scanner
        at = scanner.at
        if scanner.word() != ANY:
            return None
        scanner.at += len(ANY)
        opened = scanner.want()
        if not scanner.take("("):
            scanner.fail("Here ( should come.", "any(status = error) asks for some span of the trace.")
        if self.within_any:
            scanner.fail("An any( ) stands within another.", "Join the conditions with and inside of one any( ).", at)
        self.within_any = True
        found = self._closed(opened)
        self.within_any = False
        return AnySpan(found)

    def _word(self) -> Condition | None:
        """A word that is a condition of its own."""
        scanner, word = self.scanner, self.scanner.word(BARE)
        if word in STATES:
            scanner.at += len(word)
            return Comparison(Field("state"), "=", word)
        if word == UNANNOTATED:
            scanner.at += len(word)
            return Not(Present(Answer("", "mine")))
        if word in (SINCE, UNTIL):
            scanner.at += len(word)
            return Comparison(Field("start"), ">=" if word == SINCE else "<", self.values.time())
        if scanner.word() == DISAGREEMENT:
            scanner.at += len(DISAGREEMENT)
            return Disagreement(self.subjects.name() if scanner.take(".") else "")
        return None

    def _comparison(self) -> Condition:
        scanner = self.scanner
        at = scanner.at
        if scanner.ends() or (not scanner.word() and scanner.text[at] not in "\"'"):
            missing = "The filter ends where a condition should come." if scanner.ends() else f"{scanner.found()!r} begins no condition."
            scanner.fail(missing, EXAMPLES)
        if scanner.word(BARE).casefold() in ("and", "or", "in"):
            scanner.fail(f"{scanner.found()!r} begins no condition.", EXAMPLES)
        subject = self.subjects.subject()
        nameless = isinstance(subject, Answer) and not subject.name
        scanner.want(*(() if nameless else (Place("operator", subject),)))
        if not nameless and scanner.take_word("in"):
            return self._one_of(subject)
        match = OPERATOR.match(scanner.text, scanner.at)
        if match is None:
            if not isinstance(subject, Field) or subject.name in ALONE:
                return Present(subject)
            scanner.fail(f"{subject.name} has to be compared with something.", _takes(subject))
        if nameless:
            advice = f"Name an annotation: {scanner.text[at : scanner.at].strip()}.correctness = fail."
            scanner.fail("Annotations of all names cannot be compared.", advice)
        op: Op = "=" if match[0] == "==" else match[0]  # type: ignore[assignment]
        if op not in operators(subject):
            scanner.fail(f"{match[0]} does not fit here.", _takes(subject))
        scanner.at = match.end()
        return self._compared(subject, op)

    def _compared(self, subject: Subject, op: Op) -> Condition:
        scanner = self.scanner
        if isinstance(subject, Answer):
            at = scanner.want(Place("value", subject, subject))
            other = self.subjects.rows()
            if other is not None:
                return self._versus(subject, op, other, at)
        value = self.values.value(subject, op)
        exact = settled(subject, op, (value,))
        assert exact is not None
        return Comparison(exact, op, value)

    def _versus(self, left: Answer, op: Op, right: Answer, at: int) -> Condition:
        member = left.member or right.member or ("score" if op not in ("=", "!=", "~") else "")
        if {left.member, right.member} - {"", member}:
            self.scanner.fail("A part is compared with another part.", "Take label, score or explanation on both sides.", at)
        if op == "~" or (member != "score" and op not in ("=", "!=")):
            self.scanner.fail(f"{op} does not fit here.", "Annotations are compared by = and !=, their scores by <, <=, > and >= too.", at)
        return Versus(Answer(left.name, left.scope, member), op, Answer(right.name, right.scope, member))

    def _one_of(self, subject: Subject) -> Condition:
        scanner = self.scanner
        if "=" not in operators(subject):
            scanner.fail("in does not fit here.", _takes(subject), scanner.at - 2)
        opened = scanner.want(Place("list"))
        if not scanner.take("("):
            scanner.fail("Here ( should come.", "Such as in (pass, fail).")
        found: list[Value] = [self.values.value(subject, "=")]
        while True:
            scanner.want(Place("close"))
            if scanner.take(")"):
                break
            if scanner.ends():
                scanner.fail("This ( is never closed.", "Put ) after the last value.", opened)
            if not scanner.take(","):
                scanner.fail(f"{scanner.found()!r} does not belong here.", "Values are parted by commas; a text with blanks is quoted.")
            found.append(self.values.value(subject, "="))
        exact = settled(subject, "=", found)
        if exact is None:
            scanner.fail("Labels and numbers are in one list.", "Put the numbers in quotes where they are labels.", opened)
        return OneOf(exact, tuple(found))


def _takes(subject: Subject) -> str:
    """'It takes =, != and in.'"""
    words = [*operators(subject)]
    if "=" in words:
        words.append("in")  # type: ignore[arg-type]
    return f"It takes {', '.join(words[:-1])}{' and ' if len(words) > 1 else ''}{words[-1]}."
