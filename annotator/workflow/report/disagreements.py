"""What people, models and programs do not agree on, target by target."""

from collections.abc import Iterator, Sequence

from annotator.domain.annotation import ADJUDICATED, RECHECK, Annotation
from annotator.domain.record import record
from annotator.filter.matching import differ
from annotator.workflow.report.rated import Judged, Rated, Rater


@record
class Disputed:
    """One target and name on which two first verdicts differ; the filter `disagreement` has those that are not settled."""

    judged: Judged
    rated: Rated

    @property
    def said(self) -> list[tuple[Rater, Annotation]]:
        """First verdicts, people's before those of models and programs."""
        found = [(rater, row) for rater, row in self.rated.rows.items() if not rater.role]
        return sorted(found, key=lambda pair: (not pair[0].is_person, pair[0].who))

    @property
    def settled(self) -> list[tuple[Rater, Annotation]]:
        return [(rater, row) for rater, row in self.rated.rows.items() if rater.role == ADJUDICATED]


def disputed(found: Sequence[Judged], names: Sequence[str] = ()) -> Iterator[Disputed]:
    """In the order of the items; `names`: only of these configs, none for all."""
    for item in found:
        for one in item.rated:
            rows = [row for rater, row in one.rows.items() if rater.role not in (ADJUDICATED, RECHECK)]
            if (not names or one.name in names) and differ(rows, one.name):
                yield Disputed(item, one)
