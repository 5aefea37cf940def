"""Data sets: judged items become examples on a server, each under an id of its own, so that the same export twice is the same."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from annotator.domain.annotation import KnownAnnotation, Target
from annotator.domain.dataset import Example, PutExamples
from annotator.domain.exported import Exported
from annotator.domain.source import DatasetSink
from annotator.formats.lines import example_id
from annotator.formats.openai import chat_to_json, messages_to_json, tools_to_json
from annotator.formats.record import dumped, whole

TOGETHER, TOGETHER_SIZE = 200, 4 << 20
"""Examples of one request, and bytes of them after which it is sent: a server holds its write lock for as long."""


def upload(sink: DatasetSink, dataset: str, items: Iterable[Exported], report: Callable[[int], None] = lambda sent: None) -> "Uploads":
    """Every item, a request at a time; `report` is told how many are there so far. Nothing is taken away."""
    done = Uploads()
    for examples in _batches(items):
        done.put += sink.put_examples(dataset, examples)
        done.count += len(examples)
        done.splits.update(example.split for example in examples if example.split)
        report(done.count)
    return done


class Uploads:
    """What went so far."""

    def __init__(self) -> None:
        self.count = 0
        self.put = PutExamples()
        self.splits: Counter[str] = Counter()


def example_of(one: Exported) -> Example:
    """The input as it went into the model, and as the output what should be answered where somebody wrote it, else what was answered."""
    item, recorded = one.item, one.recorded
    tools = tools_to_json(recorded.tools)
    documents = [found.document.content for found in recorded.documents]
    given = {"input": recorded.input, "messages": chat_to_json(recorded.messages)}
    answer: dict[str, Any] = {"output": recorded.output if one.expected is None else one.expected}
    if one.expected is None and recorded.answer:
        answer["messages"] = messages_to_json(recorded.answer)
    ours = {
        "queue": one.queue,
        "target": item.target.kind,
        "id": item.target.id,
        "document_position": item.target.position,
        "trace_id": item.trace_id,
        "session_id": recorded.session_id,
        "outcome": one.outcome or None,
        "rubric": one.rubric,
        "rubric_version": one.rubric_version,
        "weight": one.weight,
        "model": recorded.model,
        "prompt_version": recorded.prompt_version,
    } | ({"recorded_output": recorded.output} if one.expected is not None else {})
    return Example(
        example_id(one),
        item.target.id if item.target.kind in ("span", "document") else item.span_id,
        _whole(given | ({"tools": tools} if tools else {}) | ({"documents": documents} if documents else {})),
        _whole(answer),
        _whole({"span_kind": recorded.span_kind, "annotations": _annotations(one), "annotator": ours}),
        one.split,
    )


def _annotations(one: Exported) -> dict[str, list[dict[str, Any]]]:
    """On the item's own target and the span that is shown for it, in the shape in which Phoenix adds a span to a data set."""
    targets = {one.item.target, Target("span", one.item.span_id)} if one.item.target.kind != "document" else {one.item.target}
    found: dict[str, list[dict[str, Any]]] = {}
    for known in one.annotations:
        if known.row.target in targets:
            found.setdefault(known.row.name, []).append(_annotation(known))
    return found


def _annotation(known: KnownAnnotation) -> dict[str, Any]:
    row = known.row
    return {
        "label": row.label,
        "score": row.score,
        "explanation": row.explanation,
        "metadata": dict(row.metadata),
        "annotator_kind": row.annotator_kind,
        "user_id": None,
        "username": known.annotator or known.author or None,
        "email": None,
    }


def _whole(value: Any) -> Any:
    """Half a character makes the server fail."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, Mapping):
        return {whole(str(key)): _whole(inner) for key, inner in value.items()}
    return [_whole(inner) for inner in value] if isinstance(value, list | tuple) else value


def _batches(items: Iterable[Exported]) -> Iterator[list[Example]]:
    some: list[Example] = []
    size = 0
    for one in items:
        example = example_of(one)
        some.append(example)
        size += len(dumped([example.input, example.output, example.metadata]))
        if len(some) >= TOGETHER or size >= TOGETHER_SIZE:
            yield some
            some, size = [], 0
    if some:
        yield some
