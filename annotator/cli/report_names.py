"""What `annotator report` is asked for by name has to be there: a misspelt name would make a report about nothing, or about all."""

from collections.abc import Collection, Sequence

from annotator.config.toml_file import did_you_mean
from annotator.domain.annotation import HUMAN
from annotator.domain.annotation_config import CategoricalConfig
from annotator.domain.store import Store
from annotator.errors import UsageError
from annotator.text.cells import crop
from annotator.text.escape import one_line
from annotator.workflow.report.figures import Asked
from annotator.workflow.report.rated import Judged

ADVICE = 240
"""Cells of the names that are there, at most."""


def check(asked: Asked, found: Sequence[Judged], store: Store) -> None:
    """Raises UsageError. Where nobody annotated any of the items, the report says that, whoever and whichever label was asked for."""
    for name in asked.names:
        _among(name, {*asked.criteria, *store.annotation_names()}, "There is no annotation config {!r}.")
    rated = [one for item in found for one in item.rated if not asked.names or one.name in asked.names]
    if not rated:
        return
    raters = {rater for one in rated for rater in one.rows}
    labels = {row.label for one in rated for row in one.rows.values() if row.label is not None}
    for name, criterion in asked.criteria.items():
        if isinstance(criterion.config, CategoricalConfig) and (not asked.names or name in asked.names):
            labels |= {value.label for value in criterion.config.values}
    for label in asked.fails:
        _among(label, labels, "There is no label {!r}.")
    if asked.judge:
        _among(asked.judge, {rater.who for rater in raters if rater.kind != HUMAN}, "No judge called {!r} judged any of these items.")
    if asked.people:
        _among(asked.people, {rater.who for rater in raters if rater.is_person}, "Nobody called {!r} judged any of these items.")


def _among(name: str, known: Collection[str], refusal: str) -> None:
    if name not in known:
        raise UsageError(refusal.format(name), crop(one_line(did_you_mean(name, sorted(known))), ADVICE))
