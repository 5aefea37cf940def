"""The form's state: what is typed, where one is in it, and what was typed before; no Textual."""

from dataclasses import dataclass, field

from annotator.config.toml_places import Place
from annotator.domain.queue import Queue
from annotator.domain.rubric import Rubric
from annotator.keymap.keymap import Keymap
from annotator.ui.form.checks import Checked, checked
from annotator.ui.form.draft import NUMBERS, Draft, added, alike, draft_of, fields_at, moved, proposed, removed, text_at, with_text
from annotator.ui.form.rows import Row, rows
from annotator.workflow.rubric_taking import Counted

ONE_LINE = NUMBERS | {"name", "version", "owner", "label", "key", "when", "kinds"}


@dataclass(eq=False)
class Form:
    """One rubric being edited. It is kept while the review lasts, so that nothing typed is lost when the form closes."""

    queue: Queue
    """Whose rubric is edited, as the queue is judged now."""
    keymap: Keymap
    path: str
    """Where it is to be saved."""
    draft: Draft = field(init=False)
    page: Place = ()
    at: int = 0
    """The chosen row of the page."""
    counted: Counted | None = None
    """The queue's answers; None until they are counted."""
    saved: Rubric | None = None
    """What was saved last, while nothing was changed since."""
    drafts: dict[Place, str] = field(default_factory=dict)
    """Texts left with Esc, by field."""
    _before: list[tuple[Draft, Place, int]] = field(default_factory=list)
    _after: list[tuple[Draft, Place, int]] = field(default_factory=list)
    _by_hand: bool = False
    """The version was typed."""
    _checked: tuple[Draft, Queue, Counted | None, Checked] | None = None

    def __post_init__(self) -> None:
        self.draft = draft_of(self.queue.rubric)

    @property
    def changed(self) -> bool:
        """Something is neither saved nor what the queue is judged by."""
        known = (self.queue.rubric, self.saved or self.queue.rubric)
        return not any(alike(self.draft, draft_of(rubric)) for rubric in known)

    @property
    def checked(self) -> Checked:
        return self.looked_at(self.draft)

    def looked_at(self, draft: Draft) -> Checked:
        """A draft checked, once."""
        key = (draft, self.queue, self.counted)
        if self._checked is None or any(one is not other for one, other in zip(self._checked, key, strict=False)):
            self._checked = (*key, checked(draft, self.queue, self.keymap, self.counted.given if self.counted else {}))
        return self._checked[3]

    def typed(self, place: Place, text: str) -> Draft:
        """The draft with a text in a field, which is of one line where that is all it can be."""
        draft = with_text(self.draft, place, " ".join(text.split("\n")) if place[-1] in ONE_LINE else text)
        return draft if self._by_hand or place == ("version",) else proposed(draft, draft_of(self.queue.rubric))

    @property
    def rows(self) -> list[Row]:
        return rows(self.draft, self.page)

    @property
    def row(self) -> Row:
        """The chosen one; headings never are."""
        found = self.rows
        self.at = max(0, min(self.at, len(found) - 1))
        return found[self.at]

    def step(self, by: int) -> None:
        """Choose another row, the first or last where there are not so many; headings are passed over."""
        rows, at = [place for place, row in enumerate(self.rows) if row.kind != "head"], self.at + by
        if by > 0:
            self.at = next((place for place in rows if place >= at), rows[-1])
        else:
            self.at = next((place for place in reversed(rows) if place <= at), rows[0])

    def open(self, page: Place, at: int = 0) -> None:
        self.page, self.at = page, at

    def close(self) -> bool:
        """Back to the page that this one was opened from, and to its row; False on the first page."""
        if not self.page:
            return False
        inner = self.page
        self.page = inner[:2] if len(inner) == 4 else ()
        self.at = next((at for at, row in enumerate(self.rows) if row.place == inner), 0)
        return True

    def choose(self, place: Place) -> None:
        """Turn to the page of a place and to its row, or to the nearest thing around it."""
        self.page = place[:4] if len(place) == 5 else place[:2] if len(place) > 2 else ()
        found = self.rows
        near = [at for at, row in enumerate(found) if row.kind != "head" and row.place[: len(place)] == place[: len(row.place)]]
        self.at = near[0] if near else 0

    def set(self, place: Place, text: str) -> None:
        """Put a text into a field."""
        if text_at(self.draft, place) != text:
            draft = self.typed(place, text)
            self._by_hand = self._by_hand or place == ("version",)
            self._keep(draft)

    def turn(self, by: int) -> bool:
        """Take the next (1) or the previous (-1) choice of the chosen field; False where it has none."""
        row = self.row
        if not row.choices:
            return False
        at = row.choices.index(row.value) if row.value in row.choices else 0
        self.set(row.place, row.choices[(at + by) % len(row.choices)])
        return True

    def add(self) -> bool:
        """A config on the first page, else a label to the config; its page opens. False where the config has no labels."""
        of = self.page[:2]
        if of and fields_at(self.draft, of)["type"] != "categorical":
            return False
        draft, place = added(self.draft, of)
        self._keep(draft)
        self.open(place)
        return True

    def remove(self) -> None:
        """The config or label that is chosen, or what is in the chosen field."""
        row = self.row
        if row.kind == "page":
            self._keep(removed(self.draft, row.place))
        elif row.kind == "text":
            self.set(row.place, "")

    def move(self, by: int) -> None:
        """The chosen config or label up or down, and the choice with it."""
        row = self.row
        if row.kind == "page":
            draft, place = moved(self.draft, row.place, by)
            if draft != self.draft:
                self._keep(draft)
                self.at = next(at for at, row in enumerate(self.rows) if row.place == place)

    def undo(self) -> bool:
        return self._back(self._before, self._after)

    def redo(self) -> bool:
        return self._back(self._after, self._before)

    def drop(self) -> None:
        """Everything as the queue is judged; undo brings it back."""
        if self.draft != draft_of(self.queue.rubric):
            self._keep(draft_of(self.queue.rubric))
        self._by_hand = False
        self.drafts.clear()
        self.open(())

    def judged_by(self, queue: Queue) -> None:
        """The queue is judged by another rubric from here on; what was typed stays."""
        if queue.rubric != self.queue.rubric and not self.changed:
            self.draft, self._by_hand = draft_of(queue.rubric), False
            self._before, self._after = [], []
            self.open(())
        self.queue = queue

    def _keep(self, draft: Draft) -> None:
        if not self._by_hand:
            draft = proposed(draft, draft_of(self.queue.rubric))
        self._before.append((self.draft, self.page, self.at))
        self._after.clear()
        self.draft = draft

    def _back(self, source: list[tuple[Draft, Place, int]], other: list[tuple[Draft, Place, int]]) -> bool:
        if not source:
            return False
        other.append((self.draft, self.page, self.at))
        self.draft, self.page, self.at = source.pop()
        return True
