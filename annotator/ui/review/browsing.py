"""Commands that look at the trace: scroll, spans, folds, search."""

from typing import TYPE_CHECKING, Literal

from annotator.text.find import find
from annotator.text.layout import shortened

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Browsing:
    """Each public method is the command of that name, or is called by one."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def step_span(self, direction: Literal[1, -1]) -> None:
        """The neighbour in the span tree."""
        presented = self.desk.presented
        if presented is None or not presented.rows:
            return
        ids = [row.span_id for row in presented.rows]
        at = ids.index(self.desk.span_id) if self.desk.span_id in ids else 0
        to = min(len(ids) - 1, max(0, at + direction))
        if to == at:
            self.desk.say("this is the last span" if direction > 0 else "this is the first span")
            return
        self.desk.span_id = ids[to]
        self.desk.folds, self.desk.match = {}, -1
        self.screen.trace_changed(keep_top=False)

    def fold(self) -> None:
        """Open the first folded part in view; where all are open, fold back what was opened, else the part at the top."""
        blocks, folds = self.desk.blocks, self.desk.folds
        keys = [blocks[index].key for index in self.screen.trace.visible_blocks() if index < len(blocks)]
        folded = shortened(blocks, *self.screen.page_size, folds)
        if key := next((key for key in keys if key in folded), ""):
            folds[key] = False
        elif key := next((key for key in keys if folds.get(key) is False), ""):
            del folds[key]
        elif keys:
            folds[keys[0]] = True
        self.screen.trace_changed(keep_top=True)

    def fold_all(self) -> None:
        """Unfold everything; again, fold everything back."""
        if self.desk.folds and not any(self.desk.folds.values()):
            self.desk.folds = {}
        else:
            self.desk.folds = {block.key: False for block in self.desk.blocks}
        self.screen.trace_changed(keep_top=False)

    def search(self) -> None:
        """Ask for a text and go to its first place in the trace."""

        def searched(text: str) -> None:
            self.desk.query, self.desk.match = text.strip(), -1
            self.step_match(1)

        if self.desk.item is not None:
            self.screen.writing.edit("search in this trace", self.desk.item, "search", searched)

    def step_match(self, direction: Literal[1, -1]) -> None:
        """The next or previous place of what was searched for."""
        desk = self.desk
        if not desk.query:
            desk.say(f"search first: {desk.session.keymap.first('search')} asks for a text", "warn")
            return
        matches = find(desk.blocks, desk.query)
        if not matches:
            desk.say(f"{desk.query!r} is not in this trace", "warn")
            desk.match = -1
        else:
            desk.match = (desk.match + direction) % len(matches) if desk.match >= 0 else (0 if direction > 0 else len(matches) - 1)
            desk.say(f"{desk.query!r}: {desk.match + 1} of {len(matches)}")
        self.screen.trace_changed(keep_top=True)
        self.screen.reveal_match()
