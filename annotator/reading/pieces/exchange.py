"""What went into a step and what came out, from the two values that tracing platforms record of every step, whatever its kind."""

from typing import Any

from annotator.domain.message import Message, Part
from annotator.reading.pieces import payload
from annotator.reading.pieces.evaluations import evaluations
from annotator.reading.pieces.retrieved import documents
from annotator.reading.values.nested import fields, loaded, number, shown, text, whole
from annotator.reading.values.python_repr import evaluated
from annotator.reading.values.remembered import remembered

TALKS = ("LLM", "AGENT", "CHAIN", "UNKNOWN", "PROMPT")
"""Kinds whose values may be a conversation."""
OPENING = frozenset(('"', "{", "["))
DEEPEST = 4
"""JSON in a string in JSON, that often."""
SPOKEN = ("output", "message", "result", "response", "answer", "return_values")
"""Keys under which a step keeps the message that it returned."""
WORDS = ("text", "output_text", "output", "completion", "content", "answer", "response")
WRAPPERS = ("input", "arguments", "args", "kwargs", "tool_input", "tool_args")
"""Keys that stand around all of a tool's arguments."""
NOT_PARAMETERS = ("messages", "tools", "functions", "input", "inputs", "contents", "prompt", "prompts", "model", "system", "instructions")

PROMPT_TOKENS = ("input_tokens", "prompt_tokens", "prompt_token_count", "promptTokenCount", "inputTokens")
COMPLETION_TOKENS = ("output_tokens", "completion_tokens", "candidates_token_count", "candidatesTokenCount", "outputTokens")


def decoded(value: Any) -> Any:
    """The value that a string is the JSON of, however often it was encoded; every other string as it is."""
    return opened(value)[0]


def opened(value: Any) -> tuple[Any, str | None]:
    """The same, and the text of the value where it came as text: writing JSON again costs more than reading it."""
    return _opened(value) if isinstance(value, str) else (value, None)


@remembered
def _opened(written: str) -> tuple[Any, str | None]:
    value: Any = written
    for _ in range(DEEPEST):
        if not isinstance(value, str) or value[:1] not in OPENING:
            break
        try:
            value = loaded(written := value)
        except (ValueError, RecursionError):
            break
    return value, value if isinstance(value, str) else written


def exchange(kind: str, given: Any, told: Any) -> dict[str, Any]:
    """Fields of `Reading` that the input and the output of a step of this kind say, as they were recorded."""
    given, asked_as = opened(given)
    told, told_as = opened(told)
    if (passed := _passed(given)) is not given:
        given, asked_as = passed, None
    found: dict[str, Any] = {}
    if kind in TALKS:
        found["input_messages"], found["output_messages"] = heard(given, kind == "LLM"), said(told, kind == "LLM")
        found["tools"] = payload.tools(given) if isinstance(given, dict) else ()
        if kind == "LLM":
            found |= _called(given, told)
            if isinstance(told, dict) and isinstance(told.get("output"), list):  # the Responses API repeats what it was told
                found["input_messages"] = _instructed(found["input_messages"], payload.system(told))
                found["tools"] = found["tools"] or payload.tools(told)
    elif kind == "TOOL":
        found |= _ran(given, told)
    elif kind == "RETRIEVER":
        found["retrieved"], found["documents"] = True, documents(told)
        if isinstance(given, dict) and len(given) == 1:
            found["input_text"] = shown(next(iter(given.values())))
    elif kind == "RERANKER":
        found["input_documents"], found["documents"] = documents(given), documents(told)
    elif kind == "EMBEDDING":
        found["embedded"] = _embedded(given)
        found["model"] = text(fields(given).get("model")) or text(fields(told).get("model"))
    elif kind in ("GUARDRAIL", "EVALUATOR"):
        found["evaluations"] = evaluations(told)
    if "input_text" not in found and (asked_as is not None or not _says(found, "input_messages", "user")):
        found["input_text"] = asked_as if asked_as is not None else shown(given)
    if "output_text" not in found and (told_as is not None or not _says(found, "output_messages", "assistant")):
        found["output_text"] = told_as if told_as is not None else shown(told)
    return found


def _says(found: dict[str, Any], name: str, role: str) -> bool:
    """True for a provider's request or response whose messages were read: its JSON would be written for nothing."""
    return "finish_reason" in found and any(message.role == role for message in found[name])


def heard(given: Any, spoken: bool) -> tuple[Message, ...]:
    """The messages of an input. `spoken`: it went to a model, so plain text is what a user said."""
    if found := payload.request(given):
        return found
    if isinstance(given, dict):
        for key in ("messages", "input", "inputs", "request", "kwargs"):
            if isinstance(inner := decoded(given.get(key)), dict) and (found := payload.request(inner) or payload.messages([inner])):
                return found
        asked = tuple(Message("user", (Part("text", words),)) for words in (_prompts(given) if spoken else ()))
        return (*payload.system(given), *asked) if asked else ()
    return (Message("user", (Part("text", given),)),) if spoken and isinstance(given, str) and given else ()


def _prompts(given: dict[str, Any]) -> list[str]:
    """The plain text that a model was given: a list of prompts, else one."""
    if isinstance(prompts := given.get("prompts"), list):
        return [item for item in prompts if isinstance(item, str) and item]
    return [words for key in ("contents", "prompt", "input", "text", "query") if (words := text(given.get(key)))][:1]


