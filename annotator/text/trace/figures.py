"""What stands below the answer: framework spans, metadata, parameters, and the facts in one line."""

import re
from collections import Counter
from collections.abc import Iterable

from annotator.domain.kinds import UNKNOWN
from annotator.domain.message import Reading
from annotator.domain.span import Span
from annotator.text import facts
from annotator.text.block import Block
from annotator.text.escape import one_line, visible
from annotator.text.markup.readable import facts as named
from annotator.text.markup.readable import parsed
from annotator.text.shape.scope import Scope
from annotator.text.shape.spans import never_ended

MODEL = ("model", "model_name", "model_id", "modelId")
TOOLS = ("tools", "functions", "tool_config", "toolConfig")
MESSAGES = ("messages", "input", "prompt", "contents", "system", "instructions", "system_instruction", "systemInstruction")
"""Names of what invocation parameters repeat."""
EMPTY: tuple[object, ...] = (None, "", [], {})
MODELS = 3
ENDS = frozenset(("stop", "end", "turn", "tool", "calls", "call", "use", "sequence", "complete", "completed", "function", "eos", "success"))
"""Words of the finish reasons of a model that said all it had to say."""


def background(scope: Scope, others: list[Span]) -> list[Block]:
    """One line each: the framework's spans, the metadata, the invocation parameters."""
    found = []
    root_id = scope.root.span_id
    names = [_named(scope, span) for span in others] if scope.whole else []
    repeated = [f"{len(twins)} spans, 1 call: {', '.join(twins)}" for twins in (_repeated(scope) if scope.whole else ())]
    if names or repeated:
        summary = "   ".join([f"{facts.counted(len(others), 'framework span')} in the tree:", *names[:40]] if names else repeated)
        body = "\n".join((*names, *repeated))
        found.append(Block(f"{root_id}/others", root_id, "others", "OTHER", body, weight="background", summary=summary))
    metadata = next((reading.metadata for reading in _readings(scope) if reading.metadata), {})
    if metadata:
        line = named(metadata)
        found.append(Block(f"{root_id}/meta", root_id, "meta", "META", line, weight="background", summary=line))
    if given := scope.top.invocation_parameters:
        values = parsed(given)
        if isinstance(values, dict):
            shown = _shown_elsewhere(scope)
            kept = {name: value for name, value in values.items() if name not in shown or (name in MODEL and value != scope.top.model)}
            line = named({name: value for name, value in kept.items() if value not in EMPTY})
        else:
            line = visible(given)
        if line:
            found.append(Block(f"{root_id}/params", root_id, "params", "PARAMS", line, weight="background", summary=one_line(line)))
    return found


def _shown_elsewhere(scope: Scope) -> set[str]:
    """Invocation parameters that have a place of their own, as far as that says anything."""
    said = {
        MODEL: scope.top.model,
        TOOLS: any(scope.reading(span).tools for span, _ in scope.order),
        MESSAGES: scope.top.input_messages,
    }
    return {name for names, there in said.items() if there for name in names}


def _named(scope: Scope, span: Span) -> str:
    kind = scope.kind(span)
    return one_line(span.name if kind == UNKNOWN else f"{kind.lower()} {span.name}")


def _repeated(scope: Scope) -> list[list[str]]:
    """Of each call that several spans recorded, their names."""
    calls: dict[str, list[str]] = {}
    for span, _ in scope.order:
        if scope.is_twin(span):
            stand = scope.stand(span)
            calls.setdefault(stand.span_id, [_named(scope, stand)]).append(_named(scope, span))
    return list(calls.values())


