"""What OpenLLMetry, LiteLLM and others wrote before the GenAI conventions settled: `gen_ai.prompt`, `gen_ai.completion`, `llm.*`."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Message
from annotator.domain.span import Span
from annotator.reading.conventions.gen_ai import reasons, spoken
from annotator.reading.pieces import payload
from annotator.reading.pieces.exchange import decoded
from annotator.reading.pieces.exchange import said as generated
from annotator.reading.values.nested import dumped, entries, fields, restored, text, whole

TYPES = {"chat": "LLM", "completion": "LLM", "embedding": "EMBEDDING", "rerank": "RERANKER"}
"""`llm.request.type`."""
NEWER = frozenset(("prompt", "completion", "content"))
OLD = frozenset(("prompts", "completions", "request", "response", "usage", "vendor"))
OWN = ("type", "model", "functions")
SETTINGS = ("temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "is_streaming", "headers", "decoding_method")


class OpenLLMetry:
    """https://github.com/traceloop/openllmetry/blob/main/packages/opentelemetry-semantic-conventions-ai"""

    roots = frozenset(("gen_ai", "llm"))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        node, old = fields(tree.get("gen_ai")), fields(tree.get("llm"))
        if NEWER.isdisjoint(node) and OLD.isdisjoint(old):
            return {}
        content = fields(node.get("content"))  # OpenLIT
        heard = _messages(_content(node.get("prompt")) or old.get("prompts") or content.get("prompt"), "user")
        said = _messages(_content(node.get("completion")) or old.get("completions") or content.get("completion"), "assistant")
        request, response = fields(old.get("request")), fields(old.get("response"))
        kind = TYPES.get(text(request.get("type")) or "")
        found: dict[str, Any] = {
            "kind": kind or ("LLM" if heard or said else None),
            "input_messages": heard,
            "output_messages": said,
            "finish_reason": _finish(node.get("completion") or old.get("completions"))
            or reasons(response.get("finish_reason") or response.get("stop_reason")),
            "model": text(response.get("model")) or text(request.get("model")),
            "provider": text(old.get("vendor")),
            "user_id": text(old.get("user")),
        }
        if "functions" in request:
            found["tools"] = payload.tools([restored(item) for item in entries(request["functions"])])
        if "usage" in old:
            usage = fields(old["usage"])
            found["prompt_tokens"], found["completion_tokens"] = whole(usage.get("prompt_tokens")), whole(usage.get("completion_tokens"))
        given = {key: restored(old[key]) for key in SETTINGS if key in old}
        given |= {key: restored(value) for key, value in request.items() if key not in OWN}
        found["invocation_parameters"] = dumped(given) if given else None
        if kind == "EMBEDDING":
            found["embedded"] = tuple(message.text for message in heard if message.text)
            found["input_messages"] = found["output_messages"] = ()
        return found


def _content(node: Any) -> Any:
    """The messages under `gen_ai.prompt`; `gen_ai.prompt.name` and its like are none."""
    if isinstance(node, dict):
        return {key: value for key, value in node.items() if key.isdecimal()} or node.get("")
    return node


def _messages(node: Any, role: str) -> tuple[Message, ...]:
    if isinstance(node, dict):
        return spoken([restored(item) for item in entries(node)], role)
    if role == "assistant" and isinstance(value := decoded(node), dict) and (found := generated(value, True)):
        return found
    return spoken(node, role)


def _finish(node: Any) -> str | None:
    if not node:
        return None
    if isinstance(node, str):
        return reasons(fields(node).get("finish_reason"))
    return reasons([fields(item).get("finish_reason") for item in entries(node)])
