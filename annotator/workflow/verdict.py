"""Whose answers to an item count: those of one verdict, never some of one person's and some of another's."""

from collections.abc import Iterable, Sequence

from annotator.domain.annotation import ADJUDICATED, HUMAN, RECHECK, Annotation, KnownAnnotation, Target
from annotator.domain.rubric import Criterion
from annotator.filter.facts import Reviewer
from annotator.workflow.walk import Walk

Given = dict[Target, dict[str, Annotation]]


def voice(known: KnownAnnotation) -> str:
    """Whose verdict a row belongs to; a row without an identifier is its author's."""
    return known.row.identity.identifier or known.author


class Voices:
    """What everybody said of an item, on its own target and what belongs to it; repeated verdicts are left out."""

    def __init__(self, walk: Walk, rows: Iterable[KnownAnnotation], me: Reviewer) -> None:
        self._walk = walk
        self._own = walk.targets.own
        self._given: dict[str, Given] = {}
        mine: dict[str, None] = {}
        for known in rows:
            row, who = known.row, voice(known)
            if row.annotator_kind == HUMAN and row.name in walk.criteria and not who.endswith(RECHECK):
                self._given.setdefault(who, {}).setdefault(row.target, {})[row.name] = row
                if me.wrote(known) and not who.endswith(ADJUDICATED):
                    mine[who] = None
        self._settled = [who for who in self._given if who.endswith(ADJUDICATED)]
        self._people = [who for who in self._given if not who.endswith(ADJUDICATED)]
        # Where nobody is known, all who judge on this machine are me: several of them are not one verdict.
        self._mine = list(mine) if len(mine) == 1 else []
        self._roots: dict[str, Criterion] = {}
        for criterion in walk.rubric.criteria:
            self._roots[criterion.name] = self._roots.get(criterion.when.name, criterion) if criterion.when else criterion
        self._said = self._agreed()

    @property
    def answers(self) -> dict[str, Annotation]:
        """By config, on the item's own target: the adjudicated ones, else mine, else what all people say in one way.

        A conditional one counts where its condition holds in the same verdict.
        """
        return self._said.get(self._own.target, {})

    def lets(self, known: KnownAnnotation) -> bool:
        """The row is no part of a verdict that was overruled or is disputed, and what it waits for holds."""
        criterion = self._walk.criteria.get(known.row.name)
        if criterion is not None and not self._is_asked(criterion, self._said):
            return False
        own = self._given.get(voice(known), {}).get(self._own.target, {})
        verdict = [row for name, row in own.items() if self._is_verdict(self._walk.criteria[name])]
        return all(row.name in self.answers and not row.contradicts(self.answers[row.name]) for row in verdict)

    def _agreed(self) -> Given:
        said: Given = {}
        for criterion in self._walk.rubric.criteria:
            found: dict[Target, list[Annotation]] = {}
            for who in self._counting(criterion):
                for target, answers in self._given[who].items():
                    if criterion.name in answers and (target != self._own.target or self._is_asked(criterion, self._given[who])):
                        found.setdefault(target, []).append(answers[criterion.name])
            for target, rows in found.items():
                if _same(rows) and (target != self._own.target or self._is_asked(criterion, said)):
                    said.setdefault(target, {})[criterion.name] = next((row for row in rows if row.label is not None), rows[0])
        return said

    def _counting(self, criterion: Criterion) -> Sequence[str]:
        """Whose answers to it count, by the config on which it hangs in the end."""
        root = self._roots[criterion.name]
        settled = [who for who in self._settled if self._answered(who, root)]
        # Who settles an item may leave an optional config out; to a required one they have not come yet.
        if settled or (self._settled and not root.required):
            return settled
        return self._mine if any(self._answered(who, root) or self._judged(who) for who in self._mine) else self._people

    def _answered(self, who: str, root: Criterion) -> bool:
        given = self._given[who]
        places = given.values() if root.is_bound else [given.get(self._own.target, {})]
        return any(root.name in answers for answers in places)

    def _judged(self, who: str) -> bool:
        return any(self._is_verdict(self._walk.criteria[name]) for name in self._given[who].get(self._own.target, {}))

    def _is_verdict(self, criterion: Criterion) -> bool:
        return criterion.required and criterion.when is None

    def _is_asked(self, criterion: Criterion, given: Given) -> bool:
        return criterion.when is None or self._walk.asks(criterion, self._own, given)


def _same(rows: Sequence[Annotation]) -> bool:
    """Nobody says another label or score; without either, nobody another text."""
    labels, scores = {row.label for row in rows} - {None}, {row.score for row in rows} - {None}
    if labels or scores:
        return len(labels) <= 1 if labels else len(scores) <= 1
    return len({(row.explanation or "").strip() for row in rows}) <= 1
