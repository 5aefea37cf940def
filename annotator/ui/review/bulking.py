"""Judging the items that were marked in the list at once: what to do, what to ask before, what was done."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from annotator.domain.annotation import ItemState
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig
from annotator.domain.queue import Item
from annotator.domain.rubric import Criterion
from annotator.domain.validation import check_score
from annotator.errors import InvalidAnnotation
from annotator.text.escape import one_line
from annotator.text.facts import counted
from annotator.ui.widgets.chooser import Choice, Chooser
from annotator.workflow.targets import own_target

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen
    from annotator.workflow.bulk import Plan

STATES = (("skip", ItemState.SKIPPED), ("defer", ItemState.DEFERRED), ("flag", ItemState.FLAGGED))
Values = dict[str, str | float]


class Bulking:
    """From a list of items to one step."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def begin(self, ids: Sequence[str]) -> None:
        """What is to be done with these items?"""
        from annotator.workflow.bulk import MOST

        if self.desk.read_only:
            self.desk.say(f"read-only: {self.desk.read_only}", "warn")
        elif len(ids) > MOST:
            self.desk.say(f"{len(ids):,} items are marked; at most {MOST:,} are judged at once", "warn")
        else:
            here = self.desk.item.id if self.desk.item else 0
            found = [self.desk.store.item(int(one)) for one in ids]
            self._ask(sorted(found, key=lambda item: (item.id != here, item.position)))

    def _ask(self, items: list[Item]) -> None:
        asked = self._next(items[0], {})
        choices = self._answers(asked) if asked is not None else []
        choices += [Choice(f"do {verb}", f"{verb} them", "set aside" if verb == "skip" else "") for verb, _ in STATES]
        choices.append(Choice("do note", "note …", "the same note on each"))

        def chosen(choice: str | None) -> None:
            if choice is None:
                return
            verb = choice.removeprefix("do ")
            if choice == "do note":
                self._write("note", items, lambda text: self._note(items, text))
            elif choice.startswith("do "):
                self._move(items, next(state for name, state in STATES if name == verb))
            elif asked is not None:
                self._answered(items, {}, asked, choice)

        self._choose(f"What about {counted(len(items), 'item')}?", choices, chosen)

    def _next(self, item: Item, values: Values) -> Criterion | None:
        """The first required config that is asked of the items' own targets after these answers."""
        rubric, on = self.desk.judge.queue.rubric, own_target(item)
        for criterion in rubric.criteria:
            when = criterion.when
            open_ = when is None or values.get(when.name) == when.label
            if open_ and criterion.required and criterion.name not in values and criterion.fits(on):
                return criterion
        return None

    def _answers(self, criterion: Criterion) -> list[Choice]:
        name = one_line(criterion.name)
        if isinstance(criterion.config, CategoricalConfig):
            return [
                Choice(f"is {value.label}", f"{name}: {one_line(value.label)}", value.description or "")
                for value in criterion.config.values
            ]
        return [Choice("type", f"{name} …", "a number" if isinstance(criterion.config, ContinuousConfig) else "a text")]

    def _answered(self, items: list[Item], values: Values, criterion: Criterion, choice: str) -> None:
        if choice == "type":
            self._write(criterion.name, items, lambda text: self._go_on(items, values | {criterion.name: _value(criterion, text)}))
        else:
            self._go_on(items, values | {criterion.name: choice.removeprefix("is ")})

    def _go_on(self, items: list[Item], values: Values) -> None:
        """The next config, or, where all is answered, the items."""
        asked = self._next(items[0], values)
        if asked is None:
            self._give(items, values)
            return

        def chosen(choice: str | None) -> None:
            if choice is None:
                self.desk.say("nothing was judged")
            else:
                self._answered(items, values, asked, choice)

        said = " ".join(one_line(str(value)) for value in values.values())
        self._choose(f"{said} on {counted(len(items), 'item')}", self._answers(asked), chosen)

    def _give(self, items: list[Item], values: Values) -> None:
        from annotator.workflow.bulk import answer_all, plan

        found = plan(self.desk.judge, items)
        self._confirm(found, "answers", lambda some: answer_all(self.desk.judge, some, values))

    def _move(self, items: list[Item], state: ItemState) -> None:
        from annotator.workflow.bulk import move_all, plan

        found = plan(self.desk.judge, items, verdict=False)
        self._confirm(found, "state", lambda some: move_all(self.desk.judge, some, state))

    def _note(self, items: list[Item], text: str) -> None:
        from annotator.workflow.bulk import note_all

        self._done(note_all(self.desk.judge, items, text), 0)

    def _confirm(self, found: "Plan", what: str, act: Callable[[Sequence[Item]], str]) -> None:
        """Ask where something of mine would be replaced; then act."""
        absent = len(found.absent)
        if not found.count:
            self.desk.say(f"nothing was judged: the traces of {counted(absent, 'item')} are not here yet", "warn")
        elif not found.judged:
            self._done(act(found.fresh), absent)
        else:
            replaced = f"your {what} on {counted(len(found.judged), 'item')} would be replaced"
            choices = [Choice("all", f"all {found.count:,}", replaced)]
            if found.fresh:
                choices.insert(0, Choice("fresh", f"only the {len(found.fresh):,} that you have not judged"))

            def chosen(choice: str | None) -> None:
                if choice is None:
                    self.desk.say("nothing was judged")
                elif choice == "fresh":
                    self._done(act(found.fresh), absent, len(found.judged))
                else:
                    self._done(act(sorted((*found.fresh, *found.judged), key=lambda item: item.position)), absent)

            self._choose(f"{counted(len(found.judged), 'item')} of them you have judged already", choices, chosen)

    def _done(self, title: str, absent: int, left: int = 0) -> None:
        """Say it, show it, have it sent."""
        desk = self.desk
        more = [f"{absent:,} left: their traces are not here yet"] if absent else []
        more += [f"{left:,} left as you judged them"] if left else []
        more.append(f"{desk.session.keymap.first('undo')} takes all of it back")
        desk.refresh_view()
        desk.refresh_figures()
        self.screen.background.changed()
        desk.say("; ".join((title, *more)), "good")

    def _write(self, name: str, items: list[Item], saved: Callable[[str], None]) -> None:
        self.screen.writing.edit(f"{one_line(name)} for {counted(len(items), 'item')}", items[0], f"bulk {name}", saved)

    def _choose(self, title: str, choices: Sequence[Choice], chosen: Callable[[str | None], None]) -> None:
        self.screen.choose(Chooser(title, choices, self.screen.keyboard.list_command), partial(chosen))


def _value(criterion: Criterion, text: str) -> str | float:
    if not isinstance(criterion.config, ContinuousConfig):
        return text
    try:
        return check_score(float(text.strip().replace(",", ".")), criterion.config)
    except ValueError:
        raise InvalidAnnotation(f"{text.strip()!r} is not a number.", "Mark the items again, and type one.") from None
