"""Tool calls: what the model asked for, the span that ran it and the message that answered it become one."""

import json
from dataclasses import dataclass, field

from annotator.domain.message import Part, Reading
from annotator.domain.span import Span
from annotator.text.history import Saying, canonical
from annotator.text.speakers import handed_to


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
        found = [answer for answer in self.answers if answer.strip()]
        output = (self.reading.output_text or "").strip() if self.reading else ""
        if not output:
            return found
        for place, answer in enumerate(found):
            if _same(answer.strip(), output):
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
        self.all: list[Call] = []

    def ask(self, saying: Saying, span_id: str) -> Call | None:
        """A model asks; None when the span that ran it was seen before."""
        assert saying.call is not None
        found = self._match([call for call in self.all if not call.asked], saying.name or "", saying.text, saying.call_id)
        if found is not None:
            found.asked, found.call_id = True, found.call_id or saying.call_id
            found.arguments = found.arguments or saying.call.arguments or None
            return None
        call = Call(saying.call.name, saying.call.arguments or None, span_id, saying.call_id, asked=True)
        self.all.append(call)
        return call

    def run(self, span: Span, reading: Reading) -> Call | None:
        """A TOOL span; the new call when no model asked for it, None when it was linked to one."""
        name = reading.tool_name or span.name
        arguments = reading.tool_arguments if reading.tool_arguments is not None else reading.input_text
        open_calls = [call for call in self.all if call.asked and call.span is None]
        found = self._match(open_calls, name, canonical(arguments or ""), reading.call_id, loosely=True)
        if found is not None:
            found.arguments = found.arguments or arguments
        elif to := handed_to(name):
            found = next((call for call in open_calls if handed_to(call.name) == to), None)
        if found is not None:
            found.span, found.reading = span, reading
            return None
        call = Call(name, arguments, span.span_id, reading.call_id, span=span, reading=reading)
        self.all.append(call)
        return call

    def answer(self, saying: Saying) -> bool:
        """A tool message; False when no call fits."""
        unanswered = [call for call in self.all if not call.answers]
        found = next((call for call in self.all if saying.call_id and call.call_id == saying.call_id), None)
        if found is None:
            candidates = [call for call in unanswered if call.asked and not (call.call_id and saying.call_id)]
            found = next((call for call in candidates if saying.name in (None, call.name)), None)
        if found is None:
            return False
        if saying.text not in found.answers:
            found.answers.append(saying.text)
            found.media += saying.media
        return True

    @staticmethod
    def _match(calls: list[Call], name: str, arguments: str, call_id: str | None, loosely: bool = False) -> Call | None:
        if call_id and (exact := next((call for call in calls if call.call_id == call_id), None)):
            return exact
        named = [call for call in calls if call.name == name]
        same = next((call for call in named if canonical(call.arguments or "") == arguments), None)
        if same is not None or not loosely:
            return same
        # A span without readable arguments goes to the oldest call of its tool; one with other arguments to none.
        return named[0] if named and (not arguments.startswith("[(") or len(named) == 1) else None
