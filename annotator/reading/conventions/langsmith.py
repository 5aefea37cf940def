"""LangSmith: a run's own fields under `langsmith.run.*`, and the `langsmith.*` attributes that its SDKs write on OpenTelemetry spans."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.kinds import UNKNOWN, openinference_kind
from annotator.domain.message import Evaluation
from annotator.domain.span import Span
from annotator.reading.pieces import payload
from annotator.reading.pieces.exchange import decoded, dollars, exchange, usage
from annotator.reading.values.nested import fields, number, restored, shown, text, whole

RUN = "langsmith.run."
THREAD = ("session_id", "thread_id", "conversation_id")
USER = ("user_id", "userId", "user")
NOT_PARAMETERS = ("model", "model_name", "tools", "functions", "_type", "messages")
SETTINGS = ("ls_temperature", "ls_max_tokens", "ls_stop")


class LangSmith:
    """https://docs.langchain.com/langsmith/run-data-format and https://docs.langchain.com/langsmith/trace-with-opentelemetry"""

    roots = frozenset(("langsmith",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        attributes = span.attributes
        exported = f"{RUN}run_type" in attributes or f"{RUN}inputs" in attributes or f"{RUN}outputs" in attributes
        run = (
            {key[len(RUN) :]: value for key, value in attributes.items() if key.startswith(RUN)}
            if exported
            else _from_otel(attributes, tree)
        )
        named = text(run.get("run_type"))
        kind = span.kind if span.kind != UNKNOWN or named is None else openinference_kind(named)
        found = exchange(kind, run.get("inputs"), run.get("outputs"))
        told = fields(decoded(run.get("outputs")))
        extra = fields(run.get("extra"))
        metadata = fields(extra.get("metadata"))
        called = fields(extra.get("invocation_params")) or fields(metadata.get("invocation_params"))
        found |= _spent(run, told, found)
        found["kind"] = openinference_kind(named) if named else None
        found["tools"] = payload.tools(called) or found.get("tools")
        found["model"] = next((name for value in _models(metadata, called) if (name := text(value))), None) or found.get("model")
        found["provider"] = text(metadata.get("ls_provider"))
        found["invocation_parameters"] = _parameters(called, metadata) or found.get("invocation_parameters")
        found["session_id"] = next((shown(metadata[key]) for key in THREAD if metadata.get(key)), None)
        found["user_id"] = next((shown(metadata[key]) for key in USER if metadata.get(key)), None)
        found["tags"] = _tags(run.get("tags"))
        found["metadata"] = {
            key: restored(value) for key, value in metadata.items() if not key.startswith("ls_") and key != "invocation_params"
        }
        found["evaluations"] = tuple(_feedback(name, fields(item)) for name, item in fields(run.get("feedback_stats")).items())
        if kind == "PROMPT":
            found["prompt_template"], found["prompt_variables"] = _template(run.get("serialized")), fields(decoded(run.get("inputs")))
        return found


def _from_otel(attributes: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a run from the attributes that LangSmith's exporter writes."""
    node = fields(tree.get("langsmith"))
    span = fields(node.get("span"))
    return {
        "run_type": span.get("kind"),
        "inputs": attributes.get("gen_ai.prompt"),
        "outputs": attributes.get("gen_ai.completion"),
        "tags": span.get("tags"),
        "extra": {"metadata": fields(node.get("metadata"))},
        "usage_metadata": node.get("usage_metadata"),
    }


def _spent(run: Mapping[str, Any], told: dict[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Tokens and dollars: the run's own, else those in what it gave back; LangSmith writes zeros for runs that spend nothing."""
    spent = usage({"usage_metadata": run.get("usage_metadata")}) or {
        key: found[key] for key in ("prompt_tokens", "completion_tokens") if key in found
    }
    prompt, completion = whole(run.get("prompt_tokens")), whole(run.get("completion_tokens"))
    if prompt or completion:
        spent = {"prompt_tokens": prompt, "completion_tokens": completion}
    return {**spent, "cost": dollars(run.get("total_cost"), fields(told.get("usage_metadata")).get("total_cost"))}


def _models(metadata: Mapping[str, Any], called: Mapping[str, Any]) -> tuple[Any, ...]:
    return (called.get("model"), called.get("model_name"), metadata.get("ls_model_name"))


def _parameters(called: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | None:
    kept = {key: value for key, value in called.items() if key not in NOT_PARAMETERS and value is not None}
    kept = kept or {key.removeprefix("ls_"): metadata[key] for key in SETTINGS if metadata.get(key) is not None}
    return shown(restored(kept)) if kept else None


def _tags(value: Any) -> tuple[str, ...]:
    value = decoded(value)
    listed = value.split(", ") if isinstance(value, str) else value
    return tuple(tag for item in listed if (tag := shown(item))) if isinstance(listed, list) else ()


def _feedback(name: str, item: Mapping[str, Any]) -> Evaluation:
    """{"n": 2, "avg": 0.5, "values": {"bad": 1, "good": 1}, "comments": [...]}: what people and evaluators said of a run."""
    values = fields(item.get("values"))
    label = ", ".join(f"{value} {count}" if count != 1 else value for value, count in values.items()) or None
    comments = item.get("comments")
    notes = [note for comment in comments if (note := text(comment))] if isinstance(comments, list) else []
    times = whole(item.get("n"))
    return Evaluation(name, label, number(item.get("avg")), "\n".join([*(notes), *([f"{times} times"] if times and times > 1 else [])]))


def _template(node: Any) -> str | None:
    """The templates within LangChain's serialised prompt, in order."""
    found: list[str] = []
    waiting = [fields(node)]
    for inner in waiting:  # grows while it runs: objects in objects, as many as a prompt is made of
        if len(waiting) > 200:
            break
        kwargs = fields(inner.get("kwargs")) or inner
        if words := text(kwargs.get("template")):
            found.append(words)
        prompts = kwargs.get("messages")
        waiting.extend(
            fields(item) for item in (*(prompts if isinstance(prompts, list) else ()), kwargs.get("prompt")) if isinstance(item, dict)
        )
    return "\n".join(found) or None
