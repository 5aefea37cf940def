"""A whole report: over all items, and for each group of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from annotator.domain.record import record
from annotator.workflow.report import By
from annotator.workflow.report.between import Side, between
from annotator.workflow.report.disagreements import Disputed, disputed
from annotator.workflow.report.figures import Asked, ConfigFigures, figures
from annotator.workflow.report.rated import Judged


@record
class Section:
    """Over some of the items."""

    group: str
    """'' for all."""
    items: int
    configs: tuple[ConfigFigures, ...]


@record
class Report:
    queues: tuple[str, ...]
    filter: str
    by: By | None
    at: datetime
    """In UTC."""
    sections: tuple[Section, ...]
    """All items first."""
    disputed: tuple[Disputed, ...]
    sides: tuple[Side, ...]
    """The two that were to be held against each other."""
    partial: tuple[str, ...] = ()
    """Queues none of whose rules takes anything, whatever it is: shares are those of what the rules can take."""


def report(
    queues: Sequence[str], written: str, by: By | None, found: Sequence[Judged], asked: Asked,
    names: tuple[str, str] | None = None, partial: Sequence[str] = (),
) -> Report:  # fmt: skip
    """`names`: who are to be held against each other; `partial`: see `Report`. Raises UsageError for one that judged nothing."""
    sides = between(found, names, asked.criteria, asked.names) if names else ()
    groups: dict[str, list[Judged]] = {}
    for item in found:
        for group in item.groups:
            groups.setdefault(group, []).append(item)
    sections = [Section(name, len(some), tuple(figures(some, asked))) for name, some in [("", found), *sorted(groups.items())]]
    return Report(
        tuple(queues), written, by, datetime.now(UTC), tuple(sections), tuple(disputed(found, asked.names)), tuple(sides),
        tuple(partial),
    )  # fmt: skip
