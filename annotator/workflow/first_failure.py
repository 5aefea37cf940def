"""The first failure: the first wrong step of an agent's trace, an annotation on its span. At most one a trace and person."""

from annotator.domain.annotation import Annotation, Target
from annotator.domain.queue import Item
from annotator.domain.span import Trace
from annotator.domain.step import Change, SetAnnotation
from annotator.text.escape import one_line
from annotator.workflow.judge import Judge, Judged
from annotator.workflow.mine import signed

NAME = LABEL = "first_failure"
"""What the annotation is called unless the config says otherwise, and its label."""


def first_failures(judge: Judge, trace: Trace, name: str) -> list[Annotation]:
    """Mine in a trace: none or one; more only where another program wrote them."""
    ids = [span.span_id for span in trace.spans]
    judged = judge.store.among_judged(judge.server, "span", ids)
    rows = (row for span_id in ids if span_id in judged for row in judge.store.on_target(judge.server, Target("span", span_id)))
    return [row for row in rows if row.name == name and row.identity.identifier == judge.identifier]


def mark(judge: Judge, item: Item, trace: Trace, span_id: str, name: str) -> Judged:
    """Make a span the first failure, instead of any other of the trace; again, it is none. One step."""
    judge = judge.of(item)
    span = next(span for span in trace.spans if span.span_id == span_id)
    before, target = first_failures(judge, trace, name), Target("span", span_id)
    elsewhere: list[Change] = [SetAnnotation(row.identity, None) for row in before if row.target != target]
    said = f"first failure: {one_line(span.name)}"
    if before and not elsewhere:
        judge.commit("first_failure", f"no {said}", item, "", [SetAnnotation(before[0].identity, None)], target)
        return Judged(f"no {said}", False)
    row = signed(judge, Annotation(judge.identity(target, name), LABEL, metadata={"trace_id": trace.trace_id}))
    judge.commit("first_failure", said, item, "", [*elsewhere, SetAnnotation(row.identity, row)], target)
    return Judged(said, False)