def said(told: Any, spoken: bool, depth: int = 0) -> tuple[Message, ...]:
    """The messages of an output. `spoken`: a model gave it, so plain text is what the assistant said."""
    if isinstance(told, dict):
        if isinstance(listed := told.get("generations"), list):
            return tuple(
                message for batch in listed for item in (batch if isinstance(batch, list) else [batch]) for message in _generated(item)
            )
        if found := payload.response(told):
            return found
        if told.get("type") == "constructor" and (found := tuple(payload.message_of(told))):
            return found if found[-1].role == "assistant" else ()
        for key in SPOKEN:
            inner = decoded(told.get(key))
            if depth < DEEPEST and isinstance(inner, (dict, list)) and (found := said(inner, False, depth + 1)):
                return found
        told = next((told[key] for key in WORDS if text(told.get(key))), None) if spoken else None
    elif isinstance(told, list):
        if found := payload.response(told):
            return found
        if spoken and told and all(isinstance(item, str) for item in told):
            return tuple(Message("assistant", (Part("text", item),)) for item in told if item)
    return (Message("assistant", (Part("text", told),)),) if spoken and isinstance(told, str) and told else ()


def _generated(item: Any) -> list[Message]:
    """One of LangChain's generations: a message, else its text."""
    node = fields(item)
    found = payload.message_of(node["message"], "assistant") if isinstance(node.get("message"), dict) else []
    words = text(node.get("text"))
    return found or ([Message("assistant", (Part("text", words),))] if words else [])


def _instructed(messages: tuple[Message, ...], system: tuple[Message, ...]) -> tuple[Message, ...]:
    return messages if any(message.role in ("system", "developer") for message in messages) else (*system, *messages)


def _passed(given: Any) -> Any:
    """The arguments of a Python function without `args` and `kwargs` around them: a lone one as it is."""
    if isinstance(given, dict) and given.keys() == {"args", "kwargs"} and isinstance(given["args"], list):
        if not given["args"]:
            return given["kwargs"]
        if not given["kwargs"] and len(given["args"]) == 1:
            return given["args"][0]
    return given


def _called(given: Any, told: Any) -> dict[str, Any]:
    """Model, parameters, tokens and finish reason of a provider's request and response."""
    asked, answer = fields(given), fields(told)
    config = fields(asked.get("config")) or {key: value for key, value in asked.items() if key not in NOT_PARAMETERS and value is not None}
    choices = answer.get("choices") or answer.get("candidates") or answer.get("generations")
    first = choices[0] if isinstance(choices, list) and choices else answer
    first = first[0] if isinstance(first, list) and first else first
    first = fields(first)
    reason = next(
        (found for key in ("finish_reason", "finishReason", "stop_reason", "stopReason") if (found := text(first.get(key)))), None
    )
    has_messages = any(isinstance(asked.get(key), list) for key in ("messages", "input", "contents"))
    return {
        "model": text(asked.get("model")) or text(answer.get("model")) or text(answer.get("model_version")),
        "invocation_parameters": shown(config) if config and (has_messages or "model" in asked) else None,
        "finish_reason": reason or text(fields(first.get("generation_info")).get("finish_reason")) or text(answer.get("stop_reason")),
        **usage(answer),
    }


def usage(answer: dict[str, Any]) -> dict[str, int | None]:
    """The tokens in a provider's response, in LangChain's messages and in LangChain's results."""
    generations = answer.get("generations")
    first = generations[0] if isinstance(generations, list) and generations else None
    first = first[0] if isinstance(first, list) and first else first
    message = fields(fields(first).get("message"))
    message = fields(message.get("kwargs")) or message
    output = fields(answer.get("output"))
    for node in (
        answer.get("usage_metadata"), answer.get("usage"), answer.get("usageMetadata"), answer.get("token_usage"),
        fields(answer.get("llm_output")).get("token_usage"), message.get("usage_metadata"),
        output.get("usage_metadata"), fields(output.get("kwargs")).get("usage_metadata"),
    ):  # fmt: skip
        if node and (counts := fields(node)):
            prompt = next((whole(counts[key]) for key in PROMPT_TOKENS if key in counts), None)
            completion = next((whole(counts[key]) for key in COMPLETION_TOKENS if key in counts), None)
            if prompt is not None or completion is not None:
                return {"prompt_tokens": prompt, "completion_tokens": completion}
    return {}


def _ran(given: Any, told: Any) -> dict[str, Any]:
    """A tool's arguments and result; LangChain gives a message back that names the call."""
    if isinstance(given, dict) and len(given) == 1:
        ((key, inner),) = given.items()
        given = decoded(inner) if key in WRAPPERS and isinstance(inner, (str, dict)) else given
    if isinstance(given, str) and given.startswith("{"):
        given = evaluated(given) or given
    found: dict[str, Any] = {"tool_arguments": shown(given) or ""}
    if isinstance(told, dict) and len(told) == 1 and "output" in told:
        told = decoded(told["output"])
        found["output_text"] = shown(told)
    node = fields(told)
    node = fields(node.get("kwargs")) if node.get("type") == "constructor" else node
    if "tool_call_id" in node and "content" in node:
        found["call_id"], found["tool_name"] = text(node.get("tool_call_id")), text(node.get("name"))
        found["output_text"] = shown(node["content"])
    return found


def _embedded(given: Any) -> tuple[str, ...]:
    if isinstance(given, dict):
        given = next((given[key] for key in ("input", "inputs", "texts", "text", "documents", "query", "prompt") if key in given), None)
    listed = given if isinstance(given, list) else [given]
    return tuple(item for item in listed if isinstance(item, str) and item)


def dollars(*values: Any) -> float | None:
    """The first of these amounts that is one and not zero."""
    return next((amount for value in values if (amount := number(value))), None)
