"""From the desk to the rows of the rubric; no Textual."""

from collections.abc import Sequence

from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig
from annotator.domain.rubric import Criterion
from annotator.keymap.keymap import Keymap
from annotator.text.escape import one_line
from annotator.text.line import Line
from annotator.ui.review.desk import Desk
from annotator.ui.widgets.rubric_bar import CriterionRow, Kind, Option, rubric_lines
from annotator.workflow.answers import spoken
from annotator.workflow.targets import bound_to

REACHABLE = 10
"""Labels with a digit."""


def rubric(desk: Desk, keymap: Keymap, width: int) -> Sequence[Line]:
    if desk.view is None:
        return []
    return rubric_lines([_row(desk, keymap, criterion) for criterion in desk.view.rubric.criteria], width)


def _row(desk: Desk, keymap: Keymap, criterion: Criterion) -> CriterionRow:
    view = desk.view
    assert view is not None
    config = criterion.config
    answer = view.answers.get(criterion.name)
    asked = criterion in view.asked
    current = criterion.name == desk.criterion
    options: tuple[Option, ...] = ()
    bounds, score = (0.0, 1.0), None
    if isinstance(config, CategoricalConfig):
        digits = desk.session.queue.digits.get(config.name, {})
        chosen = answer.label if answer else None
        suggested = desk.suggested.row.label if current and desk.suggested is not None else None
        options = tuple(
            Option(
                value.key or digit(keymap, digits.get(value.label, -1)),
                one_line(value.label),
                value.label == chosen,
                suggested=suggested == value.label,
            )
            for value in config.values
        )
    elif isinstance(config, ContinuousConfig):
        bounds, score = config.bounds, answer.score if answer else None
    return CriterionRow(
        name=one_line(criterion.name),
        kind=kind_of(config),
        options=options,
        value_text=one_line(spoken(criterion, answer)) if answer else "",
        bounds=bounds,
        score=score,
        typing=desk.number if current else "",
        current=current,
        answered=answer is not None,
        required=criterion.required,
        asked=criterion.fits(view.on),
        hint=_hint(desk, criterion, keymap, asked) if criterion.fits(view.on) else bound_to(criterion) or "the item",
        more=(keymap.first("more_labels"), "list …") if len(options) > REACHABLE else None,
    )


def kind_of(config: AnnotationConfig) -> Kind:
    """Which of the three ways to ask."""
    if isinstance(config, CategoricalConfig):
        return "CATEGORICAL"
    return "CONTINUOUS" if isinstance(config, ContinuousConfig) else "FREEFORM"


def digit(keymap: Keymap, index: int) -> str:
    """The key of the label with that digit (0-based); '' for none."""
    return keymap.first(f"answer_{index + 1}") if 0 <= index < 10 else ""


def _hint(desk: Desk, criterion: Criterion, keymap: Keymap, asked: bool) -> str:
    view = desk.view
    required = criterion.required and view is not None and (view.on.own or criterion.is_bound)
    if criterion.when is not None and not asked:
        return f"if {criterion.when.label}"
    if isinstance(criterion.config, ContinuousConfig):
        lower, upper = criterion.config.bounds
        return f"{lower:g} to {upper:g}" + (" required" if required else "")
    if required:
        return "required"
    if isinstance(criterion.config, CategoricalConfig):
        return "optional"
    return f"{criterion.key or keymap.first('write')} to write"
