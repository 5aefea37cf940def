"""Conditions on one span, in the two filter languages of Phoenix: within `any(… for s in spans)` of its trace filter, and of its spans.

A term is a bound of the condition: an upper one holds wherever the condition does, a lower one nowhere else. None: there is no such term.
Where a server's value may be another than ours (a latency is rounded to 0.1 ms, a time cut to microseconds, '' is none), terms keep to the
safe side.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from annotator.domain.annotation import LEASE, NOTE
from annotator.domain.filter import (
    And,
    Answer,
    AnySpan,
    Attribute,
    Comparison,
    Condition,
    Disagreement,
    Field,
    Not,
    OneOf,
    Or,
    Present,
    Value,
    Versus,
)
from annotator.domain.record import record
from annotator.sources.phoenix.wire import EPOCH

Language = Literal["trace", "span"]
OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
ROUNDED_MS = 0.2
NEVER = "1970-01-01T00:00:01+00:00"
"""A span without a time has the year 1970 there."""
PLAIN = re.compile(r"[A-Za-z0-9 _.:-]+")
"""Characters that JSON never escapes."""
NAMEABLE = re.compile(r"[\w .:/-]+")
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@record
class Terms:
    """Of one language, for one kind of item."""

    language: Language
    on_span: bool
    """An item's annotations are those of its span."""
    identifier: str = ""
    """Whose are mine; '' where nobody is known."""

    def span(self, condition: Condition, sense: bool = True, upper: bool = True, within: bool = False) -> str | None:
        """That the condition is true (`sense`), or false, of a span; `within`: of any span of a trace, not of the item's own."""
        if isinstance(condition, Not):
            return self.span(condition.condition, not sense, upper, within)
        if isinstance(condition, And | Or):
            every = isinstance(condition, And) == sense
            found = [self.span(one, sense, upper, within) for one in condition.conditions]
            known = [one for one in found if one is not None]
            # One that cannot be said leaves an upper bound of all, and a lower bound of any.
            if not known or (len(known) < len(found) and every != upper):
                return None
            return known[0] if len(known) == 1 else f"({(' and ' if every else ' or ').join(known)})"
        if isinstance(condition, AnySpan):
            return None
        if isinstance(condition, Versus | Disagreement):
            return self._rows_of_several(condition) if upper and sense and (within or self.on_span) else None
        if isinstance(condition.subject, Answer):
            return self._annotated(condition, condition.subject, sense, upper) if within or self.on_span else None
        if isinstance(condition.subject, Attribute):
            return self._attribute(condition.subject.key, condition) if upper and sense and self.language == "span" else None
        if isinstance(condition, Present):
            return None
        return self._field(condition.subject, condition, sense, upper)

    def _field(self, field: Field, condition: Comparison | OneOf, sense: bool, upper: bool) -> str | None:
        if isinstance(condition, OneOf):
            parts: Sequence[Condition] = [Comparison(field, "=", value) for value in condition.values]
            return self.span(parts[0] if len(parts) == 1 else Or(tuple(parts)), sense, upper)
        op = condition.op if sense else OPPOSITE.get(condition.op, "")
        if field.name in ("latency", "start"):
            return self._time(field.name, op, int(condition.value), sense) if upper else None
        column = {"status": "status_code", "kind": "span_kind", "name": "name"}.get(field.name)
        value = text(condition.value)
        if column is None or value is None or op not in ("=", "!="):
            return None
        # What was never recorded has a name of its own here.
        if field.name != "name" and (condition.value in ("UNKNOWN", "UNSET") or not str(condition.value).isascii()):
            return None
        return f"{self._own(column)} {'==' if op == '=' else '!='} {value}"

    def _time(self, name: str, op: str, value: int, sense: bool) -> str | None:
        """An upper bound; `not latency < 1s` and the like hold of spans that have none."""
        if name == "latency":
            column, low, high = self._own("latency_ms"), f"{value / 1e6 - ROUNDED_MS:.1f}", f"{value / 1e6 + ROUNDED_MS:.1f}"
            none = f"{column} < {ROUNDED_MS}"
        else:
            try:
                low = high = f"'{iso(value)}'"
            except OverflowError:
                return None
            column = self._own("start_time")
            none = f"{column} < '{NEVER}'"
        if op in (">", ">="):
            return f"{column} >= {low}" if sense else f"({column} >= {low} or {none})"
        if op in ("<", "<="):
            return f"{column} <= {high}"
        return f"({column} >= {low} and {column} <= {high})" if op == "=" and sense else None

    def _annotated(self, condition: Comparison | OneOf | Present, answer: Answer, sense: bool, upper: bool) -> str | None:
        if self.language == "span":
            return self._row_of_span(answer, condition) if upper and sense else None
        row = self.row(condition, answer, upper == sense)
        if row is None:
            return None
        return f"{'' if sense else 'not '}any({row} for a in s.annotations)"

    def row(self, condition: Comparison | OneOf | Present, answer: Answer, upper: bool) -> str | None:
        """That an annotation `a` is one of which the condition holds."""
        found = [f"a.name != '{NOTE}'", f"a.name != '{LEASE}'"]
        if answer.name:
            name = text(answer.name)
            if name is None:
                return None
            found = [f"a.name == {name}"]
        if not upper:
            # Mine are those under my identifier, and perhaps others.
            if answer.scope == "mine" and self.identifier and (mine := text(self.identifier)):
                found.append(f"a.identifier == {mine}")
            elif answer.scope:
                return None
        said = _said(condition, answer, upper)
        if said is None:
            return " and ".join(found) if upper else None
        return " and ".join([*found, said])

    def _row_of_span(self, answer: Answer, condition: Comparison | OneOf | Present) -> str | None:
        """The language of spans knows annotations by their names."""
        if not NAMEABLE.fullmatch(answer.name):
            return None
        row = f"annotations['{answer.name}']"
        if isinstance(condition, Comparison) and answer.member in ("label", "score") and condition.op != "~":
            value = text(condition.value) if isinstance(condition.value, str) else repr(float(condition.value))
            if value is not None:
                return f"{row}.{answer.member} {'==' if condition.op == '=' else condition.op} {value}"
        return f"({' or '.join(f'{row}.{member} is not None' for member in ('label', 'score', 'explanation'))})"

    def _rows_of_several(self, condition: Versus | Disagreement) -> str | None:
        """There are such rows at all."""
        names = [condition.name] if isinstance(condition, Disagreement) else [condition.left.name, condition.right.name]
        found = [self._annotated(Present(Answer(name)), Answer(name), True, True) for name in dict.fromkeys(names)]
        known = [one for one in found if one is not None]
        return " and ".join(known) or None

    def _attribute(self, key: str, condition: Comparison | OneOf | Present) -> str | None:
        """What its first part holds, as an object or as JSON in a text, contains the value wherever the key leads to."""
        parts = key.split(".")
        if not KEY.fullmatch(parts[0]) or not all(parts):
            return None
        there = f"attributes['{parts[0]}']"
        values = condition.values if isinstance(condition, OneOf) else (condition.value,) if isinstance(condition, Comparison) else ()
        equal = isinstance(condition, OneOf) or (isinstance(condition, Comparison) and condition.op == "=")
        pieces = [max(PLAIN.findall(value), key=len, default="") if isinstance(value, str) else "" for value in values]
        if equal and all(pieces):
            contained = " or ".join(f"'{piece}' in {there}" for piece in dict.fromkeys(pieces))
            return f"({contained})"
        return f"{there} is not None"

    def _own(self, column: str) -> str:
        return f"s.{column}" if self.language == "trace" else column


