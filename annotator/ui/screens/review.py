"""The review screen: one living screen that is given the next item."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size

from annotator.domain.store import Store
from annotator.keymap.keys import key_name
from annotator.ui.background import Background
from annotator.ui.messages import Connected
from annotator.ui.review import regions
from annotator.ui.review.browsing import Browsing
from annotator.ui.review.bulking import Bulking
from annotator.ui.review.collecting import Collecting
from annotator.ui.review.copying import Copying
from annotator.ui.review.desk import Desk
from annotator.ui.review.editing import Editing
from annotator.ui.review.everyone import Everyone
from annotator.ui.review.expecting import Expecting
from annotator.ui.review.filtering import Filtering
from annotator.ui.review.fitting import Fitting
from annotator.ui.review.focusing import Focusing
from annotator.ui.review.folding import Folding
from annotator.ui.review.forming import Forming
from annotator.ui.review.handing import Handing
from annotator.ui.review.judging import Judging
from annotator.ui.review.jumping import Jumping
from annotator.ui.review.keyboard import Keyboard
from annotator.ui.review.moving import Moving
from annotator.ui.review.news import News
from annotator.ui.review.noting import Noting
from annotator.ui.review.outside import Outside
from annotator.ui.review.paging import Paging
from annotator.ui.review.quoting import Quoting
from annotator.ui.review.repeating import Repeating
from annotator.ui.review.revealing import Revealing
from annotator.ui.review.selecting import Selecting
from annotator.ui.review.sharing import Sharing
from annotator.ui.review.table import commands
from annotator.ui.review.windows import Windows
from annotator.ui.review.writing import Writing
from annotator.ui.screens.listening import ListeningScreen
from annotator.ui.screens.outbox import OutboxScreen
from annotator.ui.session import Session
from annotator.ui.widgets.chooser import Chooser
from annotator.ui.widgets.lines import Lines
from annotator.ui.widgets.reader import Reader
from annotator.ui.widgets.trace_view import TraceView
from annotator.workflow.judge import Judge

if TYPE_CHECKING:
    from annotator.ui.app import ReviewApp
    from annotator.ui.widgets.text_field import TextField


class ReviewScreen(ListeningScreen, inherit_bindings=False):
    """Draws the desk, and turns keys into commands."""

    DEFAULT_CSS = """
    ReviewScreen { layout: vertical; background: transparent; }
    #top, #path, #strip, #notice, #keys, #rule, #floor { height: 1; }
    #middle { height: 1fr; }
    #tree { width: 36; }
    #trace { width: 1fr; }
    #side { width: 1fr; padding: 0 1; }
    #rubric { height: auto; }
    """

    def __init__(self, session: Session, store: Store) -> None:
        super().__init__()
        self.session = session
        judge = Judge(store, session.queue, session.annotator, session.identifier, lambda item: self.moving.targets_of(item))
        self.desk = Desk(session, store, judge, auto_advance=session.auto_advance)
        self.top, self.path, self.span_tree = Lines(id="top"), Lines(id="path"), Lines(id="tree")
        self.rule, self.floor = Lines(id="rule"), Lines(id="floor")
        self.trace, self.side = TraceView(id="trace"), Lines(id="side")
        self.field: TextField | None = None
        """Made when something is to be typed: `text_field`."""
        self.rubric, self.strip = Lines(id="rubric"), Lines(id="strip")
        self.notice, self.keys = Lines(id="notice"), Lines(id="keys")
        self.background = Background(session, self.post_message)
        self.keyboard, self.writing = Keyboard(self), Writing(self)
        self.judging, self.moving, self.repeating = Judging(self), Moving(self), Repeating(self)
        self.fitting, self.folding = Fitting(self), Folding(self)
        self.browsing, self.jumping, self.focusing = Browsing(self), Jumping(self), Focusing(self)
        self.copying, self.paging, self.outside = Copying(self), Paging(self), Outside(self)
        self.everyone, self.editing = Everyone(self), Editing(self)
        self.windows, self.news, self.revealing = Windows(self), News(self), Revealing(self)
        self.filtering, self.forming = Filtering(self), Forming(self)
        self.sharing = Sharing(self)
        self.noting, self.expecting, self.bulking = Noting(self), Expecting(self), Bulking(self)
        self.selecting, self.quoting, self.handing = Selecting(self), Quoting(self), Handing(self)
        self.collecting = Collecting(self)
        self.table = commands(self)
        self.rubric_rows = 0
        self.told: Size | None = None
        """The screen's size, as it was said last."""
        self.given: int | None = None
        """What the terminal had been given with the first frame of this item."""

    def compose(self) -> ComposeResult:
        yield self.top
        yield self.rule
        yield self.path
        with Horizontal(id="middle"):
            yield self.span_tree
            yield self.trace
            yield self.side
        yield self.floor
        yield self.rubric
        yield self.strip
        yield self.notice
        yield self.keys

    def on_mount(self) -> None:
        self.fitting.share_room(*self.app.size)
        queue = self.session.queue
        self.desk.server_state = "files" if not queue.source.server else "offline" if self.session.offline else "connecting"
        self.desk.server_style = "warn" if self.session.offline else "dim"
        if self.session.greeting:
            self.desk.say(self.session.greeting)
        if self.session.read_only:
            self.news.connected(Connected("", self.session.read_only))
        self.desk.refresh_figures()

    def on_resize(self, event: events.Resize) -> None:
        if event.size == self.told and not self.opened:
            event.prevent_default()  # Textual says the first size three times
            return
        self.told = event.size
        self.fitting.share_room(*event.size)
        self.call_later(self._resized)

    def _resized(self) -> None:
        """The panes have their sizes; what is in them has not."""
        if self.desk.view is not None or self.desk.ended:
            self.fitting.lay_out(keep_top=True)
        elif not self.moving.open_first():
            self.item_changed()
        self.draw()
        if not self.opened:
            self.first_frame(self.fitting.refit)  # the rubric has got its rows

    @property
    def host(self) -> "ReviewApp":
        """The application, which has the terminal."""
        return cast("ReviewApp", self.app)

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Keys that were read before a window or the field opened come here too: they belong to what is open now."""
        event.stop()
        event.prevent_default()
        if self.host.typed_elsewhere(event):
            return
        front = self.app.screen
        if isinstance(front, (Chooser, Reader, OutboxScreen)) or self.editing.is_table(front) or self.forming.is_form(front):
            front.press(event)
            return
        key = key_name(event.key, event.character)
        if self.field is not None and self.field.is_open:
            field = self.field
            filters = self.filtering.typing
            typed = (lambda: self.filtering.press(event)) if filters else (lambda: self.writing.typed(field.press(event)))
            self.keyboard.perform("", key, event.time, typed)
        else:
            self.keyboard.press(key, event.time)

    def said(self, text: str) -> None:
        """Say what was ignored, after everything that came before it."""
        self.desk.say(text, "warn")
        self.draw()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if self.host.typed_elsewhere(event):
            return
        if self.forming.is_form(front := self.app.screen):
            front.paste(event.text)
        elif self.filtering.typing:
            self.filtering.paste(event.text)
            self.draw()
        elif self.field is not None and self.field.is_open:
            self.field.paste(event.text)
        else:
            self.desk.say(f"a paste of {len(event.text)} characters outside a text field was ignored", "warn")
            self.draw()

    def choose(self, chooser: Chooser, chosen: Callable[[str | None], None]) -> None:
        """Show a list over the screen."""

        def done(choice: str | None) -> None:
            self.keyboard.attempt(lambda: chosen(choice))

        chooser.repeats = self.keyboard.repeats
        self.app.push_screen(chooser, done)

    @property
    def is_typing(self) -> bool:
        """The text field is open."""
        return self.field is not None and self.field.is_open

    def text_field(self) -> "TextField":
        """The field above the rubric. Textual's editor takes 20 ms of a start, and many shifts type nothing."""
        if self.field is None:
            from annotator.ui.widgets.text_field import TextField

            self.field = TextField(lambda key: self.keyboard.command_id(("field",), key))
            self.mount(self.field, before=self.floor)
        return self.field

    # Drawing

    def item_changed(self) -> None:
        """Another item, or another state of this one's payload: lay it out, and note when it is painted. Whoever calls draws."""
        self.given = None
        self.fitting.lay_out(keep_top=False)
        item = self.desk.item
        if item is not None and self.desk.presented is not None:
            self.call_after_refresh(self.painted)

    def unseen(self) -> None:
        """What is judged by the next key is not on the screen yet."""
        self.desk.drawn, self.given = False, None
        self.call_after_refresh(self.painted)

    def painted(self) -> None:
        """A frame went out, or none was needed, or one arrived: the item may be judged once the terminal shows its trace and its place."""
        self.background.start()
        if not self.desk.drawn and not self.trace.pending and not self.top.pending and self.desk.presented is not None:
            if self.given is None:
                self.given = self.host.given
            self.desk.drawn = self.host.has_shown(self.given)

    @on(TraceView.Resized)
    def _refit(self) -> None:
        self.fitting.refit()

    def draw(self) -> None:
        """Show the desk; regions that did not change send nothing."""
        regions.draw(self)

    def toggle_tree(self) -> None:
        self.fitting.toggle_tree()
        self.call_after_refresh(self._resized)

    def redraw(self) -> None:
        self.host.forget_terminal()
        self.app.refresh(repaint=True, layout=True)

    def outbox_changed(self) -> None:
        self.desk.refresh_figures()
        self.desk.refresh_view()
        self.background.changed()
        self.draw()

    def quit(self) -> None:
        """Leave at once; what is unsent is kept and said on the way out."""
        self.background.stop()
        self.filtering.stop()
        self.app.exit()
