"""What the screen shows around a trace, as blocks of text for `show`: the span tree, and what was said about it."""

from collections.abc import Iterable, Mapping, Sequence

from annotator.domain.annotation import KnownAnnotation, Target
from annotator.domain.span import ERROR, SpanHeader
from annotator.text.block import Block
from annotator.text.escape import BLANK, one_line, visible
from annotator.text.facts import local_time
from annotator.text.shape.tree import TreeRow

DEEPEST = 20
"""Levels that are indented; deeper ones say their level."""


def heading(span: SpanHeader) -> str:
    """What is shown: its name, status and ids."""
    status = f"✗ {span.status_code}" if span.status_code == ERROR else span.status_code
    return "  ".join(one_line(part) for part in (span.name, status, f"trace {span.trace_id}", f"span {span.span_id}") if part)


def tree_block(rows: Sequence[TreeRow]) -> Block:
    """One line a span."""
    return Block("tree", "", "tree", "TREE", "\n".join(_row(row) for row in rows), weight="background")


def _row(row: TreeRow) -> str:
    indent = "  " * row.depth if row.depth <= DEEPEST else "  " * DEEPEST + f"{row.depth}› "
    odd = "parent not in this trace" if row.orphan else "parents in a circle" if row.circular else ""
    times = f"×{row.times}" if row.times > 1 else ""
    return indent + "  ".join(part for part in (row.kind, row.name, times, row.duration, row.mark, odd) if part)


def annotations_block(rows: Iterable[KnownAnnotation], names: Mapping[str, str]) -> list[Block]:
    """One line an annotation; `names`: of the spans by id. None where there are no rows."""
    lines = [_annotation(known, names) for known in sorted(rows, key=_place)]
    return [Block("annotations", "", "annotations", "ANNOTATIONS", "\n".join(lines), weight="background")] if lines else []


def _place(known: KnownAnnotation) -> tuple[Target, str, str]:
    row = known.row
    return row.target, row.name, row.identity.identifier


def _annotation(known: KnownAnnotation, names: Mapping[str, str]) -> str:
    row = known.row
    said = [row.label or "", f"{row.score:g}" if row.score is not None else ""]
    position = "" if row.target.position is None else f" {row.target.position + 1}"
    place = names.get(row.target.id) or row.target.id
    who = f"{row.annotator_kind} {row.identity.identifier}".strip(BLANK)
    by = f"by {known.author}" if known.author and known.author not in row.identity.identifier else ""
    when = local_time(round(known.at * 1e9))[:16] if known.at else ""
    differs = "changed elsewhere" if known.conflict else ""
    parts = (row.name, *said, f"{row.target.kind}{position} {place}", who, by, known.source, when, differs)
    head = "  ".join(one_line(part) for part in parts if part)
    told = visible((row.explanation or "").strip(BLANK)).replace("\n", "\n  ")
    return f"{head}\n  {told}" if told else head
