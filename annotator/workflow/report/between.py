"""Two of those who judged, side by side: people, models, programs."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence

from annotator.domain.record import record
from annotator.domain.rubric import Criterion
from annotator.errors import UsageError
from annotator.workflow.report.figures import Value, level_of, value_of
from annotator.workflow.report.rated import Judged, Rater

ME = "me"


@record
class Side:
    """A config, and how often the one said this and the other that."""

    name: str
    one: str
    other: str
    table: Mapping[tuple[Value, Value], int]


def between(found: Sequence[Judged], names: tuple[str, str], criteria: Mapping[str, Criterion], only: Sequence[str] = ()) -> list[Side]:
    """Of every config that both answered on one target; `only`: these configs. Raises UsageError for a name of nobody."""
    raters = {rater for item in found for one in item.rated for rater in one.rows if not rater.role}
    first, second = (_chosen(name, raters) for name in names)
    sides = []
    for name in dict.fromkeys(one.name for item in found for one in item.rated):
        rated = [one for item in found for one in item.rated if one.name == name]
        level = level_of(name, rated, criteria.get(name))
        table: Counter[tuple[Value, Value]] = Counter()
        for one in rated:
            said = [value_of(one.rows[rater], level) for rater in (first, second) if rater in one.rows]
            if len(said) == 2 and said[0] is not None and said[1] is not None:
                table[said[0], said[1]] += 1
        if table and (not only or name in only):
            sides.append(Side(name, first.who, second.who, table))
    return sides


def _chosen(name: str, raters: set[Rater]) -> Rater:
    matching = [rater for rater in raters if (rater.mine if name == ME else rater.who == name)]
    if matching:
        return min(matching, key=lambda rater: (not rater.is_person, rater.kind, rater.who))
    known = sorted({rater.who for rater in raters})
    near = difflib.get_close_matches(name, known, 3) or known
    raise UsageError(f"Nobody called {name!r} judged any of these items.", f"Who did: {', '.join(near) or 'nobody'}.")
