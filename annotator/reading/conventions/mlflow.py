"""MLflow: `mlflow.*` attributes, and what a trace says about itself under `mlflow.trace_info.*`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.kinds import UNKNOWN, openinference_kind
from annotator.domain.message import Evaluation
from annotator.domain.span import Span
from annotator.reading.pieces import payload
from annotator.reading.pieces.exchange import decoded, dollars, exchange
from annotator.reading.values.nested import fields, number, shown, text, whole

INFO = "mlflow.trace_info."
SAID = (
    *("mlflow.spanType", "mlflow.chat.messages", "mlflow.chat.tools", "mlflow.chat.tokenUsage", "mlflow.llm.model", "mlflow.llm.provider"),
    *("mlflow.llm.cost", "mlflow.spanFunctionName", "mlflow.linkedPrompts"),
)
"""What is read of a span beside its input and output; each may be JSON in a string."""
METADATA = ("trace_metadata", "request_metadata")


class MLflow:
    """https://mlflow.org/docs/latest/genai/concepts/span and https://mlflow.org/docs/latest/genai/concepts/trace"""

    roots = frozenset(("mlflow",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        attributes = span.attributes
        said = {key: decoded(attributes[key]) for key in SAID if key in attributes}
        kind = openinference_kind(said.get("mlflow.spanType"))
        given, told = attributes.get("mlflow.spanInputs"), attributes.get("mlflow.spanOutputs")
        found = exchange(span.kind if span.kind != UNKNOWN else kind, given, told)
        found["kind"] = kind if kind != UNKNOWN else None
        if (talked := payload.request(said.get("mlflow.chat.messages"))) and not found.get("input_messages"):
            last = len(talked) - 1 if talked[-1].role == "assistant" else len(talked)
            found["input_messages"] = talked[:last]
            found["output_messages"] = found.get("output_messages") or talked[last:]
        if offered := payload.tools(said.get("mlflow.chat.tools")):
            found["tools"] = offered
        if tokens := fields(said.get("mlflow.chat.tokenUsage")):
            found["prompt_tokens"], found["completion_tokens"] = whole(tokens.get("input_tokens")), whole(tokens.get("output_tokens"))
        found["model"] = text(said.get("mlflow.llm.model")) or found.get("model") or text(decoded(attributes.get("model")))
        found["provider"] = text(said.get("mlflow.llm.provider"))
        found["cost"] = dollars(fields(said.get("mlflow.llm.cost")).get("total_cost"))
        if kind == "TOOL":
            found["tool_name"] = found.get("tool_name") or text(said.get("mlflow.spanFunctionName"))
        found["user_id"] = text(decoded(attributes.get("mlflow.trace.user")))
        found["prompt_version"] = _prompts(said.get("mlflow.linkedPrompts"))
        about = {key[len(INFO) :]: attributes[key] for key in attributes if key.startswith(INFO)}
        return found | _about(about, found) if about else found


def _about(info: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Session, user, tags, metadata and assessments of a trace; its previews where its root says nothing."""
    metadata: dict[str, Any] = next((values for key in METADATA if (values := _pairs(info.get(key)))), {})
    tags = _pairs(info.get("tags"))
    own = {key: value for key, value in metadata.items() if not key.startswith("mlflow.")}
    return {
        "session_id": text(metadata.get("mlflow.trace.session")),
        "user_id": text(metadata.get("mlflow.trace.user")),
        "tags": tuple(f"{key}={shown(value) or ''}" for key, value in tags.items() if not key.startswith("mlflow.")),
        "metadata": own,
        "evaluations": tuple(_assessment(fields(item)) for item in _list(info.get("assessments"))),
        "input_text": found.get("input_text") or _preview(info, "request_preview", "request", metadata.get("mlflow.traceInputs")),
        "output_text": found.get("output_text") or _preview(info, "response_preview", "response", metadata.get("mlflow.traceOutputs")),
        "prompt_version": found.get("prompt_version") or _prompts(decoded(tags.get("mlflow.linkedPrompts"))),
    }


def _assessment(item: Mapping[str, Any]) -> Evaluation:
    """Feedback by a person, a judge or code, or what was expected."""
    feedback, expectation = fields(item.get("feedback")), fields(item.get("expectation"))
    holder = feedback or expectation
    value = holder.get("value", fields(holder.get("serialized_value")).get("value"))
    error = fields(feedback.get("error"))
    name = text(item.get("assessment_name")) or text(item.get("name")) or ""
    label = None if number(value) is not None and not isinstance(value, str) else shown(value)
    reasons = (text(item.get("rationale")), text(error.get("error_message")) or text(error.get("error_code")))
    return Evaluation(
        f"{name} (expected)" if expectation else name,
        label,
        None if isinstance(value, str) else number(value),
        "\n".join(reason for reason in reasons if reason),
        value if isinstance(value, bool) else None,
    )


def _preview(info: Mapping[str, Any], preview: str, whole_value: str, metadata: Any) -> str | None:
    return next((found for value in (info.get(whole_value), info.get(preview), metadata) if (found := shown(decoded(value)))), None)


def _prompts(linked: Any) -> str | None:
    """`greeting/3` for the prompts of the registry that a span used."""
    named = [(fields(item).get("name"), fields(item).get("version")) for item in _list(linked)]
    return ", ".join(f"{name}/{version}" if version else str(name) for name, version in named if name) or None


def _pairs(value: Any) -> dict[str, Any]:
    """An object, also where it travels as a list of keys and values."""
    if isinstance(value, list):
        return {item["key"]: item.get("value") for item in value if isinstance(item, dict) and isinstance(item.get("key"), str)}
    return fields(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
