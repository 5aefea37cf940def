"""The part cursor: the part of the trace that fold, copy and open mean, and the jumps that choose it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from annotator.text.block import Block
from annotator.text.lines.fit import sections

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

Target = Literal["message", "tool call", "document", "error"]

UNSAID = frozenset(
    (
        *("call", "result", "error", "document", "rerank", "guardrail", "evaluator", "agent", "span", "turn", "embedding"),
        *("group", "facts", "meta", "params", "tools", "others", "input", "template", "attribute", "event", "extra"),
        *("annotations", "finish", "handoff", "model", "output", "query", "remarks", "step", "tree"),
    )
)
"""Kinds of blocks that nobody said; every other kind is the role of a message, and roles are anybody's words."""
TARGETS: dict[Target, Callable[[Block], bool]] = {
    "message": lambda block: block.kind not in UNSAID,
    "tool call": lambda block: block.kind == "call",
    "document": lambda block: block.kind in ("document", "rerank"),
    "error": lambda block: block.weight == "error" or block.kind == "error",
}


class Jumping:
    """Each public method is a command, or is called by one."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    @property
    def here(self) -> Block | None:
        """The part that is marked."""
        index, blocks = self.screen.trace.marked, self.desk.blocks
        return blocks[index] if 0 <= index < len(blocks) else None

    def stay(self) -> Block | None:
        """The part that is marked; scrolling may have brought the mark there, and now it is chosen."""
        here = self.here
        self.desk.part = here.key if here else ""
        return here

    @property
    def meant(self) -> list[Block]:
        """The part that is marked, a group with what it stands for; [] where none is."""
        here = self.here
        if here is None or here.kind != "group":
            return [here] if here else []
        return members(self.desk.blocks, self.screen.trace.marked)

    def jump(self, target: Target, direction: Literal[1, -1]) -> None:
        """The next or previous part of that sort, all round the trace; what hides it is unfolded."""
        places = [place for place, block in enumerate(self.desk.blocks) if TARGETS[target](block)]
        if not places:
            where = "the raw view" if self.desk.raw else "this trace" if self.desk.whole else "this span"
            self.desk.say(f"no {target} in {where}" if self.desk.presented else "this trace is not here yet", "warn")
            return
        place, round_it = self._from_here(places, direction)
        said = f"{target} {places.index(place) + 1:,} of {len(places):,}"
        end = "last" if direction > 0 else "first"
        self.mark(place)
        self.desk.say(f"that was the {end} {target}; from the {'top' if direction > 0 else 'end'}: {said}" if round_it else said)

    def step(self, direction: Literal[1, -1]) -> None:
        """The next or previous part that is on the page."""
        page = self.screen.fitting.page
        places = [place for place in range(len(self.desk.blocks)) if page is not None and page.shows(place)]
        if not places:
            return
        place, round_it = self._from_here(places, direction)
        if round_it:
            self.desk.say("this is the last part" if direction > 0 else "this is the first part")
        else:
            self.mark(place)

    def _from_here(self, places: list[int], direction: Literal[1, -1]) -> tuple[int, bool]:
        """The one after (or before) the mark, or the window's top where nothing is marked; True where it lies beyond the end."""
        trace = self.screen.trace
        marked = trace.marked
        at = marked if marked >= 0 else next(iter(trace.visible_blocks()), 0) - (1 if direction > 0 else 0)
        if direction > 0:
            place = next((place for place in places if place > at), None)
            return (places[0], True) if place is None else (place, False)
        place = next((place for place in reversed(places) if place < at), None)
        return (places[-1], True) if place is None else (place, False)

    def mark(self, place: int) -> None:
        """Put the cursor on a block and show where it begins."""
        desk, screen = self.desk, self.screen
        desk.part = desk.blocks[place].key
        if screen.fitting.page is not None and not screen.fitting.page.shows(place):
            groups = [block.key for block in desk.blocks[:place] if block.kind == "group"]
            desk.folds |= {key: False for key in groups[-1:]}
            screen.fitting.lay_out(keep_top=True)
        if screen.fitting.page is not None and not screen.fitting.page.shows(place):
            desk.folds[desk.part] = False
            screen.fitting.lay_out(keep_top=True)
        if desk.blocks[place].position is None:
            screen.fitting.reveal_part()
        else:
            screen.fitting.reveal_whole()

    def clear(self) -> None:
        """No cursor, no search: the trace as it came; then the item's own target again."""
        desk = self.desk
        if not desk.part and not desk.query:
            if not self.screen.focusing.home():
                desk.say("no part is marked, and nothing is searched for")
            return
        desk.part, desk.query, desk.match = "", "", -1
        self.screen.fitting.lay_out(keep_top=True)


def members(blocks: tuple[Block, ...], group: int) -> list[Block]:
    """The blocks that a group stands for."""
    section = sections(blocks)
    names = ("steps", "documents") if blocks[group].key == "steps" else (blocks[group].key,)
    return [block for block, name in zip(blocks, section, strict=True) if name in names and block.kind != "group"]
