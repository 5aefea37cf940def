"""Commands that look at the trace in another way: another span, raw, unwrapped; search."""

from typing import TYPE_CHECKING, Literal

from annotator.text.escape import one_line
from annotator.text.lines.find import Matches, find
from annotator.text.shape.tree import TreeRow
from annotator.text.trace.raw import holds, raw_blocks
from annotator.ui.widgets.chooser import Choice, Chooser
from annotator.ui.widgets.span_tree import span_line
from annotator.workflow.present import Presented

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Browsing:
    """Each public method is the command of that name, or is called by one."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def step_span(self, direction: Literal[1, -1]) -> None:
        """The neighbour in the span tree."""
        ids = [row.span_id for row in self.desk.tree]
        if not ids:
            return
        at = ids.index(self.desk.span_id) if self.desk.span_id in ids else 0
        to = min(len(ids) - 1, max(0, at + direction))
        if to == at:
            self.desk.say("this is the last span" if direction > 0 else "this is the first span")
            return
        self.look_at(self.desk.tree[to])

    def look_at(self, row: TreeRow) -> None:
        """The span of a row of the tree."""
        self.desk.look_at(row.span_id, self.desk.raw)
        if row.records:
            self.desk.say(f"{row.records}: {', '.join((row.name, *row.twins))}")
        self.screen.fitting.lay_out(keep_top=False)

    def tree(self) -> None:
        """Show or hide the tree; where it has no room, list its spans to go to one."""
        if self.screen.fitting.has_room_for_tree:
            self.screen.toggle_tree()
        elif self.desk.presented is not None:
            self._list_spans()

    def _list_spans(self) -> None:
        """The span tree over the screen."""
        rows = {str(place): row for place, row in enumerate(self.desk.tree)}
        choices = [Choice(place, span_line(row), f"{row.duration} {row.mark}".strip()) for place, row in rows.items()]

        def search(query: str, limit: int) -> list[Choice]:
            words = query.casefold().split()
            return [choice for choice in choices if all(word in choice.plain.casefold() for word in words)]

        def chosen(place: str | None) -> None:
            if place is not None:
                self.look_at(rows[place])

        first = self.desk.session.keymap.first
        here = next((place for place, row in rows.items() if row.span_id == self.desk.span_id), None)
        hints = [(first("list_choose"), "go there"), (first("list_close"), "back")]
        self.screen.choose(Chooser("Spans", (), self.screen.keyboard.list_command, search=search, selected=here, hints=hints), chosen)

    def raw(self) -> None:
        """The span as received, every attribute and event; again, as a reviewer reads it."""
        desk = self.desk
        if desk.presented is None:
            return
        desk.look_at(desk.span_id, not desk.raw)
        desk.say("every attribute and event as received" if desk.raw else "as a reviewer reads it")
        self.screen.fitting.lay_out(keep_top=False)

    def wrap(self) -> None:
        """Long lines go on in the next row, or beyond the right edge."""
        desk = self.desk
        desk.wrapped = not desk.wrapped
        ways = f"{desk.session.keymap.first('scroll_left')} {desk.session.keymap.first('scroll_right')}"
        desk.say("long lines are wrapped" if desk.wrapped else f"long lines are not wrapped; {ways} scroll sideways")
        self.screen.trace.to_left()
        self.screen.fitting.lay_out(keep_top=True)

    def sideways(self, direction: Literal[1, -1]) -> None:
        """Half a page to the left or the right, where lines are not wrapped."""
        desk = self.desk
        if desk.wrapped:
            desk.say(f"lines are wrapped: there is nothing at the sides; {desk.session.keymap.first('wrap')} switches that off")
        elif not self.screen.trace.sideways(direction):
            desk.say("no line in view goes on there")

    def whole_tree(self) -> None:
        """Every span in the tree; again, without what repeats another and what is plumbing."""
        desk = self.desk
        few, many = (len(desk.presented.tree(everything, desk.span_id)) for everything in (False, True)) if desk.presented else (0, 0)
        desk.whole_tree = not desk.whole_tree
        if few == many:
            desk.say("every span is in the tree already")
        elif desk.whole_tree:
            desk.say(f"all {many:,} spans are in the tree")
        else:
            desk.say(f"{few:,} rows for {many:,} spans: what repeats another and what is plumbing is folded")
        if few != many and not self.screen.span_tree.display:
            self._list_spans()

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
        if desk.presented is None:
            desk.say("this trace is not here yet", "warn")
            return
        view, here = (desk.span_id, desk.raw), "this view" if desk.raw else "the text" if desk.whole else "this span"
        matches, there = find(desk.blocks, desk.query), ""
        if not matches:
            matches, there = self._elsewhere(desk.open_to_view or desk.presented)
        if not matches:
            desk.say(f"{desk.query!r} is not in this trace", "warn")
            desk.match = -1
        else:
            desk.match = (desk.match + direction) % len(matches) if desk.match >= 0 else (0 if direction > 0 else len(matches) - 1)
            number = f"{desk.match + 1:,} of {len(matches):,}"
            if there:
                desk.say(f"{desk.query!r} is not in {here}; {number} {there}", "warn")
            else:
                desk.say(f"{desk.query!r}: {number}" + ("" if desk.whole else f" in {here}"))
            if desk.part:
                desk.part = desk.blocks[matches[desk.match][0]].key
        self.screen.fitting.lay_out(keep_top=view == (desk.span_id, desk.raw))
        self.screen.fitting.reveal_match()

    def _elsewhere(self, presented: Presented) -> tuple[Matches, str]:
        """Go to where the text is when this view does not have it: the whole trace, else a span as received; and where that is."""
        desk, trace = self.desk, presented.trace
        if trace.root is not None and (desk.raw or not desk.whole):
            matches = find(presented.focused(trace.root.span_id), desk.query)
            if matches:
                desk.look_at(trace.root.span_id)
                return matches, "in the whole trace"
        for span in trace.spans:
            if holds(span, desk.query) and (matches := find(raw_blocks(trace, span.span_id), desk.query)):
                desk.look_at(span.span_id, raw=True)
                return matches, f"in {one_line(span.name)} as received"
        return Matches(), ""
