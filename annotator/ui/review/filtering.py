"""The filter: typed with completion, looked for beside the screen, and what it does to which item comes next."""

from typing import TYPE_CHECKING

from textual import events

from annotator.errors import FilterError
from annotator.keymap.keys import key_name
from annotator.text.cells import crop, width_of
from annotator.text.escape import one_line, visible
from annotator.text.facts import counted
from annotator.text.line import Line, Piece, line
from annotator.ui.messages import Learned, Sifted
from annotator.ui.review.matches import Matches
from annotator.ui.widgets.key_bar import key_line

if TYPE_CHECKING:
    from annotator.filter.completion import Completion
    from annotator.filter.vocabulary import Vocabulary
    from annotator.ui.screens.review import ReviewScreen
    from annotator.ui.sifting import Sifting

OFFERED = 8
"""Completions that are named."""
LEFT = 1
"""Cells before the text in its field."""


class Filtering:
    """`ask` is the command; the screen hands over keys while `typing`."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self.typing = False
        self._sifting: Sifting | None = None
        self._known: Vocabulary | None = None
        self._offers: list[Completion] = []
        self._taken = -1
        """Which of the offers is in the text; -1 for none."""
        self._first = True
        """No offer was taken since a key was typed."""
        self._behind = 0
        """Characters behind the offer that is in the text."""
        self._mistake: FilterError | None = None
        self._number = 0
        self._said = ""
        """What was said last about the items that match."""
        self._going = ""
        """'here': the current item is left if it does not match; 'on': it was judged; '': nothing is waited for."""

    @property
    def sifting(self) -> "Sifting":
        """Most shifts have no filter: its thread and its language come with the first."""
        if self._sifting is None:
            from annotator.ui.sifting import Sifting

            self._sifting = Sifting(self.screen.session, self.screen.post_message)
        return self._sifting

    def ask(self) -> None:
        """Type a filter, or change the one that is on; an empty one clears it."""
        from annotator.workflow.filtering import vocabulary_of

        if self._known is None:
            self._known = vocabulary_of(self.desk.store, [self.desk.session.queue])
        self.sifting.learn()
        matches = self.desk.matches
        self.typing = True
        field = self.screen.text_field()
        field.open("filter", matches.text if matches else "")
        field.styles.min_height = 2
        self._look()

    def rubric_changed(self) -> None:
        """Other names may be completed."""
        self._known = None

    def press(self, event: events.Key) -> None:
        """A key while a filter is typed."""
        from annotator.ui.widgets.text_field import TextField

        field = self.screen.text_field()
        outcome = field.press(event)
        if isinstance(outcome, TextField.Saved):
            self._enter(outcome.text)
        elif isinstance(outcome, TextField.Complete):
            self._complete()
        elif isinstance(outcome, TextField.ScrollTrace):
            self.screen.trace.page(outcome.direction)
        elif isinstance(outcome, (TextField.Left, TextField.LeftThen)):
            self._close()
            self.desk.say("the filter is as it was" if self.desk.matches else "no filter")
            if isinstance(outcome, TextField.LeftThen):
                self.screen.keyboard.press(key_name(outcome.key, outcome.character), outcome.time)
        else:
            self._look()

    def paste(self, text: str) -> None:
        self.screen.text_field().paste(" ".join(text.split("\n")))
        self._look()

    def _complete(self) -> None:
        """Put the first offer in; pressed again, the next."""
        if not self._offers:
            return
        field = self.screen.text_field()
        self._taken = (self._taken + 1) % len(self._offers)
        offer = self._offers[self._taken]
        text = field.text
        end = offer.end if self._first else len(text) - self._behind
        rows = (text[: offer.start] + offer.text).split("\n")
        field.load_text("\n".join(rows) + text[end:])
        field.move_cursor((len(rows) - 1, len(rows[-1])))
        self._first, self._behind = False, len(text) - end
        self._mistake = None
        self._say_offers()

    def _look(self) -> None:
        """What may come where the cursor is, and a mistake that lies before it."""
        from annotator.filter.completion import complete
        from annotator.filter.parsing import parse

        field = self.screen.text_field()
        text, cursor = field.text, len(field.get_text_range((0, 0), field.cursor_location))
        assert self._known is not None
        self._offers, self._taken, self._first = complete(text, cursor, self._known), -1, True
        self._mistake = None
        try:
            parse(text, self._known)
        except FilterError as error:
            begun = self._offers[0].start if self._offers else cursor
            if error.position < begun and not (self._offers and text[error.position : error.position + 1] == "("):
                self._mistake = error
        self._say_offers()

    def _say_offers(self) -> None:
        if self._mistake is not None:
            is_shown = self.below(self.screen.size.width) is not None
            self.desk.say(self._mistake.advice if is_shown else f"{self._mistake.title} {self._mistake.advice}", "warn")
            return
        offers = self._offers[max(0, self._taken) :][:OFFERED]
        words = [one_line(offer.text) for offer in offers]
        if offers and offers[0].help:
            words[0] += f" ({one_line(offers[0].help)})"
        self.desk.say(" · ".join(words))

    def _enter(self, text: str) -> None:
        from annotator.filter.parsing import parse

        if not text.strip():
            self._close()
            self.desk.matches, self._going = None, ""
            self.sifting.look_for(self._number, None)
            self.desk.say("no filter: every item comes")
            return
        try:
            condition = parse(text, self._known)
        except FilterError as error:
            self._mistake = error
            self._say_offers()
            return
        self._close()
        self._number += 1
        self.desk.matches = Matches(self.desk.store, " ".join(text.split()), self._number)
        self._going = "here"
        self.sifting.look_for(self._number, condition)
        self._say("looking for the items that match …")

    def _close(self) -> None:
        field = self.screen.text_field()
        field.close()
        field.styles.min_height = 3
        self.typing, self._mistake, self._offers = False, None, []

    # What the thread tells

    def learned(self, message: Learned) -> None:
        self._known = message.vocabulary
        if self.typing and self._taken < 0:
            self._look()
            self.screen.draw()

    def sifted(self, message: Sifted) -> None:
        matches = self.desk.matches
        if matches is None or matches.number != message.number:
            return
        matches.settle(message.after, message.upto, message.found, message.unknown)
        first = False
        if message.finished is not None:
            matches.looked = message.upto
            first = message.finished and not matches.finished
            matches.finished = message.finished
        if self._going and not self.screen.is_typing and self.screen.is_current:
            self._go()
        elif first and not self.typing and self.desk.notice[0] in ("", self._said):
            self._say_count()
        self.screen.draw()

    def _go(self) -> None:
        """Show the item that was waited for, once it is known."""
        matches, item = self.desk.matches, self.desk.item
        assert matches is not None
        position = self.screen.moving.position
        if self._going == "here" and item is not None and position in matches:
            self._going = ""
        elif matches.looked >= position or matches.finished:
            found = self.screen.moving.following() or (matches.step(item.queue_id, 0, 1) if item and matches.finished else None)
            if found is not None and (item is None or found.id != item.id):
                self.screen.moving.show(found)
            elif matches.finished:
                if self._going == "on" and matches.count:
                    self.screen.moving.end()
                self._going = ""
        if not self._going:
            self._say_count()

    def _say_count(self) -> None:
        matches = self.desk.matches
        assert matches is not None
        key = self.desk.session.keymap.first("filter")
        found = f"{matches.count:,} of {counted(self.desk.counts.items, 'item')}" if matches.count else "no item"
        far = "" if matches.finished else " so far"
        unread = f" ({matches.unknown:,} to be looked at when their content is here)" if matches.unknown else ""
        self._say(f"{found}{far} for {matches.text}{unread}; {key} changes the filter, an empty one clears it", bool(matches.count))

    def _say(self, text: str, good: bool = True) -> None:
        self._said = one_line(text)
        self.desk.say(self._said, "dim" if good else "warn")

    def wait(self) -> bool:
        """The next match is not known yet: say so, and show it as soon as it is. False where nothing is looked for."""
        matches = self.desk.matches
        if matches is None or matches.finished:
            return False
        self._going = "on"
        self._say(f"looking for the next match: {matches.looked:,} of {self.desk.counts.items:,} items so far")
        return True

    def looking(self, direction: int) -> bool:
        """No match is known there, and there may be one yet: say so."""
        matches = self.desk.matches
        if matches is None or matches.finished or (direction < 0 and matches.looked >= self.screen.moving.position):
            return False
        self.desk.say(f"no further match yet: {matches.looked:,} of {self.desk.counts.items:,} items were looked at", "warn")
        return True

    def moved(self) -> None:
        """Another item is shown."""
        self._going = ""

    def acted(self, position: int) -> None:
        """A key did something while that item was on the screen."""
        if self.desk.matches is not None:
            self.sifting.acted(position)

    def pulled(self, everywhere: bool) -> None:
        """What others said of the item on the screen came, or of many."""
        if self.desk.matches is not None and everywhere:
            self.sifting.anew()
        elif self.desk.matches is not None:
            self.sifting.again(self.screen.moving.position)

    def filled(self) -> None:
        """Items or payloads came."""
        if self.desk.matches is not None:
            self.sifting.more()

    def stop(self) -> None:
        if self._sifting is not None:
            self._sifting.stop()

    # What the screen shows

    def below(self, width: int) -> Line | None:
        """The row under the text: where its mistake is."""
        if not self.typing or self._mistake is None:
            return None
        at = LEFT + width_of(visible(self._mistake.text[: self._mistake.position]))
        if at >= width - LEFT:
            return None  # the text goes on in a second row: the notice quotes what is wrong
        title = one_line(self._mistake.title)
        if width_of(title) + at + 3 <= width or at < width // 2:
            return line(Piece(" " * at), Piece("^ ", "error"), Piece(crop(title, width - at - 3), "warn"))
        said = crop(title, at - 2)
        return line(Piece(" " * (at - 1 - width_of(said))), Piece(said, "warn"), Piece(" ^", "error"))

    def keys(self, width: int) -> Line:
        first = self.desk.session.keymap.first
        ways = (("field_save", "filter"), ("field_complete", "complete"), ("field_leave", "leave it as it was"))
        return key_line([(first(command), word) for command, word in ways], width)
