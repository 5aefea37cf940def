"""Widgets that react: the trace view, the text field, the chooser, the reader."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from annotator.text.block import Block
from annotator.text.line import Line, Piece, line
from annotator.text.lines.layout import lay_out
from annotator.ui.widgets.chooser import Choice, Chooser, matching
from annotator.ui.widgets.reader import Reader
from annotator.ui.widgets.text_field import TextField
from annotator.ui.widgets.trace_view import TraceView
from tests.ui.test_widgets_lines import run

FIELD = {
    "enter": "field_save",
    "ctrl+j": "field_newline",
    "escape": "field_leave",
    "pageup": "field_page_up",
    "pagedown": "field_page_down",
}.get
LIST = {
    "up": "list_up", "down": "list_down", "pagedown": "list_page_down", "home": "list_top", "end": "list_end",
    "enter": "list_choose", "escape": "list_close",
}.get  # fmt: skip
HUNDRED = [line(f"line {at}", block=at // 10) for at in range(100)]


ROWS = "\n".join(f"row {number} " + "of many words " * 20 for number in range(20_000))
LONG = [
    Block("q", "s", "user", "USER", "Why?", weight="question", summary="Why?"),
    Block("a", "s", "assistant", "ANSWER", ROWS, weight="answer"),
    Block("f", "s", "facts", "", "the facts", weight="background", summary="the facts", note=True),
]


def text_of(view: TraceView) -> list[str]:
    return [view.render_line(y).text for y in range(view.size.height)]


def test_the_trace_scrolls_within_its_bounds() -> None:
    view = TraceView()

    async def steps(pilot: Pilot[None]) -> None:
        view.show(HUNDRED)
        assert text_of(view)[0].startswith("  line 0 ") and text_of(view)[-1].startswith("  ▼ 91 more lines")
        view.scroll_by(3)
        assert view.top == 3 and text_of(view)[0].startswith("  line 3 ")
        view.scroll_by(-10)
        assert view.top == 0
        last = text_of(view)[-2]
        view.page(1)
        assert text_of(view)[0].split("┃")[0].strip() == last.split("┃")[0].strip()
        view.to_end()
        assert view.top == 90 and text_of(view)[-1].startswith("  line 99")
        view.scroll_by(5)
        assert view.top == 90
        view.reveal(50)
        assert view.top <= 50 < view.top + 9
        view.to_top()
        assert view.visible_blocks()[0] == 0
        view.show(HUNDRED, top=25)
        assert view.top == 25 and view.visible_blocks()[0] == 2

    run(view, steps)


def test_a_page_is_wrapped_while_it_is_read_and_keeps_its_place() -> None:
    view = TraceView()

    async def steps(pilot: Pilot[None]) -> None:
        page = lay_out(LONG, view.text_width, view.size.height, {"a": False})
        view.show(page)
        assert text_of(view)[-1].startswith("  ▼ about ") and not page.complete
        for _ in range(50):
            view.page(1)
        seen, top = text_of(view)[:-1], view.top
        while not page.complete:
            await pilot.pause(0.01)
        await pilot.pause(0.05)
        assert view.top == top
        assert [row.rstrip("┃ ") for row in text_of(view)[:-1]] == [row.rstrip("┃ ") for row in seen]
        assert text_of(view)[-1].startswith(f"  ▼ {len(page) - top - view.size.height + 1:,} more lines"), "now it is known"

    run(view, steps)


def test_the_end_of_a_page_is_reached_at_once() -> None:
    view = TraceView()

    async def steps(pilot: Pilot[None]) -> None:
        page = lay_out(LONG, view.text_width, view.size.height, {"a": False})
        view.show(page)
        view.to_end()
        assert page.complete and text_of(view)[-1].rstrip("┃ ") == "  the facts"
        assert view.top == len(page) - view.size.height
        view.show(lay_out(LONG, view.text_width, view.size.height, {"a": False}), top=10_000_000)
        assert text_of(view)[-1].rstrip("┃ ") == "  the facts", "a place beyond the end is the end"

    run(view, steps)


def test_every_line_of_the_trace_can_be_seen() -> None:
    view = TraceView()

    async def steps(pilot: Pilot[None]) -> None:
        view.show(HUNDRED)
        seen = set()
        for _ in range(100):
            seen |= {row.split("┃")[0].strip() for row in text_of(view)}
            view.page(1)
        assert seen >= {f"line {at}" for at in range(100)}

    run(view, steps)


def test_a_short_trace_has_no_mark_and_no_hint() -> None:
    view = TraceView()

    async def steps(pilot: Pilot[None]) -> None:
        view.show(HUNDRED[:10])
        assert [row.strip() for row in text_of(view)] == [f"line {at}" for at in range(10)]
        view.scroll_by(1)
        assert view.top == 0

    run(view, steps)


def test_the_wheel_scrolls_the_trace() -> None:
    view = TraceView()

    async def steps(pilot: Pilot[None]) -> None:
        view.show(HUNDRED)
        await pilot._post_mouse_events([events.MouseScrollDown], view)
        assert view.top == 3
        await pilot.click(view)
        assert view.top == 3

    run(view, steps)


def key(name: str, character: str | None = None) -> events.Key:
    return events.Key(name, character or (name if len(name) == 1 else None))


def typed(field: TextField, text: str) -> None:
    for char in text:
        assert field.press(key({" ": "space"}.get(char, char), char)) is None


def with_field(steps: Callable[[TextField], None]) -> None:
    field = TextField(FIELD)

    async def main(pilot: Pilot[None]) -> None:
        assert not field.is_open
        field.open("note [b]x[/b]", "draft ")
        steps(field)
        await pilot.pause()
        assert field.border_title is not None and "note [b]x[/b]" in str(field.border_title).replace("\\", "")

    run(field, main, (60, 20))


def test_the_field_takes_text_and_says_what_to_do() -> None:
    def steps(field: TextField) -> None:
        typed(field, "a 1")
        assert field.press(key("ctrl+j")) is None
        typed(field, "b")
        saved = field.press(key("enter"))
        assert isinstance(saved, TextField.Saved) and saved.text == "draft a 1\nb"
        left = field.press(key("escape"))
        assert isinstance(left, TextField.Left) and left.draft == "draft a 1\nb"
        scrolled = field.press(key("pageup"))
        assert isinstance(scrolled, TextField.ScrollTrace) and scrolled.direction == -1
        field.close()
        assert not field.is_open and field.text == ""

    with_field(steps)


@pytest.mark.parametrize(
    ("pressed", "name", "character"),
    [
        ("alt+1", "1", "1"),
        ("alt+question_mark", "?", "?"),
        ("alt+space", "space", " "),
        ("alt+enter", "enter", None),
        ("alt+shift+j", "J", "J"),
    ],
)
def test_escape_and_a_key_leave_and_then_press(pressed: str, name: str, character: str | None) -> None:
    def steps(field: TextField) -> None:
        event = key(pressed)
        outcome = field.press(event)
        assert isinstance(outcome, TextField.LeftThen)
        assert (outcome.draft, outcome.key, outcome.character, outcome.time) == ("draft ", name, character, event.time)

    with_field(steps)


def test_the_field_edits_and_pastes() -> None:
    def steps(field: TextField) -> None:
        field.paste("one\r\ntwo\x1b[31m\x07")
        assert field.text == "draft one\ntwo[31m"
        for name in ("home", "backspace", "ctrl+a", "delete", "end", "ctrl+w"):
            assert field.press(key(name)) is None
        assert field.text == "raft onetwo["
        for name in ("f5", "tab", "ctrl+p", "insert"):
            assert field.press(key(name)) is None
        assert field.text == "raft onetwo["

    with_field(steps)


def over(screen: Screen[Any], steps: Callable[[Pilot[None]], Awaitable[None]]) -> list[Any]:
    """Push the screen, take the steps; what it returned."""
    returned: list[Any] = []

    async def main() -> None:
        async with App[None](ansi_color=True).run_test(size=(80, 24)) as pilot:
            await pilot.app.push_screen(screen, returned.append)
            await pilot.pause()
            await steps(pilot)
            await pilot.pause()

    asyncio.run(main())
    return returned


CHOICES = [Choice("a", "Go to item"), Choice("b", line(Piece("Undo", "strong")), "u"), Choice("c", "Redo [x]", "U")]


def pressing(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)

    return steps


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("enter",), ["a"]),
        (("down", "down", "down", "enter"), ["c"]),
        (("u", "n", "enter"), ["b"]),
        (("d", "o", "enter"), ["b"]),
        (("x", "backspace", "down", "enter"), ["b"]),
        (("end", "enter"), [CHOICES[-1].id]),
        (("end", "home", "enter"), [CHOICES[0].id]),
        (("z", "enter", "escape"), [None]),
        (("escape",), [None]),
        (("2", "enter"), []),
    ],
)
def test_choose_by_moving_and_by_typing(keys: tuple[str, ...], chosen: list[str | None]) -> None:
    assert over(Chooser("Commands", CHOICES, LIST), pressing(*keys)) == chosen


def test_a_digit_chooses_where_asked_for() -> None:
    assert over(Chooser("Labels", CHOICES, LIST, digits=True), pressing("2")) == ["b"]
    assert over(Chooser("Labels", CHOICES, LIST, digits=True), pressing("9")) == []


def test_a_hundred_thousand_items_are_searched_not_listed() -> None:
    asked: list[tuple[str, int]] = []

    def search(query: str, limit: int) -> list[Choice]:
        asked.append((query, limit))
        return [Choice(str(at), f"item {at}") for at in range(100_000) if str(at).startswith(query)][:limit]

    assert over(Chooser("Items", (), LIST, search=search), pressing("9", "9", "9", "pagedown", "enter")) == ["99906"]
    assert [query for query, _ in asked] == ["", "9", "99", "999"]


def test_matching_prefers_the_beginning() -> None:
    search = matching([Choice("1", "skip item"), Choice("2", "item list"), Choice("3", "other")])
    assert [choice.id for choice in search("ITEM", 10)] == ["2", "1"]
    assert [choice.id for choice in search("item sk", 10)] == ["1"]
    assert len(search("", 2)) == 2


def test_the_reader_scrolls_and_closes() -> None:
    page = Reader("Keys", lambda width: [Line((Piece(f"row {at} of {width}"),)) for at in range(50)], LIST)

    async def steps(pilot: Pilot[None]) -> None:
        view = page.query_one(TraceView)
        await pilot.press("down", "down")
        assert view.top == 2 and "row 2 of 77" in view.render_line(0).text
        await pilot.press("pagedown")
        assert view.top == 2 + view.size.height - 2
        await pilot.press("end")
        assert view.top == 50 - view.size.height
        await pilot.press("home")
        assert view.top == 0
        await pilot.press("escape")

    assert over(page, steps) == [None]
