"""What the columns of a table are: as a person says, else by their usual names."""

import re
from collections.abc import Collection, Iterable, Mapping

from annotator.errors import UsageError

OPTION = "--column input=COLUMN --column output=COLUMN"
METADATA = "metadata."
USUAL: Mapping[str, tuple[str, ...]] = {
    "input": (
        "input", "inputs", "question", "query", "prompt", "user_input", "user_query", "user_message", "user_prompt", "instruction",
        "input_text", "messages", "request", "utterance", "user",
    ),
    "output": (
        "output", "outputs", "answer", "response", "completion", "actual_output", "model_output", "model_response", "model_answer",
        "generated_answer", "generated_text", "generation", "prediction", "assistant", "reply", "output_text", "preferred_output",
    ),
    "context": (
        "context", "contexts", "documents", "retrieved_contexts", "retrieval_context", "retrieved_documents", "retrieved", "retrieved_docs",
        "docs", "chunks", "passages", "sources", "source_documents",
    ),
    "id": ("id", "uuid", "row_id", "example_id", "sample_id", "question_id", "request_id", "message_id", "_id"),
    "trace": ("trace_id",),
    "span": ("span_id",),
    "parent": ("parent_id", "parent_span_id"),
    "session": ("session_id", "session", "conversation_id", "thread_id", "chat_id"),
    "user": ("user_id", "user", "username"),
    "name": ("name", "span_name"),
    "kind": ("span_kind", "kind"),
    "model": ("model", "model_name", "model_id"),
    "system": ("system", "system_prompt", "system_message"),
    "start": ("start_time", "start", "started_at", "timestamp", "created_at", "created", "time", "datetime", "date"),
    "end": ("end_time", "end", "ended_at", "completed_at"),
    "status": ("status_code", "status"),
}  # fmt: skip
"""Each role's usual columns, the likeliest first; compared without case, spaces and punctuation."""
ROLES = (*USUAL, METADATA + "NAME")
SAME = {"documents": "context", "document": "context", "contexts": "context", "question": "input", "answer": "output"}
"""Other words for a role on the command line."""


def column_map(given: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(role, column) from ROLE=COLUMN. Raises UsageError for what is no such pair."""
    pairs: dict[str, str] = {}
    for text in given:
        role, equals, column = text.partition("=")
        role = SAME.get(role.strip().lower(), role.strip())
        role = role if role.startswith(METADATA) else role.lower()
        if not equals or not column:
            raise UsageError(f"--column {text} is not ROLE=COLUMN.", "Write for instance --column input=question.")
        if role not in USUAL and (not role.startswith(METADATA) or role == METADATA):
            raise UsageError(f"--column {text}: there is no role {role!r}.", f"Roles: {', '.join(ROLES)}.")
        if pairs.get(role, column) != column:
            raise UsageError(f"--column gives two columns for {role}: {pairs[role]} and {column}.", "Give one; the others stay metadata.")
        pairs[role] = column
    return tuple(pairs.items())


def roles_of(columns: Collection[str], said: Mapping[str, str]) -> dict[str, str]:
    """Role to column: what was said and is there, then the usual names among what is left."""
    found = {role: column for role, column in said.items() if column in columns}
    left = {_plain(column): column for column in reversed([*columns]) if column not in found.values()}
    for role, names in USUAL.items():
        if role in said:
            continue
        column = next((left[plain] for name in names if (plain := _plain(name)) in left), None)
        if column is not None:
            found[role] = column
            del left[_plain(column)]
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
