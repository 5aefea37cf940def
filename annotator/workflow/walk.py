"""What a verdict needs: which config of which target of the item, in the order in which they are asked."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from annotator.domain.annotation import Annotation, Target
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.target import ItemTarget
from annotator.workflow.targets import ItemTargets

Given = Mapping[Target, Mapping[str, Annotation]]
"""My answers, by target and config."""


class Slot(NamedTuple):
    """One answer that is required."""

    on: ItemTarget
    criterion: Criterion


class Walk:
    """The documents one by one, then the spans of the kinds that configs name, then the item itself, its trace and its session."""

    def __init__(self, rubric: Rubric, targets: ItemTargets) -> None:
        self.rubric = rubric
        self.targets = targets
        self.criteria = {criterion.name: criterion for criterion in rubric.criteria}
        self.places = {criterion.name: self._places(criterion) for criterion in rubric.criteria}
        """Config name to what of the item it is asked of; an unbound one may be given to any other span, trace or session too."""
        self._order = self._ordered()

    def _places(self, criterion: Criterion) -> tuple[ItemTarget, ...]:
        targets = self.targets
        if not criterion.is_bound:
            return (targets.own,)
        found: tuple[ItemTarget | None, ...]
        if criterion.target == "document":
            found = targets.documents
        elif criterion.kinds:
            found = tuple(one for one in targets.spans if one.span_id in targets.below)
        else:
            found = ({"trace": targets.trace, "session": targets.session}.get(criterion.target or "", targets.span),)
        return tuple(one for one in found if one is not None and criterion.fits(one))

    def _ordered(self) -> tuple[Slot, ...]:
        """Every place of every required config."""
        documents, spans, rest = {}, {}, []
        for place, criterion in enumerate(self.rubric.criteria):
            for number, on in enumerate(self.places[criterion.name] if criterion.required else ()):
                if criterion.target == "document":
                    documents[number, place] = Slot(on, criterion)
                elif criterion.kinds:
                    spans[self.targets.spans.index(on), place] = Slot(on, criterion)
                else:
                    rest.append(Slot(on, criterion))
        return (*(documents[key] for key in sorted(documents)), *(spans[key] for key in sorted(spans)), *rest)

    @property
    def asked_of(self) -> tuple[ItemTarget, ...]:
        """The targets whose answers count, the item's own first."""
        found = {on.target: on for on in (self.targets.own, *(on for places in self.places.values() for on in places))}
        return tuple(found.values())

    def asks(self, criterion: Criterion, on: ItemTarget, given: Given) -> bool:
        """It fits the target, and what it waits for was answered: there, or, where that is not asked there, where it is.

        A config that is not asked itself opens no other.
        """
        if not criterion.fits(on):
            return False
        when = criterion.when
        if when is None:
            return True
        earlier = self._earlier(criterion, when.name)
        if earlier is None:
            return False
        places = self.places[earlier.name]
        if any(place.target == on.target for place in places) or not (criterion.is_bound or earlier.is_bound):
            places = (on,)
        answers = ((place, given.get(place.target, {}).get(when.name)) for place in places)
        return any(row is not None and row.label == when.label and self.asks(earlier, place, given) for place, row in answers)

    def _earlier(self, criterion: Criterion, name: str) -> Criterion | None:
        for one in self.rubric.criteria:
            if one is criterion:
                return None
            if one.name == name:
                return one
        return None

    def asked(self, on: ItemTarget, given: Given) -> tuple[Criterion, ...]:
        """The configs that apply to a target, in the rubric's order."""
        return tuple(criterion for criterion in self.rubric.criteria if self.asks(criterion, on, given))

    def slots(self, given: Given) -> tuple[Slot, ...]:
        """Every answer without which there is no verdict, in order."""
        return tuple(slot for slot in self._order if slot.criterion.when is None or self.asks(slot.criterion, slot.on, given))

    def is_whole(self, given: Given) -> bool:
        """These answers are a verdict; without a required config none are."""
        slots = self.slots(given)
        return self.targets.read and bool(slots) and not open_slots(slots, given)

    def not_asked(self, among: Iterable[ItemTarget], given: Given) -> tuple[tuple[ItemTarget, str], ...]:
        """The answers on these targets that are not asked for."""
        return tuple((on, name) for on in among for name in given.get(on.target, ()) if not self.asks(self.criteria[name], on, given))


def open_slots(slots: tuple[Slot, ...], given: Given) -> tuple[Slot, ...]:
    """Those without an answer."""
    return tuple(slot for slot in slots if slot.criterion.name not in given.get(slot.on.target, {}))


def following(slots: tuple[Slot, ...], given: Given, after: tuple[Target, str] | None = None) -> Slot | None:
    """The next slot without an answer, those after that target and config first."""
    places = [(slot.on.target, slot.criterion.name) for slot in slots]
    start = places.index(after) + 1 if after in places else 0
    return next(iter(open_slots((*slots[start:], *slots[:start]), given)), None)
