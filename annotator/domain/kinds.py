"""The span kinds of other conventions under OpenInference's names."""

from typing import Any

UNKNOWN = "UNKNOWN"
"""The kind of a span that names none."""
NAMES = {
    "CHAT_MODEL": "LLM",
    "CHAT": "LLM",
    "GENERATION": "LLM",
    "WORKFLOW": "CHAIN",
    "TASK": "CHAIN",
    "PARSER": "CHAIN",
    "MEMORY": "CHAIN",
    "SPAN": "CHAIN",
    "EVENT": "CHAIN",
}
"""MLflow's span types, Langfuse's observation types and LangSmith's run types, where OpenInference has another name for them."""


def openinference_kind(name: Any) -> str:
    """'LLM' for 'chat_model'; a name that no convention knows in upper case; UNKNOWN for what is no name."""
    if not isinstance(name, str) or not name.strip():
        return UNKNOWN
    kind = name.strip().upper()
    return NAMES.get(kind, kind)