def _said(condition: Comparison | OneOf | Present, answer: Answer, upper: bool) -> str | None:
    """What a row says; None where the trace filter cannot ask for it."""
    there = "((a.label is not None and a.label != '') or (a.score > -1e308 and a.score < 1e308))"
    if isinstance(condition, Present):
        return None if upper else there if not answer.member else None
    values = condition.values if isinstance(condition, OneOf) else (condition.value,)
    op = "=" if isinstance(condition, OneOf) else condition.op
    if answer.member == "label" and op in ("=", "!="):
        texts = [text(value) for value in values]
        if None in texts or (op == "!=" and not upper):
            return None
        sign = "==" if op == "=" else "!="
        return f"({' or '.join(f'a.label {sign} {one}' for one in texts)})"
    if answer.member == "score" and op != "~" and (upper or op == "="):
        sign = "==" if op == "=" else op
        return f"({' or '.join(f'a.score {sign} {float(value)!r}' for value in values)})"
    return None


def text(value: Value) -> str | None:
    """A text as a literal of the filter languages; None for what they might not take as it is."""
    if not isinstance(value, str) or not value.isprintable() or len(value) > 500:
        return None
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def iso(time_ns: int) -> str:
    """UTC, cut to microseconds. OverflowError beyond the year 9999."""
    return (EPOCH + timedelta(microseconds=time_ns // 1000)).isoformat()
