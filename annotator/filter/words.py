"""The words of the language."""

from typing import Literal, cast, get_args

from annotator.domain.annotation import ItemState
from annotator.domain.filter import FieldName, Member, Op, Scope

SpanKind = Literal["LLM", "TOOL", "RETRIEVER", "RERANKER", "AGENT", "CHAIN", "EMBEDDING", "GUARDRAIL", "EVALUATOR", "PROMPT", "UNKNOWN"]
SPAN_KINDS: tuple[str, ...] = get_args(SpanKind)
"""OpenInference's, and UNKNOWN where none was recorded."""
STATUSES = ("OK", "ERROR", "UNSET")
STATES = tuple(state.value for state in ItemState)
FIELDS: tuple[FieldName, ...] = get_args(FieldName)
SCOPES = cast(tuple[Scope, ...], tuple(scope for scope in get_args(Scope) if scope))
MEMBERS = cast(tuple[Member, ...], tuple(member for member in get_args(Member) if member))
ATTRIBUTE, ANY, DISAGREEMENT, UNANNOTATED, SINCE, UNTIL = "attribute", "any", "disagreement", "unannotated", "since", "until"
ANNOTATION = "annotation"
"""`annotation` alone: there is one, of whatever name, by whomever."""
CONNECTIVES = ("and", "or", "not", "in")
WORDS = (*FIELDS, *SCOPES, *STATES, ATTRIBUTE, ANY, DISAGREEMENT, UNANNOTATED, SINCE, UNTIL, ANNOTATION, *CONNECTIVES)
"""What has a meaning where a condition begins: an annotation of such a name is quoted."""

EQUALITY: tuple[Op, ...] = ("=", "!=")
ORDER: tuple[Op, ...] = ("=", "!=", "<", "<=", ">", ">=")
TEXT: tuple[Op, ...] = ("=", "!=", "~")
EVERY: tuple[Op, ...] = get_args(Op)
OPERATORS: dict[FieldName, tuple[Op, ...]] = {
    "state": EQUALITY,
    "status": EQUALITY,
    "kind": EQUALITY,
    "name": TEXT,
    "latency": ORDER,
    "tokens": ORDER,
    "start": ORDER,
    "session": TEXT,
    "user": TEXT,
    "model": TEXT,
    "text": ("~",),
}
"""What a field can be compared by; those with `=` also by `in`."""
ALONE: frozenset[FieldName] = frozenset({"latency", "tokens", "start", "session", "user", "model"})
"""Fields that a span may lack: alone they ask whether it is there."""
HELP = {
    "state": "of the item: " + ", ".join(STATES),
    "status": "of the span: ok, error, unset",
    "kind": "of the span: llm, tool, …",
    "name": "of the span",
    "latency": "of the span: 300ms, 2s, 5m",
    "tokens": "of the span, or below it",
    "start": "of the span: a time, or 3h ago",
    "session": "of the trace",
    "user": "of the trace",
    "model": "of the span",
    "text": "input and output of the span",
    ATTRIBUTE: "of the span, by its key",
    "mine": "annotated by me",
    "others": "annotated by somebody else",
    "human": "annotated by a person",
    "llm": "annotated by a model",
    "code": "annotated by a program",
    ANNOTATION: "annotated at all",
    UNANNOTATED: "not annotated by me",
    DISAGREEMENT: "annotations that differ",
    ANY: "any(…): some span of the trace",
    SINCE: "started since: 3h, 2026-11-21",
    UNTIL: "started before",
    "not": "the opposite",
    "and": "both",
    "or": "one or both",
    "in": "one of (…, …)",
    "=": "is",
    "!=": "is there, and is not",
    "~": "contains",
    "<": "below",
    "<=": "at most",
    ">": "above",
    ">=": "at least",
    **dict.fromkeys(STATES, "state of the item"),
}
