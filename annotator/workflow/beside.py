"""What annotations say that is shown in the trace itself: what the answer should have been, and the evidence."""

from collections.abc import Iterable, Sequence

from annotator.domain.annotation import Annotation
from annotator.domain.evidence import Evidence, evidence_of
from annotator.domain.redaction import Redactor
from annotator.text.block import Block
from annotator.text.escape import one_line
from annotator.text.quoting.finding import found
from annotator.text.trace.beside import Cited, evidence_block, expected_block
from annotator.workflow.expected import real_output
from annotator.workflow.present import Presented


def beside(
    presented: Presented,
    rows: Sequence[Annotation],
    expected_output: str,
    waiting: Iterable[Evidence] = (),
    *,
    named: bool = False,
    redactor: Redactor | None = None,
) -> tuple[Block, ...]:
    """`expected_output`: the name of such annotations; `waiting`: evidence for an answer to come.

    `named`: rows of several people, who are named; with a redactor nothing is shown that its patterns find.
    """
    trace, focus = presented.trace, presented.focus
    here = (focus, trace.trace_id)
    wanted = [row for row in rows if row.name == expected_output and row.explanation and row.target.id in here]
    real = real_output(presented, focus) if wanted else ""
    blocks = []
    for place, row in enumerate(wanted):
        text = redactor.text(row.explanation or "") if redactor else row.explanation or ""
        blocks.append(expected_block(focus, real, text, _who(row, named), f"expected/{place}"))
    cited = [(_verdict(row, named), one) for row in rows for one in evidence_of(row)]
    cited += [("for your next answer", one) for one in waiting]
    listed = [Cited(verdict, _shown(one, redactor), found(trace, _shown(one, redactor)) is not None) for verdict, one in cited]
    return (*blocks, *evidence_block(focus, listed))


def _who(row: Annotation, named: bool) -> str:
    return one_line(row.identity.identifier) if named else ""


def _verdict(row: Annotation, named: bool) -> str:
    said = row.label or ("" if row.score is None else f"{row.score:g}")
    return " ".join(part for part in (row.name, said, f"({_who(row, True)})" if named else "") if part)


def _shown(one: Evidence, redactor: Redactor | None) -> Evidence:
    if redactor is None:
        return one
    return Evidence(one.span_id, redactor.text(one.attribute), one.start, one.end, redactor.text(one.quote))
