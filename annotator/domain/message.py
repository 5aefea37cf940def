"""What a span says once its attributes are understood: messages, tools, documents, facts.

Tuples with names: a trace has thousands of them, and a frozen dataclass takes three times as long to make.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""What a mapping is where nothing was recorded."""


class Part(NamedTuple):
    """One piece of a message."""

    kind: str
    """text, reasoning, refusal, image, audio or file."""
    text: str = ""
    """The text; empty for media."""
    mime: str | None = None
    source: str | None = None
    """Media: a URL, a file name, or 'inline' for data that travels in the span."""
    size: int | None = None
    """Media: bytes, where known."""
    data: str = ""
    """Media: the bytes in base64, where they travel in the span; '' where only the source is known."""


class ToolCall(NamedTuple):
    """A model asking for a tool."""

    name: str
    arguments: str
    """As received: JSON text as a rule."""
    call_id: str | None = None


class Message(NamedTuple):
    """One message of a conversation."""

    role: str
    """system, developer, user, assistant, tool, ...; as received in lower case."""
    parts: tuple[Part, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    """On a tool message: the call that it answers."""
    name: str | None = None
    failed: bool = False
    """On a tool message: it says that the tool failed (`is_error`, `isError`, `status` error)."""

    @property
    def text(self) -> str:
        """The text parts, joined by newlines."""
        return "\n".join(part.text for part in self.parts if part.kind == "text")


class ToolDefinition(NamedTuple):
    """A tool that a model was offered."""

    name: str
    description: str
    parameters: tuple[str, ...]
    """The names of its parameters, in the schema's order."""
    schema: str
    """The definition as received, JSON text."""


class Document(NamedTuple):
    """A retrieved document; its position in the list is its `document_position`."""

    content: str
    document_id: str | None = None
    score: float | None = None
    metadata: Mapping[str, Any] = NOTHING


class Failure(NamedTuple):
    """An exception or an error status."""

    kind: str
    """The exception's type; empty where only a message was recorded."""
    message: str
    stack: str = ""


class Evaluation(NamedTuple):
    """What a guardrail or an evaluator found."""

    name: str
    """The guardrail, the metric, the evaluator; '' where only the span's name says it."""
    label: str | None = None
    score: float | None = None
    explanation: str = ""
    passed: bool | None = None
    """A guardrail's verdict; None where it is not known."""
    judge: str = ""
    """HUMAN, LLM, CODE, or another kind of judge; '' where it is not known."""
    target: str = ""
    """'trace' or 'session' where it is not about the span."""


class Reading(NamedTuple):
    """One span, understood. Empty fields were not recorded."""

    kind: str | None = None
    """What the convention says that the span is, as an OpenInference span kind; the header's kind wins where it is known."""
    input_messages: tuple[Message, ...] = ()
    output_messages: tuple[Message, ...] = ()
    input_text: str | None = None
    """`input.value`; None where it was not recorded."""
    output_text: str | None = None
    tools: tuple[ToolDefinition, ...] = ()
    documents: tuple[Document, ...] = ()
    """Retrieved, or the output of a reranker."""
    input_documents: tuple[Document, ...] = ()
    """What a reranker was given."""
    retrieved: bool = False
    """The span is a retrieval, even when it found nothing."""
    tool_name: str | None = None
    """On a TOOL span: the tool that ran."""
    tool_arguments: str | None = None
    call_id: str | None = None
    """On a TOOL span: the tool call that it carries out."""
    tool_failed: bool = False
    """On a TOOL span: its output says that the tool failed."""
    embedded: tuple[str, ...] = ()
    """The texts that were embedded."""
    evaluations: tuple[Evaluation, ...] = ()
    finish_reason: str | None = None
    failures: tuple[Failure, ...] = ()
    model: str | None = None
    provider: str | None = None
    """openai, anthropic, bedrock, ...; as received."""
    invocation_parameters: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    token_details: Mapping[str, int] = NOTHING
    """What some of the tokens were: `cache_read`, `cache_write`, `reasoning`, `audio`, ..."""
    cost: float | None = None
    """US dollars."""
    session_id: str | None = None
    user_id: str | None = None
    agent: str | None = None
    agent_id: str | None = None
    """What `agent_parent` of another span calls this one; its name as a rule."""
    agent_parent: str | None = None
    """The agent that handed over to this one, or called it."""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = NOTHING
    prompt_template: str | None = None
    prompt_variables: Mapping[str, Any] = NOTHING
    prompt_version: str | None = None
