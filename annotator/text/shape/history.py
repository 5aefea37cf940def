"""What of a conversation was shown already: every request repeats the whole of it."""

from typing import NamedTuple

from annotator.domain.message import Message, Part, ToolCall
from annotator.text.escape import BLANK
from annotator.text.markup.readable import media, parsed, said, thought


class Saying(NamedTuple):
    """One thing that a message says: a text, a reasoning, a tool call, or the answer to one."""

    kind: str
    """user, assistant, system, ... (a role), reasoning, call, result."""
    text: str
    call: ToolCall | None = None
    call_id: str | None = None
    name: str | None = None
    media: tuple[Part, ...] = ()
    """What the text holds placeholders of."""
    failed: bool = False
    """A result that says that the tool failed."""


def sayings(message: Message) -> list[Saying]:
    """A message taken apart, in reading order."""
    if message.role in ("tool", "function"):
        result = Saying("result", said(message), None, message.tool_call_id, message.name, media(message), message.failed)
        return [result]
    found: list[Saying] = []
    if reason := thought(message):
        found.append(Saying("reasoning", reason))
    if text := said(message).strip(BLANK):
        found.append(Saying(message.role or "message", text, media=media(message)))
    found.extend(Saying("call", canonical(call.arguments), call, call.call_id, call.name) for call in calls(message))
    return found


def calls(message: Message) -> list[ToolCall]:
    """The tool calls of a message, each id once: some libraries write a call twice, once without its arguments."""
    found: dict[object, ToolCall] = {}
    for place, call in enumerate(message.tool_calls):
        key = call.call_id or place
        known = found.get(key)
        if known is None or len(known.arguments) < len(call.arguments):
            found[key] = call
    return list(found.values())


def canonical(arguments: str) -> str:
    """Arguments without regard to spacing and key order."""
    value = parsed(arguments)
    if value is None:
        return arguments.strip(BLANK)
    return repr(sorted(value.items())) if isinstance(value, dict) else repr(value)


class History:
    """Counts each saying per request, so that a "yes" said twice is shown twice and a repeated history once."""

    def __init__(self) -> None:
        self._seen: dict[tuple[object, ...], int] = {}
        self._counts: dict[tuple[object, ...], int] = {}

    def request(self) -> None:
        """A new request begins."""
        self._counts = {}

    def is_new(self, saying: Saying) -> bool:
        """Count a saying of the current request; True when no earlier request held it that often."""
        identity: tuple[object, ...] = (saying.kind, saying.call_id, saying.text)
        if saying.call is not None:
            identity = ("call", saying.call_id or (saying.name, saying.text))
        count = self._counts[identity] = self._counts.get(identity, 0) + 1
        if count <= self._seen.get(identity, 0):
            return False
        self._seen[identity] = count
        return True
