"""Tool calls: what the model asked for, the span that ran it and the message that answered it become one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from annotator.domain.message import Part, Reading
from annotator.domain.span import Span
from annotator.text.escape import BLANK
from annotator.text.shape.history import Saying, canonical
from annotator.text.shape.speakers import handed_to


@dataclass(slots=True)
class Call:
    """One tool call on its way through the trace."""

    name: str
    arguments: str | None
    """None where none were recorded."""
    span_id: str
    """Where it was asked for, or ran."""
    call_id: str | None = None
    asked: bool = False
    """A model asked for it."""
    span: Span | None = None
    """The TOOL span that ran it."""
    reading: Reading | None = None
    answers: list[str] = field(default_factory=list)
    """What the model was told, as received."""
    media: tuple[Part, ...] = ()
    """What the answers hold placeholders of."""
    told_failed: bool = False
    """An answer says that the tool failed."""

    _canonical: str | None = None

    @property
    def canonical(self) -> str:
        """The arguments without regard to spacing and key order."""
        if self._canonical is None:
            self._canonical = canonical(self.arguments or "")
        return self._canonical

    def complete(self, arguments: str | None) -> None:
        """Take these where none were recorded."""
        if not self.arguments and arguments:
            self.arguments, self._canonical = arguments, None

    @property
    def failed(self) -> bool:
        """What came back says that the tool failed."""
        return self.told_failed or (self.reading is not None and self.reading.tool_failed)

    @property
    def hands_over(self) -> bool:
        """It passes the conversation to another agent."""
        return handed_to(self.span.name if self.span else self.name) is not None or handed_to(self.name) is not None

    @property
    def pending(self) -> bool:
        """Asked for, and neither run nor answered in this trace."""
        return self.asked and self.span is None and not self.answers

    def results(self) -> list[str]:
        """What came back: what the model was told, and what the span returned where that is something else."""
        found = [answer for answer in self.answers if answer.strip(BLANK)]
        output = (self.reading.output_text or "").strip(BLANK) if self.reading else ""
        if not output:
            return found
        for place, answer in enumerate(found):
            if _same(answer.strip(BLANK), output):
                found[place] = min(answer, output, key=len)
                return found
        return [output, *found]


def _same(told: str, output: str) -> bool:
    """True when what the model was told is what the span returned, or one is within the other, also as JSON in a string."""
    quoted = (told, json.dumps(told)[1:-1], json.dumps(told, ensure_ascii=False)[1:-1])
    if any(text in output for text in quoted):
        return True
    tight, wide = "".join(told.split()), "".join(output.split())
    return wide in tight or tight in wide


class Calls:
    """Finds the call that a span or a message belongs to: by id, else by name and arguments, else by name in order."""

    def __init__(self) -> None:
        self._unasked: dict[int, Call] = {}
        """What ran and nobody asked for yet, by `id`, in order."""
        self._open: dict[int, Call] = {}
        """What was asked for and did not run yet."""
        self._unanswered: dict[int, Call] = {}
        self._by_id: dict[str, Call] = {}

    def ask(self, saying: Saying, span_id: str) -> Call | None:
        """A model asks; None when the span that ran it was seen before."""
        assert saying.call is not None
        found = self._match(self._unasked.values(), saying.name or "", saying.text, saying.call_id)
        if found is not None:
            found.asked, found.call_id = True, found.call_id or saying.call_id
            found.complete(saying.call.arguments or None)
            del self._unasked[id(found)]
            self._named(found)
            return None
        return self._new(Call(saying.call.name, saying.call.arguments or None, span_id, saying.call_id, asked=True))

    def run(self, span: Span, reading: Reading) -> Call | None:
        """A TOOL span; the new call when no model asked for it, None when it was linked to one."""
        name = reading.tool_name or span.name
        arguments = reading.tool_arguments if reading.tool_arguments is not None else reading.input_text
        found = self._match(self._open.values(), name, canonical(arguments or ""), reading.call_id, loosely=True)
        if found is not None:
            found.complete(arguments)
        elif to := handed_to(name):
            found = next((call for call in self._open.values() if handed_to(call.name) == to), None)
        if found is not None:
            found.span, found.reading = span, reading
            del self._open[id(found)]
            return None
        return self._new(Call(name, arguments, span.span_id, reading.call_id, span=span, reading=reading))

    def answer(self, saying: Saying) -> bool:
        """A tool message; False when no call fits."""
        found = self._by_id.get(saying.call_id or "")
        if found is None:
            candidates = (call for call in self._unanswered.values() if call.asked and not (call.call_id and saying.call_id))
            found = next((call for call in candidates if saying.name in (None, call.name)), None)
        if found is None:
            return False
        self._unanswered.pop(id(found), None)
        if saying.text not in found.answers:
            found.answers.append(saying.text)
            found.media += saying.media
        found.told_failed |= saying.failed
        return True

    def _new(self, call: Call) -> Call:
        (self._open if call.asked else self._unasked)[id(call)] = call
        self._unanswered[id(call)] = call
        self._named(call)
        return call

    def _named(self, call: Call) -> None:
        if call.call_id:
            self._by_id.setdefault(call.call_id, call)

    @staticmethod
    def _match(calls: Iterable[Call], name: str, arguments: str, call_id: str | None, loosely: bool = False) -> Call | None:
        named: list[Call] = []
        same: Call | None = None
        for call in calls:
            if call_id and call.call_id == call_id:
                return call
            if call.name == name:
                named.append(call)
                if same is None and call.canonical == arguments:
                    same = call
        if same is not None or not loosely:
            return same
        # A span without readable arguments goes to the oldest call of its tool; one with other arguments to none.
        return named[0] if named and (not arguments.startswith("[(") or len(named) == 1) else None
