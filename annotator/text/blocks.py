"""A trace in reading order: the question, what went in, what happened, the answer, the facts."""

from collections.abc import Iterable, Mapping

from annotator.domain.message import Reading, ToolDefinition
from annotator.domain.span import Span, Trace
from annotator.text import facts
from annotator.text.block import Block
from annotator.text.ends import SPEAKS, End, answers, question
from annotator.text.escape import one_line, visible
from annotator.text.outline import Outline
from annotator.text.readable import brief, media_in, parsed, pretty, prose, spoken
from annotator.text.readable import facts as named
from annotator.text.scope import Scope
from annotator.text.steps import Steps

__all__ = ["Block", "trace_blocks"]

EARLIER = "earlier"
STEPS = "steps"
"""Keys of the two group blocks: each stands for the blocks that follow it when there is no room for them."""


SHOWN = ("model", "tools", "functions")
"""Invocation parameters that have a place of their own."""


def trace_blocks(trace: Trace, readings: Mapping[str, Reading], focus: str = "", shape: Outline | None = None) -> list[Block]:
    """The whole trace when `focus` is its root (or names no span), else that span and what is below it."""
    if not trace.spans:
        return [Block("empty", "", "user", "USER", "this trace has no spans", weight="question", note=True)]
    scope = Scope(trace, readings, focus, shape)
    asked, ends = question(scope), answers(scope)
    steps = Steps(scope, asked, ends)
    happened = steps.blocks()
    blocks: list[Block] = []
    if not scope.whole:
        blocks.append(_span_block(scope.root, scope))
    blocks.append(_question_block(scope, asked))
    blocks.extend(_rest_of_input(scope, asked))
    blocks.extend(steps.system())
    blocks.extend(_tools_block(scope))
    if steps.earlier:
        blocks.append(_group(EARLIER, "message", steps.earlier))
        blocks.extend(steps.earlier)
    if happened:
        blocks.append(_group(STEPS, "step", happened))
        blocks.extend(happened)
    final = steps.final_calls
    blocks.extend(_answer_blocks(scope, ends, bool(final)))
    for call in final:
        blocks.extend(steps.call_blocks(call, "answer"))
    blocks.extend(_background(scope, steps.others))
    blocks.append(_facts_block(scope))
    return blocks


def _span_block(span: Span, scope: Scope) -> Block:
    kind = "" if span.kind == "UNKNOWN" else one_line(span.kind)
    line = "  ".join(part for part in (one_line(span.name), facts.duration(span.duration_ns), "" if span.end_ns else "never ended") if part)
    return Block(f"{span.span_id}/span", span.span_id, "span", kind or "SPAN", head=line, weight="background", summary=line)


def _question_block(scope: Scope, asked: End) -> Block:
    key = f"{scope.root.span_id}/question"
    if asked.text:
        body, syntax = pretty(asked.text) if asked.title != "USER" else prose(asked.text)
        block = Block(key, asked.span_id, "user", asked.title, body, syntax=syntax, weight="question", summary=brief(asked.text))
        return block._replace(media=asked.media or media_in(asked.text))
    what = "prompt text" if scope.top_kind == "LLM" or (scope.top_kind == "UNKNOWN" and scope.top.model) else "input"
    body = f"no {what} was recorded on this span"
    return Block(key, scope.root.span_id, "user", asked.title, body, weight="question", summary=body, note=True)


def _rest_of_input(scope: Scope, asked: End) -> list[Block]:
    """The recorded input, where the question is only a part of it and no message shows the rest."""
    given = scope.top.input_text
    if asked.whole or not given or scope.top_kind == "LLM" or (isinstance(value := parsed(given), dict) and len(value) == 1):
        return []
    body, syntax = pretty(given)
    root_id, summary = scope.root.span_id, brief(given)
    block = Block(f"{root_id}/input", root_id, "input", "INPUT", body, syntax=syntax, weight="background", summary=summary)
    return [block._replace(media=media_in(given))]


def _tools_block(scope: Scope) -> list[Block]:
    """Every tool that was offered, once: names with parameter names; descriptions and schemas when it is opened."""
    offered: dict[str, ToolDefinition] = {}
    span_id = ""
    for span, _ in scope.order:
        for tool in scope.reading(span).tools:
            span_id = span_id or span.span_id
            offered.setdefault(tool.name, tool)
    if not offered:
        return []
    signatures = [one_line(f"{tool.name}({', '.join(tool.parameters)})") for tool in offered.values()]
    summary = "   ".join(signatures)
    body = "\n".join(f"{name}  {one_line(tool.description)}".rstrip() for name, tool in zip(signatures, offered.values(), strict=True))
    detail = "\n".join(pretty(tool.schema)[0] for tool in offered.values())
    return [Block(f"{span_id}/tools", span_id, "tools", "TOOLS", body, detail=detail, weight="background", summary=summary)]


