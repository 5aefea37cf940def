"""A trace in reading order: the question, what went in, what happened, the answer, the facts."""

from collections.abc import Mapping

from annotator.domain.kinds import UNKNOWN
from annotator.domain.message import Message, Reading, ToolDefinition
from annotator.domain.span import Span, Trace
from annotator.text import facts
from annotator.text.block import Block
from annotator.text.escape import one_line
from annotator.text.grouped import earlier_line, steps_line
from annotator.text.markup.bulk import media_in
from annotator.text.markup.readable import parsed, pretty, prose, spoken
from annotator.text.shape.outline import Outline
from annotator.text.shape.scope import Scope
from annotator.text.shape.spans import never_ended, took
from annotator.text.shape.told import Told, is_repr_of, leaves
from annotator.text.trace.ends import SPEAKS, End, answers, question
from annotator.text.trace.figures import background, cut_short, facts_block, finished
from annotator.text.trace.remarks import remarks
from annotator.text.trace.steps import Steps
from annotator.text.trace.turns import Conversation, earlier_turns, later_turns

__all__ = ["Block", "trace_blocks"]

EARLIER = "earlier"
STEPS = "steps"
"""Keys of the two group blocks: each stands for the blocks that follow it when there is no room for them."""
LOOK = 40
"""Characters in which the JSON of a conversation says that it is one."""


def trace_blocks(
    trace: Trace,
    readings: Mapping[str, Reading],
    focus: str = "",
    shape: Outline | None = None,
    conversation: Conversation | None = None,
) -> list[Block]:
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
    blocks.extend(steps.leading)
    blocks.append(_question_block(scope, asked))
    blocks.extend(_rest(scope, asked, scope.top.input_text, "input"))
    blocks.extend(steps.system())
    blocks.extend(_tools_block(scope))
    turns = earlier_turns(conversation, steps.spoken) if conversation and scope.whole else []
    if earlier := [*turns, *steps.earlier]:
        blocks.append(Block(EARLIER, "", "group", "", weight="background", summary=earlier_line(earlier)))
        blocks.extend(earlier)
    if happened:
        blocks.append(Block(STEPS, "", "group", "", weight="background", summary=steps_line(happened)))
        blocks.extend(happened)
    final = steps.final_calls
    blocks.extend(_answer_blocks(scope, ends, bool(final)))
    for call in final:
        blocks.extend(steps.call_blocks(call, "answer"))
    if ends and "messages" not in (scope.top.output_text or "")[:LOOK]:
        blocks.extend(_rest(scope, ends[0], scope.top.output_text, "output"))
    blocks.extend(later_turns(conversation) if conversation and scope.whole else [])
    blocks.extend(remarks(scope))
    blocks.extend(background(scope, steps.others))
    blocks.append(facts_block(scope, conversation.standing if conversation else ""))
    return blocks


def _span_block(span: Span, scope: Scope) -> Block:
    kind = "" if scope.top_kind == UNKNOWN else one_line(scope.top_kind)
    line = "  ".join(part for part in (one_line(span.name), "never ended" if never_ended(span) else took(span)) if part)
    return Block(f"{span.span_id}/span", span.span_id, "span", kind or "SPAN", head=line, weight="background", summary=line)


def _question_block(scope: Scope, asked: End) -> Block:
    key = f"{scope.root.span_id}/question"
    if asked.text:
        body, syntax = pretty(asked.text) if asked.title != "USER" else prose(asked.text)
        block = Block(key, asked.span_id, "user", asked.title, body, syntax=syntax, weight="question", summary=one_line(body[:400]))
        return block._replace(media=asked.media or media_in(asked.text))
    what = "prompt text" if scope.top_kind == "LLM" or (scope.top_kind == UNKNOWN and scope.top.model) else "input"
    recorded = scope.top.input_text is not None or any(message.role == "user" for message in scope.top.input_messages)
    body = f"the {what} is empty" if recorded else f"no {what} was recorded on this span"
    return Block(key, scope.root.span_id, "user", asked.title, body, weight="question", summary=body, note=True)


def _rest(scope: Scope, end: End | None, recorded: str | None, kind: str) -> list[Block]:
    """The recorded input or output, where question or answer is only a part of it and nothing that is shown says the rest.

    An output that is no JSON is the answer in the words of a program (`StopEvent(result=…)`).
    """
    if end is None or end.whole or not recorded or scope.top_kind == "LLM":
        return []
    value = parsed(recorded)
    if isinstance(value, dict):
        readings = (scope.reading(span) for span, _ in scope.order if span is not scope.root or scope.top.input_messages)
        told = Told(reading._replace(input_text=None, output_text=None) for reading in readings)
        if all(text == end.text or told.holds(text) or (kind == "output" and is_repr_of(text, end.text or "")) for text in leaves(value)):
            return []
    elif kind == "output":
        return []
    body, syntax = pretty(recorded)
    root_id, summary = scope.root.span_id, one_line(body[:400])
    block = Block(f"{root_id}/{kind}", root_id, kind, kind.upper(), body, syntax=syntax, weight="background", summary=summary)
    return [block._replace(media=media_in(recorded))]


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


def _answer_blocks(scope: Scope, ends: list[End], calls: bool) -> list[Block]:
    found = []
    for place, end in enumerate(ends):
        if end.text:
            body, syntax = spoken(end.text) if end.title.startswith("ANSWER") else pretty(end.text)
            key = f"{scope.root.span_id}/answer/{place}"
            summary = one_line(body[:400])
            block = Block(key, end.span_id, "assistant", end.title, body, syntax=syntax, weight="answer", summary=summary)
            found.append(block._replace(media=end.media or media_in(end.text)))
    reason = finished(scope)
    if found or (not calls and scope.top_kind in ("RETRIEVER", "RERANKER") and (scope.top.retrieved or scope.top.documents)):
        if found and cut_short(reason):
            key, body = f"{scope.root.span_id}/finish", f"finish reason: {one_line(reason or '')}"
            found.append(Block(key, scope.root.span_id, "finish", "ENDED", body, weight="error", summary=body))
        return found
    what = "answer" if scope.top_kind in SPEAKS and not scope.top.embedded else "output"
    empty = scope.top.output_text == "" or any(message.role in ("assistant", "model") for message in _last_words(scope))
    body = f"the {what} is an empty text" if empty else f"no {what} was recorded"
    if scope.failed:
        body = f"no {what}: it failed"
    elif reason:
        body += f" (finish reason: {one_line(reason)})"
    if scope.top.embedded:
        body = f"{facts.counted(len(scope.top.embedded), 'text')} embedded; vectors are not shown"
    if calls:
        body = "no text; the model asks for a tool"
    key = f"{scope.root.span_id}/answer/0"
    return [Block(key, scope.root.span_id, "assistant", what.upper(), body, weight="answer", summary=body, note=True)]


def _last_words(scope: Scope) -> tuple[Message, ...]:
    """The output messages of the root, else of the model span that ended last."""
    if scope.top.output_messages:
        return scope.top.output_messages
    models = [span for span, _ in scope.order if span.span_id in scope.models]
    return scope.said(models[-1]) if models and not scope.reading(models[-1]).failures else ()
