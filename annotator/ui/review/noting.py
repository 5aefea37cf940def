"""Commands for what is said in words: notes, and explanations of answers."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from annotator.domain.annotation import Annotation
from annotator.domain.evidence import own_words
from annotator.domain.queue import Item
from annotator.domain.target import ItemTarget
from annotator.text.escape import one_line
from annotator.ui.widgets.chooser import Choice, Chooser
from annotator.workflow.mine import Said, explain, said
from annotator.workflow.notes import delete_note, edit_note, noted, notes_on
from annotator.workflow.targets import described, own_target

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen
    from annotator.workflow.judge import Judged

SHOWN = 200
"""Characters of a text in a list."""


class Noting:
    """Each public method is the command of that name, or is called by one."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def note(self) -> None:
        """Add a note to what is in focus; of a document its span has it."""
        item, on = self.desk.item, self.desk.on
        if item is None or on is None:
            return
        where, save = noted(on), self.desk.judge.note
        title = f"note on item {item.position}" if where.own else f"note on {described(where)}"
        draft = "note" if where.own else f"note {where.target}"
        self.screen.writing.edit(title, item, draft, lambda text: self._told(item, save(item, text, where)))

    def edit_note(self) -> None:
        """Change my note on what is in focus; where there are several, one of them."""
        self._with_note("Change a note", self._edit)

    def delete_note(self) -> None:
        """Delete my note on what is in focus; where there are several, one of them."""
        self._with_note("Delete a note", self._delete)

    def _with_note(self, title: str, act: Callable[[Item, Annotation], None]) -> None:
        item, on, first = self.desk.item, self.desk.on, self.desk.session.keymap.first
        if item is None or on is None:
            return
        notes = notes_on(self.desk.judge.of(item), on)[::-1]
        if not notes:
            where = "this item" if noted(on).own else described(noted(on))
            self.desk.say(f"you have no note on {where}; {first('note')} adds one", "warn")
        elif len(notes) == 1:
            act(item, notes[0])
        else:
            self._choose(title, [one_line((note.explanation or "")[:SHOWN]) for note in notes], lambda place: act(item, notes[place]))

    def _edit(self, item: Item, note: Annotation) -> None:
        def changed(text: str) -> None:
            if text.strip():
                self._told(item, edit_note(self.desk.judge, item, note, text))
            else:
                key = self.desk.session.keymap.first("delete_note")
                self.desk.say(f"an empty text deletes nothing: the note stays as it was; {key} deletes it", "warn")

        title = f"change the note on item {item.position}"
        self.screen.writing.edit(title, item, f"note {note.identity.identifier}", changed, note.explanation or "")

    def _delete(self, item: Item, note: Annotation) -> None:
        if not self.screen.keyboard.may_judge():
            return
        judged = delete_note(self.desk.judge, item, note)
        self._told(item, judged)
        back = self.desk.session.keymap.first("undo")
        self.desk.say(f"{item.position}: {judged.title}; {back} brings it back: {one_line((note.explanation or '')[:SHOWN])}", "good")

    def explain(self) -> None:
        """Explain this item's newest answer, or, where it has none, the judgement just made."""
        item, answers = self._answers()
        if item is None or not answers:
            self.desk.say("there is no answer to explain yet", "warn")
        else:
            self._explain(item, answers[0])

    def explain_which(self) -> None:
        """Explain one of my answers on this item, whatever of it they are about."""
        item, answers = self._answers()
        if item is None or not answers:
            self.desk.say("there is no answer to explain yet", "warn")
            return
        from annotator.workflow.agreement import value_of

        texts = [f"{one.row.name} {one_line(value_of(one.row))}" + ("" if one.on.own else f" on {described(one.on)}") for one in answers]
        details = [one_line(own_words(one.row)[:SHOWN]) for one in answers]
        self._choose("Explain", texts, lambda place: self._explain(item, answers[place]), details)

    def _answers(self) -> tuple[Item | None, list[Said]]:
        """Mine on the item, the newest first; of the item judged last where there are none here."""
        desk = self.desk
        if desk.item is not None and (here := self.answers_here()):
            return desk.item, here
        last = desk.store.last_answers(desk.session.annotator, desk.session.queue.id)
        item = desk.store.item(last[0]) if last else None
        return item, self._said(item, [own_target(item)]) if item else []

    def answers_here(self) -> list[Said]:
        """Mine on whatever target of the item on the screen, the newest first."""
        return self._said(self.desk.item, self.screen.focusing.targets().every) if self.desk.item is not None else []

    def _said(self, item: Item, targets: Sequence[ItemTarget]) -> list[Said]:
        """Without expected outputs, which say themselves what they mean."""
        return [one for one in said(self.desk.judge.of(item), targets) if one.row.name != self.desk.session.expected_output]

    def _explain(self, item: Item, one: Said) -> None:
        here = self.desk.item is not None and item.id == self.desk.item.id
        name = one.row.name if one.on.own else f"{one.row.name} on {described(one.on)}"
        title = f"explain {name}" if here else f"explain {name} of item {item.position}"
        draft = f"explain {one.row.name}" if one.on.own else f"explain {one.row.name} {one.on.target}"
        save = explain
        self.screen.writing.edit(
            title, item, draft, lambda words: self._told(item, save(self.desk.judge, item, one, words)), own_words(one.row)
        )

    def _told(self, item: Item, judged: "Judged") -> None:
        self.screen.judging.judged(item, judged)

    def _choose(self, title: str, texts: Sequence[str], act: Callable[[int], None], details: Sequence[str] = ()) -> None:
        def chosen(choice: str | None) -> None:
            if choice is not None:
                act(int(choice))

        choices = [Choice(str(place), text, details[place] if details else "") for place, text in enumerate(texts)]
        self.screen.choose(Chooser(title, choices, self.screen.keyboard.list_command), chosen)