def _group(key: str, noun: str, members: list[Block]) -> Block:
    """One line for many blocks: how many, and what they are."""
    names: list[str] = []
    count = 0
    for place, block in enumerate(members):
        if block.title not in ("=", "✗", ""):
            count += 1
        elif place and block.title == "✗" and names:
            names[-1] += " ✗"
            continue
        if block.title in ("=", ""):
            continue
        named = block.kind in ("call", "agent", "guardrail", "evaluator")
        names.append(f"{block.title} {block.head}" if named else block.title)
    what = "earlier message" if key == EARLIER else noun
    return Block(key, "", "group", "", weight="background", summary=f"{facts.counted(count, what)}  {', '.join(names)}")


def _answer_blocks(scope: Scope, ends: list[End], calls: bool) -> list[Block]:
    found = []
    for place, end in enumerate(ends):
        if end.text:
            body, syntax = spoken(end.text) if end.title.startswith("ANSWER") else pretty(end.text)
            key = f"{scope.root.span_id}/answer/{place}"
            summary = brief(end.text)
            block = Block(key, end.span_id, "assistant", end.title, body, syntax=syntax, weight="answer", summary=summary)
            found.append(block._replace(media=end.media or media_in(end.text)))
    if found or (not calls and scope.top_kind in ("RETRIEVER", "RERANKER") and (scope.top.retrieved or scope.top.documents)):
        return found
    what = "answer" if scope.top_kind in SPEAKS and not scope.top.embedded else "output"
    reason = scope.top.finish_reason
    body = f"no {what} was recorded" + (f" (finish reason: {one_line(reason)})" if reason else "")
    if scope.top.embedded:
        body = f"{facts.counted(len(scope.top.embedded), 'text')} embedded; vectors are not shown"
    if calls:
        body = "no text; the model asks for a tool"
    key = f"{scope.root.span_id}/answer/0"
    return [Block(key, scope.root.span_id, "assistant", what.upper(), body, weight="answer", summary=body, note=True)]


def _background(scope: Scope, others: list[Span]) -> list[Block]:
    found = []
    root_id = scope.root.span_id
    if scope.whole and others:
        names = "   ".join(one_line(f"{span.kind.lower()} {span.name}" if span.kind != "UNKNOWN" else span.name) for span in others)
        summary = f"{facts.counted(len(others), 'framework span')} in the tree: {names}"
        body = names.replace("   ", "\n")
        found.append(Block(f"{root_id}/others", root_id, "others", "OTHER", body, weight="background", summary=summary))
    readings = [scope.top, *(scope.reading(span) for span, _ in scope.order)]
    metadata = next((reading.metadata for reading in readings if reading.metadata), {})
    if metadata:
        line = named(metadata)
        found.append(Block(f"{root_id}/meta", root_id, "meta", "META", line, weight="background", summary=line))
    if given := scope.top.invocation_parameters:
        values = parsed(given)
        if isinstance(values, dict):
            kept = {name: value for name, value in values.items() if name not in SHOWN and value not in (None, "")}
            line, detail = named(kept), "" if len(kept) >= len(values) - 1 else pretty(given)[0]
        else:
            line, detail = visible(given), ""
        if line:
            found.append(
                Block(f"{root_id}/params", root_id, "params", "PARAMS", line, detail=detail, weight="background", summary=one_line(line))
            )
    return found


def _facts_block(scope: Scope) -> Block:
    """model · tokens · cost · duration · prompt version · session, user, tags."""
    readings = [scope.top, *(scope.reading(span) for span, _ in scope.order)]
    talking = [scope.reading(span) for span, _ in scope.order if span.span_id in scope.models]
    models = list(dict.fromkeys(one_line(reading.model) for reading in [*talking, *readings] if reading.model))
    spent = _spenders(scope)
    prompt, completion = (_total(reading.prompt_tokens for reading in spent), _total(reading.completion_tokens for reading in spent))
    costs = [reading.cost for reading in spent if reading.cost is not None]
    version = next((reading.prompt_version for reading in readings if reading.prompt_version), None)
    session = next((reading.session_id for reading in readings if reading.session_id), None)
    user = next((reading.user_id for reading in readings if reading.user_id), None)
    tags = list(dict.fromkeys(tag for reading in readings for tag in reading.tags))
    line = " · ".join(
        one_line(part)
        for part in (
            ", ".join(models[:3]) + (f" and {len(models) - 3} more" if len(models) > 3 else ""),
            facts.tokens(prompt, completion),
            facts.money(sum(costs)) if costs else "",
            facts.duration(scope.root.duration_ns) or ("never ended" if scope.root.end_ns is None else ""),
            f"prompt {version}" if version else "",
            f"session {session}" if session else "",
            f"user {user}" if user else "",
            "tags " + " ".join(tags) if tags else "",
            facts.local_time(scope.root.start_ns),
        )
        if part
    )
    return Block(f"{scope.root.span_id}/facts", scope.root.span_id, "facts", "", line, weight="background", summary=line, note=True)


def _spenders(scope: Scope) -> list[Reading]:
    """The topmost spans that count tokens or cost: a wrapper repeats what it wraps."""
    found: list[Reading] = []
    inside = -1
    for span, depth in scope.order:
        if 0 <= inside < depth:
            continue
        reading = scope.reading(span)
        inside = -1
        if reading.prompt_tokens is not None or reading.completion_tokens is not None or reading.cost is not None:
            found.append(reading)
            inside = depth
    return found


def _total(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
