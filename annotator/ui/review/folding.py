"""Commands that fold: one part, the parts of one kind, all of them."""

from typing import TYPE_CHECKING

from annotator.text.block import Block
from annotator.text.facts import counted
from annotator.text.lines.layout import shortened

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

NOUNS = {"call": "tool call", "meta": "metadata part", "params": "parameter part", "others": "list of framework spans"}
"""What a kind of block is called where a message names it; every other kind is called what it is."""
ROLES = frozenset(("user", "assistant", "system", "developer"))


class Folding:
    """Each public method is the command of that name."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def fold(self) -> None:
        """The marked part; without one, the first folded part in view, else what was opened there, else the part at the top."""
        folds, folded = self.desk.folds, self._folded()
        here = self.screen.jumping.stay()
        keys = [here.key] if here else [block.key for block in self._in_view()]
        if key := next((key for key in keys if key in folded), ""):
            folds[key] = False
        elif key := next((key for key in keys if folds.get(key) is False), ""):
            del folds[key]
            if here and key not in self._folded():
                folds[key] = True
        elif keys:
            folds[keys[0]] = True
        self._changed()

    def fold_role(self) -> None:
        """Every part of the marked one's kind, or of the first one in view: all open, or all on one line."""
        here = self.screen.jumping.stay() or next(iter(self._in_view()), None)
        if here is None:
            return
        kin = [block for block in self.desk.blocks if block.kind == here.kind]
        folded, folds = self._folded(), self.desk.folds
        fold = not any(block.key in folded or folds.get(block.key) for block in kin)
        self.desk.folds |= {block.key: fold for block in kin}
        self.desk.say(f"{counted(len(kin), _noun(here))} {'folded' if fold else 'open'}")
        self._changed()

    def fold_all(self) -> None:
        """Unfold everything; again, fold everything back."""
        opened = bool(self.desk.folds) and not any(self.desk.folds.values())
        self.desk.folds = {} if opened else {block.key: False for block in self.desk.blocks}
        self.desk.say("shortened again" if opened else "everything is open")
        self.screen.fitting.lay_out(keep_top=False)
        self.screen.fitting.reveal_part()

    def _folded(self) -> frozenset[str]:
        return shortened(self.desk.blocks, *self.screen.fitting.room, self.desk.folds, wrapped=self.desk.wrapped)

    def _in_view(self) -> list[Block]:
        blocks = self.desk.blocks
        return [blocks[index] for index in self.screen.trace.visible_blocks() if index < len(blocks)]

    def _changed(self) -> None:
        """What is marked stays in view."""
        self.screen.fitting.lay_out(keep_top=True)
        self.screen.fitting.reveal_part()


def _noun(block: Block) -> str:
    return f"{block.kind} message" if block.kind in ROLES else NOUNS.get(block.kind, block.kind)
