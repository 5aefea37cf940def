"""Commands that change and take away my own annotations, of what is in focus or of a row of the table."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeGuard

from annotator.domain.annotation import NOTE, Target
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig
from annotator.domain.queue import Item
from annotator.domain.rubric import Criterion
from annotator.domain.target import ItemTarget
from annotator.errors import InvalidAnnotation
from annotator.text.escape import one_line
from annotator.text.line import line
from annotator.ui.widgets.chooser import Choice, Chooser

if TYPE_CHECKING:
    from annotator.ui.screens.annotations import AnnotationsScreen
    from annotator.ui.screens.review import ReviewScreen
    from annotator.workflow.judge import Judged
    from annotator.workflow.opinions import Opinion


class Editing:
    """Of the item on the screen."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def withdraw(self) -> None:
        """Take back my answer to the current config, else the last one, on what is in focus."""
        desk, view = self.desk, self.desk.view
        if view is None:
            return
        answered = [criterion for criterion in view.asked if criterion.name in view.answers]
        criterion = next((one for one in answered if one.name == desk.criterion), answered[-1] if answered else None)
        if criterion is None:
            desk.say("there is no answer of yours to take back here", "warn")
            return
        judged = desk.judge.withdraw(view.item, criterion, view.on)
        self.screen.judging.judged(view.item, judged, view.on, criterion.name)
        desk.criterion = criterion.name

    def table(self) -> None:
        """Everybody's annotations of the item, as far as they may be seen."""
        from annotator.ui.screens.annotations import AnnotationsScreen

        if self.desk.item is None:
            self.desk.say("no item is on the screen", "warn")
        else:
            self._read()
            self.screen.app.push_screen(AnnotationsScreen(self.screen), lambda _: self.screen.draw())

    def is_table(self, front: object) -> "TypeGuard[AnnotationsScreen]":
        """The table is in front."""
        if "annotator.ui.screens.annotations" not in sys.modules:
            return False
        from annotator.ui.screens.annotations import AnnotationsScreen

        return isinstance(front, AnnotationsScreen)

    def redraw_table(self) -> None:
        """Other rows are known."""
        if self.is_table(front := self.screen.app.screen):
            front.page.redraw()

    # Of a row of the table

    def delete(self, one: "Opinion") -> str:
        """Take it away; what was done."""
        from annotator.workflow.editing import delete

        item = self._may_change()
        judged = delete(self.desk.judge, item, self._on(one.row.target), one.row)
        self._done(item, judged)
        return f"{judged.title}; {self.desk.session.keymap.first('undo')} on the item brings it back"

    def settle(self, one: "Opinion", mine: bool) -> str:
        """Decide a conflict; what is done now."""
        item = self._may_change()
        if not one.known.conflict:
            return "nobody else changed this row"
        store = self.desk.store
        if mine:
            store.retry(one.row.identity)
        else:
            store.drop(one.row.identity)
        self.screen.outbox_changed()
        self.screen.everyone.judged(item)
        self._read()
        return "mine replaces theirs" if mine else "theirs is kept"

    def change(self, one: "Opinion") -> None:
        """Another label from a list; a score or a text in the field of the review screen."""
        item, criterion = self._may_change(), self.desk.session.queue.rubric.criterion(one.row.name)
        on = self._on(one.row.target)
        if criterion is not None and isinstance(criterion.config, CategoricalConfig) and criterion.fits(on):
            self._choose_label(item, on, criterion)
        else:
            self._type(one, item, on, criterion)

    def _choose_label(self, item: Item, on: ItemTarget, criterion: Criterion) -> None:
        def chosen(label: str | None) -> None:
            if label is not None and self.desk.item is not None and self.desk.item.id == item.id:
                self._done(item, self.desk.judge.answer(item, criterion, label, on=on))

        choices = [Choice(value.label, line(one_line(value.label))) for value in getattr(criterion.config, "values", ())]
        self.screen.choose(Chooser(one_line(criterion.name), choices, self.screen.keyboard.list_command), chosen)

    def _type(self, one: "Opinion", item: Item, on: ItemTarget, criterion: Criterion | None) -> None:
        from annotator.workflow.editing import rewrite
        from annotator.workflow.notes import edit_note

        judge, row = self.desk.judge, one.row
        fits = criterion is not None and criterion.fits(on)
        text = row.label if row.label is not None and not fits else f"{row.score:.9g}" if row.score is not None else row.explanation or ""

        def save(typed: str) -> "Judged":
            if row.name == NOTE:
                return edit_note(judge, item, row, typed)
            if criterion is None or not fits:
                return rewrite(judge, item, row, typed)
            return judge.answer(item, criterion, _number(typed) if isinstance(criterion.config, ContinuousConfig) else typed, on=on)

        self._field(f"change {row.name}", item, f"change {row.identity}", save, text)

    def explain(self, one: "Opinion") -> None:
        """Its explanation in the field of the review screen."""
        from annotator.domain.evidence import own_words
        from annotator.workflow.mine import Said, explain

        item, row = self._may_change(), one.row
        if row.name == NOTE:
            self.change(one)
            return
        said = Said(self._on(row.target), row, one.known.at)
        self._field(
            f"explain {row.name}", item, f"explain {row.identity}", lambda text: explain(self.desk.judge, item, said, text), own_words(row)
        )

    def _field(self, title: str, item: Item, draft: str, save: Callable[[str], "Judged"], text: str) -> None:
        """The field is on the review screen: the table gives way to it."""
        self.screen.app.pop_screen()
        self.screen.writing.edit(one_line(title), item, draft, lambda typed: self._done(item, save(typed)), text)

    def _may_change(self) -> Item:
        item = self.desk.item
        if item is None or self.desk.read_only:
            raise InvalidAnnotation("Nothing can be changed here.", self.desk.read_only or "No item is on the screen.")
        return item

    def _on(self, target: Target) -> ItemTarget:
        """The target as the walk through the item knows it, else alone."""
        item = self.desk.item
        assert item is not None
        known = self.screen.focusing.targets().every if self.desk.presented is not None else ()
        span_id = target.id if target.kind in ("span", "document") else item.span_id
        return next((one for one in known if one.target == target), ItemTarget(target, span_id, own=target == item.target))

    def _done(self, item: Item, judged: "Judged") -> None:
        """Show what became of it, here and in the table."""
        self.screen.judging.judged(item, judged)
        self._read()

    def _read(self) -> None:
        """What is known of everybody, now: a person asked for it, or changed it."""
        from annotator.workflow.opinions import read_opinions

        session, item = self.desk.session, self.desk.item
        if item is not None:
            found = read_opinions(self.desk.store, session.queue, item, session.annotator, session.identifier, session.redactor)
            self.screen.everyone.came(found)


def _number(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise InvalidAnnotation(f"{text!r} is not a number.", "Type the score, 0.5 for instance.") from None
