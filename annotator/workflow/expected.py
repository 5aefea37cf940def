"""The expected output: what the answer should have been, kept as a text beside the verdict."""

from annotator.domain.annotation import Annotation
from annotator.domain.annotation_config import FreeformConfig
from annotator.domain.queue import Item
from annotator.domain.step import SetAnnotation
from annotator.errors import InvalidAnnotation
from annotator.text.shape.scope import Scope
from annotator.text.trace.ends import answers
from annotator.workflow.judge import Judge, Judged
from annotator.workflow.mine import signed
from annotator.workflow.present import Presented

NAME = "expected_output"
"""What the annotation is called unless the config says otherwise."""
LONGEST = 1_000_000
"""Characters of a text."""


def real_output(presented: Presented, span_id: str) -> str:
    """What was answered, as recorded; '' where nothing was. Several choices stand one below the other."""
    if not presented.trace.spans:
        return ""
    scope = Scope(presented.trace, presented.readings, span_id, presented.shape)
    return "\n".join(end.text for end in answers(scope) if end.text)


def expected(judge: Judge, item: Item, name: str) -> Annotation | None:
    """What I expected of an item's own target; None where I said nothing."""
    identity = judge.of(item).identity(item.target, name)
    return next((row for row in judge.store.on_target(judge.server, item.target) if row.identity == identity), None)


def expect(judge: Judge, item: Item, name: str, text: str, real: str) -> Judged | None:
    """Keep what the answer should have been; None where that is what is kept, or what was answered (`real`), and nothing was stored.

    What was kept is taken away by saving what was answered. Line ends at the end do not count: every editor adds one.
    Raises InvalidAnnotation.
    """
    judge = judge.of(item)
    criterion, before, text = judge.queue.rubric.criterion(name), expected(judge, item, name), text.rstrip("\n")
    if criterion is not None and not isinstance(criterion.config, FreeformConfig):
        raise InvalidAnnotation(f"{name} is no text in this rubric.", "Name the expected output otherwise in config.toml: expected_output.")
    if item.target.kind == "document":
        raise InvalidAnnotation("A document answers nothing that could be expected otherwise.", "A note says what is wrong with it.")
    if not text.strip():
        raise InvalidAnnotation("The expected output is empty: nothing was stored.", "Save what was answered to take an earlier one away.")
    if len(text) > LONGEST:
        raise InvalidAnnotation(f"The expected output has {len(text):,} characters, of at most {LONGEST:,}.", "Keep what matters of it.")
    if text == real.rstrip("\n"):
        if before is None or criterion is not None:
            return None
        judge.commit("expect", f"no {name}", item, "", [SetAnnotation(before.identity, None)])
        return Judged(f"{name} taken away: it is what was answered", False)
    if before is not None and text == (before.explanation or ""):
        return None
    if criterion is not None:
        return judge.answer(item, criterion, text)
    row = signed(judge, Annotation(judge.identity(item.target, name), explanation=text, metadata=before.metadata if before else {}))
    judge.commit("expect", name, item, "", [SetAnnotation(row.identity, row)])
    return Judged(f"{name} kept", False)
