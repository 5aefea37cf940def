"""Answers in any order on anything of an item, under any rubric: it is done exactly when everything required is answered; undo restores."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from annotator.domain.annotation import ItemState, Target
from annotator.domain.annotation_config import CategoricalConfig, Value
from annotator.domain.queue import NewItem, Selection, SourceRef
from annotator.domain.rubric import Condition, Criterion, Rubric
from annotator.domain.source import Page
from annotator.domain.span import Span
from annotator.errors import InvalidAnnotation
from annotator.store.store import open_store
from annotator.workflow.judge import Judge
from annotator.workflow.targets import targets_in_store
from tests.workflow.scene import span

LABELS = ("yes", "no")
ROOT, FOUND, TOOLS = Target("span", "root"), "found", ("tool1", "tool2")
TRACE, SESSION = Target("trace", "t"), Target("session", "chat")
PLACES = [ROOT, *(Target("document", FOUND, place) for place in (0, 1)), *(Target("span", tool) for tool in TOOLS), TRACE, SESSION]
BOUND: dict[str, tuple[Target, ...]] = {
    "": (ROOT,), "document": tuple(PLACES[1:3]), "TOOL": tuple(PLACES[3:5]), "trace": (TRACE,), "session": (SESSION,), "span": (ROOT,),
}  # fmt: skip
Given = Mapping[tuple[Target, str], str | None]


@st.composite
def rubrics(draw: st.DrawFn) -> tuple[Rubric, list[str]]:
    """Up to four configs, and what each is bound to."""
    criteria: list[Criterion] = []
    bounds: list[str] = []
    for place in range(draw(st.integers(1, 4))):
        bound = draw(st.sampled_from(list(BOUND)))
        earlier = draw(st.none() | st.integers(0, place - 1)) if place else None
        when = None if earlier is None else Condition(f"c{earlier}", draw(st.sampled_from(LABELS)))
        kinds, target = (("TOOL",), None) if bound == "TOOL" else ((), bound or None)
        config = CategoricalConfig(f"c{place}", tuple(Value(label) for label in LABELS))
        criteria.append(Criterion(config, draw(st.booleans()) or not place, when, None, target, kinds))  # type: ignore[arg-type]
        bounds.append(bound)
    return Rubric(tuple(criteria)), bounds


class Machine(RuleBasedStateMachine):
    @initialize(made=rubrics())
    def start(self, made: tuple[Rubric, list[str]]) -> None:
        self.rubric, self.bounds = made
        self.folder = Path(tempfile.mkdtemp())
        self.store = open_store(self.folder / "annotator.db")
        queue = self.store.create("queue", SourceRef("traces.jsonl"), Selection(), self.rubric)
        retrieved = {"retrieval.documents": [{"document": {"content": f"content {place}"}} for place in (0, 1)]}
        spans = [
            span("root", "t", kind="AGENT", session="chat"),
            Span("t", FOUND, "root", "search", "RETRIEVER", "OK", 10**9, 2 * 10**9, attributes=retrieved),
            *(span(tool, "t", "root", 5 + place, "TOOL") for place, tool in enumerate(TOOLS)),
        ]
        self.store.add_page(queue.source_id, Page(spans=tuple(spans)))
        self.store.set_loaded(queue.source_id, ["t"])
        self.store.add_items(queue.id, [NewItem(ROOT, "t", "root")])
        (self.item,) = self.store.items(queue.id)
        known = targets_in_store(self.store, queue, self.item)
        self.judge = Judge(self.store, queue, "ann", "annotator:ann", lambda item: known)
        self.targets = {one.target: one for one in known.every}
        self.past = [self.now()]
        self.future: list[tuple[ItemState, Given]] = []

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    def now(self) -> tuple[ItemState, Given]:
        rows = [row for target in PLACES for row in self.store.on_target("", target)]
        return self.store.item(self.item.id).state, {(row.target, row.name): row.label for row in rows}

    def is_asked(self, place: int, target: Target, given: Given) -> bool:
        """As the design says it: on the same target, or, where the named config is not asked there, wherever it is asked."""
        when = self.rubric.criteria[place].when
        if when is None:
            return True
        earlier = int(when.name[1:])
        places = BOUND[self.bounds[earlier]]
        if target in places or (not self.bounds[earlier] and not self.bounds[place]):
            places = (target,)
        return any(given.get((one, when.name)) == when.label and self.is_asked(earlier, one, given) for one in places)

    def is_whole(self, given: Given) -> bool:
        wanted = [
            (target, criterion.name)
            for place, criterion in enumerate(self.rubric.criteria)
            for target in BOUND[self.bounds[place]]
            if criterion.required and self.is_asked(place, target, given)
        ]
        return bool(wanted) and all(one in given for one in wanted)

    def did(self) -> None:
        after = self.now()
        if after != self.past[-1]:
            self.past.append(after)
            self.future.clear()

    @rule(place=st.integers(0, 3), at=st.sampled_from(PLACES), label=st.sampled_from(LABELS))
    def answer(self, place: int, at: Target, label: str) -> None:
        """Somewhere, whether it is asked there or not."""
        criterion = self.rubric.criteria[place % len(self.rubric.criteria)]
        on = self.targets.get(at)
        if on is None:
            return
        before = self.now()
        asked = criterion.fits(on) and self.is_asked(place % len(self.bounds), at, before[1])
        try:
            self.judge.answer(self.item, criterion, label, on=on)
        except InvalidAnnotation:
            assert not asked and self.now() == before
        else:
            assert asked and self.now()[1][at, criterion.name] == label
            self.did()

    @rule(place=st.integers(0, 3))
    def answer_what_is_asked_next(self, place: int) -> None:
        """As the screen leads on."""
        slot = self.judge.view(self.item).first_open
        if slot is not None:
            self.judge.answer(self.item, slot.criterion, LABELS[place % 2], on=slot.on)
            assert self.now() != self.past[-1]
            self.did()

    @rule()
    def undo(self) -> None:
        reversal = self.judge.undo()
        assert (reversal is not None) == (len(self.past) > 1)
        if reversal is not None:
            assert reversal.done
            self.future.append(self.past.pop())
        assert self.now() == self.past[-1]

    @rule()
    def redo(self) -> None:
        reversal = self.judge.redo()
        assert (reversal is not None) == bool(self.future)
        if reversal is not None:
            self.past.append(self.future.pop())
        assert self.now() == self.past[-1]

    @invariant()
    def it_is_done_exactly_when_everything_is_answered(self) -> None:
        if hasattr(self, "store"):
            state, given = self.now()
            view = self.judge.view(self.item)
            assert (state == ItemState.DONE) == self.is_whole(given) == view.complete
            answered, required = view.progress
            assert (view.first_open is None) == (answered == required)


Machine.TestCase.settings = settings(
    max_examples=50, stateful_step_count=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
TestMachine = Machine.TestCase