def facts_block(scope: Scope, turn: str = "") -> Block:
    """model · provider · tokens · cost · duration · finish reason · prompt version · session, turn, user, tags · time."""
    readings = _readings(scope)
    talking = [scope.reading(span) for span, _ in scope.order if span.span_id in scope.models]
    models = _each(reading.model for reading in [*talking, *readings])
    spent = _spenders(scope)
    costs = [reading.cost for reading in spent if reading.cost is not None]
    version = next((reading.prompt_version for reading in readings if reading.prompt_version), None)
    sessions = _each(reading.session_id for reading in readings)
    users = _each(reading.user_id for reading in readings)
    tags = list(dict.fromkeys(tag for reading in readings for tag in reading.tags))
    ended, agent = finished(scope), scope.top.agent
    line = " · ".join(
        one_line(part)
        for part in (
            ", ".join(models[:MODELS]) + (f" and {len(models) - MODELS} more" if len(models) > MODELS else ""),
            ", ".join(_each(reading.provider for reading in [*talking, *readings])[:MODELS]),
            _tokens(spent, readings),
            facts.money(sum(costs)) if costs else "",
            facts.duration(scope.root.duration_ns) or ("never ended" if never_ended(scope.root) else ""),
            f"finish {ended}" if ended else "",
            f"agent {agent}" if agent and agent not in scope.root.name else "",
            f"prompt {version}" if version else "",
            f"session {', '.join(sessions)}" if sessions else "",
            turn,
            f"user {', '.join(users)}" if users else "",
            "tags " + " ".join(tags) if tags else "",
            facts.local_time(scope.root.start_ns),
        )
        if part
    )
    return Block(f"{scope.root.span_id}/facts", scope.root.span_id, "facts", "", line, weight="background", summary=line, note=True)


def finished(scope: Scope) -> str | None:
    """Why the answer ended: the root's finish reason, else that of the model span that answered (the last where no answer is recorded)."""
    if scope.top.finish_reason:
        return scope.top.finish_reason
    last = scope.last_said()
    if last is None:
        readings = [scope.reading(span) for span, _ in reversed(scope.order)]
        silent = not any(reading.output_messages or reading.failures for reading in readings)
        return next((reading.finish_reason for reading in readings if reading.finish_reason), None) if silent else None
    call = scope.stand(last[0])
    reasons = (scope.reading(span).finish_reason for span, _ in scope.order if scope.stand(span) is call)
    return next((reason for reason in reasons if reason), None)


def cut_short(reason: str | None) -> bool:
    """True for `length`, `content_filter`, ...; False for `stop`, `end_turn`, `tool_calls` and their like."""
    words = re.findall(r"[a-z]+", (reason or "").lower())
    return any(word not in ENDS for word in words)


def _readings(scope: Scope) -> list[Reading]:
    return [scope.top, *(scope.reading(span) for span, _ in scope.order)]


def _each(values: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(one_line(value) for value in values if value))


def _spenders(scope: Scope) -> list[Reading]:
    """The topmost spans that count tokens or cost, twins left out: a wrapper repeats what it wraps."""
    found: list[Reading] = []
    inside = -1
    for span, depth in scope.order:
        if 0 <= inside < depth:
            continue
        inside = -1
        reading, stand = scope.reading(span), scope.stand(span)
        if _counts(reading):
            if stand is span or not _counts(scope.reading(stand)):
                found.append(reading)
            inside = depth
    return found


def _tokens(spent: list[Reading], readings: list[Reading]) -> str:
    """In and out, and what some of them were; their sum where only that was recorded."""
    prompt, completion = _total(reading.prompt_tokens for reading in spent), _total(reading.completion_tokens for reading in spent)
    if prompt is None and completion is None:
        total = next((reading.total_tokens for reading in readings if reading.total_tokens), None)
        return facts.counted(total, "token") if total else ""
    details: Counter[str] = Counter()
    for reading in spent:
        details.update(reading.token_details)
    named = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in details.items())
    return facts.tokens(prompt, completion) + (f" ({named})" if named else "")


def _counts(reading: Reading) -> bool:
    return reading.prompt_tokens is not None or reading.completion_tokens is not None or reading.cost is not None


def _total(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
