"""Examples of a data set on a server, and which items a person put into one."""

import json
from collections.abc import Mapping
from dataclasses import field
from hashlib import sha256
from typing import Any, Literal

from annotator.domain.annotation import Target
from annotator.domain.record import record


@record
class Example:
    """One of them: JSON objects, as the server keeps them."""

    id: str
    """Which it is, for good: an example that is put again replaces itself."""
    span_id: str | None
    """The span that it is linked to, where the server has that."""
    input: Mapping[str, Any]
    output: Mapping[str, Any]
    metadata: Mapping[str, Any]
    split: str | None = None

    @property
    def digest(self) -> str:
        """The same for the same content, also where a server writes 1.0 as 1 or orders keys anew."""
        content = [_plain(part) for part in (self.input, self.output, self.metadata)]
        return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@record
class HeldExample:
    """An example as a server has it now."""

    row_id: str
    """Never kept: it counts for the next request alone."""
    digest: str
    """Of its content, see `Example.digest`."""


@record
class PutExamples:
    """What became of examples; those that are there already as they are count nowhere."""

    created: int = 0
    updated: int = 0

    def __add__(self, other: "PutExamples") -> "PutExamples":
        return PutExamples(self.created + other.created, self.updated + other.updated)


@record
class Member:
    """A target and a data set: whether it is in it by what a person did here, and what the server has of that."""

    id: int
    server: str
    """'' while the queue from files has none."""
    dataset: str
    target: Target
    queue_id: int
    """Whose item the example is made of."""
    annotator: str
    """Who put it in."""
    since: float
    """When it was put in or taken out, in seconds since 1970."""
    within: bool
    """It is in the data set; else it was taken out."""
    state: Literal["local", "waiting", "parked", "sent", "dropped"]
    generation: int = 1
    """Grows with every change here; `member_sent` names the one that arrived."""
    tries: int = 0
    error: str = ""
    """Why it is parked or was put off; for people."""
    ours: bool | None = None
    """We made the server's example; False where it was there before; None until the server was asked."""
    held: str | None = None
    """The digest that the server confirmed last."""
    attempts: tuple[str, ...] = field(default=())
    """Digests of what was sent and never answered: each may be there, or may be later."""
    late_until: float = 0.0
    """Until then such a request may land, in seconds since 1970."""

    @property
    def example_id(self) -> str:
        return target_id(self.target)

    @property
    def known(self) -> frozenset[str]:
        """What the server's example may be if nobody else changed it; empty for whatever it is."""
        return frozenset(self.attempts) | (frozenset({self.held}) if self.held is not None else frozenset())


def target_id(target: Target) -> str:
    """What a target is called outside: `span:ID`, `document:ID:POSITION`, `trace:ID`, `session:ID`."""
    return f"{target.kind}:{target.id}" + ("" if target.position is None else f":{target.position}")


def mentioned_id(example_id: str) -> str:
    """Of a `target_id`, the id that the target has itself."""
    kind, _, rest = example_id.partition(":")
    return rest.rpartition(":")[0] if kind == "document" else rest


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
