"""What opens over the review, and what looks at the trace: help, palette, item list, search, folds, spans."""

import re
from pathlib import Path

from tests.screen.scene import CTRL_P, ENTER, ESC, PAGE_DOWN, PASS_FAIL, Scene, field_text, place, press, shows, span, traces
from tests.terminal import Terminal


def text(lines: list[str]) -> str:
    return "\n".join(lines)


def current_span(lines: list[str]) -> str:
    """The span that the tree marks."""
    found = next((match for line in lines[2:] if (match := re.match(r" ▸ +\w+ (\S+)", line))), None)
    return found[1] if found else ""


def test_help_shows_every_key_and_gives_the_screen_back(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        before = terminal.lines()
        lines = press(terminal, "?")
        assert "Keys" in lines[0] and "Leave at once" in text(lines)
        seen = text(lines)
        for _ in range(4):
            seen += text(press(terminal, PAGE_DOWN))
        for said in ("Ctrl+Q", "Take back the last step", "Begin a new line", "Keep the score"):
            assert said in seen
        press(terminal, "1", "u")
        assert press(terminal, ESC) == before, "no key judged behind it"
    assert scene.answers() == [None] * 3


def test_the_palette_finds_a_command_and_runs_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        assert "Commands" in text(press(terminal, ":"))
        assert "skip, why" in text(press(terminal, "skip"))
        assert shows(2)(press(terminal, ENTER))
        assert "Commands" in text(press(terminal, CTRL_P))
        assert shows(1)(press(terminal, "undo", ENTER))
        assert "Commands" in text(press(terminal, ":"))
        assert shows(1)(press(terminal, ESC))
        press(terminal, ":", "note", ENTER, "from the palette", ENTER)
    first, *_ = scene.listed()
    assert first["state"] == "todo"
    assert [row["explanation"] for row in first["annotations"]] == ["from the palette"]


def test_the_item_list_filters_and_a_number_jumps(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(60))
    with scene.open() as terminal:
        press(terminal, "f", "1")
        assert "Items" in text(press(terminal, "i"))
        lines = press(terminal, "flagged")
        assert "1    question 001" in text(lines) and "2    question 002" not in text(lines)
        assert shows(1)(press(terminal, ENTER))
        assert "flagged" in terminal.lines()[-2]
        assert "1 │" in text(press(terminal, "i", "question 042")).split("Items")[1].splitlines()[1]
        assert shows(42)(press(terminal, ENTER))
        assert shows(57)(press(terminal, "i", "57", ENTER))
        assert shows(57)(press(terminal, "i", "99", ENTER, ESC)), "there is no such item"
        assert shows(58)(press(terminal, "2"))
    answers = scene.answers()
    assert (answers[1], answers[56]) == ("pass", "fail") and answers.count(None) == 58


def long_trace() -> list[dict[str, object]]:
    prompt = "\n".join(f"rule {number}: be kind to needle number {number}" for number in range(60))
    root = span(1)
    root["attributes"]["llm.input_messages"].insert(0, {"message": {"role": "system", "content": prompt}})
    return [root, span(1, 1), span(1, 2), span(2)]


def test_search_goes_to_matches_also_in_what_is_folded(tmp_path: Path) -> None:
    scene = Scene(tmp_path, long_trace())
    with scene.open() as terminal:
        assert "rule 48" not in terminal.text()
        assert "search first" in text(press(terminal, ">"))
        assert field_text(press(terminal, "/")) == ""
        lines = press(terminal, "number 48", ENTER)
        assert "1 of 1" in lines[-2] and "rule 48" in text(lines)
        lines = press(terminal, "/", "\x7f" * 9, "NEEDLE", ENTER)
        assert "1 of 60" in lines[-2]
        assert "2 of 60" in press(terminal, ">")[-2]
        assert "1 of 60" in press(terminal, "<")[-2]
        lines = press(terminal, "<")
        assert "60 of 60" in lines[-2] and "rule 59" in text(lines)
        assert "is not in this trace" in press(terminal, "/", "\x7f" * 6, "haystack", ENTER)[-2]
    assert scene.listed()[0]["annotations"] == []


def test_folds_open_and_close(tmp_path: Path) -> None:
    scene = Scene(tmp_path, long_trace())
    with scene.open() as terminal:
        before = terminal.lines()
        assert "rule 30" not in text(before)
        opened = press(terminal, "Z", "\x1b[5~", " ", "\x1b[B")
        assert "rule 30" in text(opened)
        assert "question 001" in text(press(terminal, "Z", "g"))
        assert "rule 30" not in terminal.text()
        assert "rule 20" in text(press(terminal, "z")), "the first folded part in view opens"
        assert press(terminal, "z")[:36] == before[:36], "and folds back"
        assert "model-a" in text(press(terminal, "G"))


def test_span_keys_walk_the_tree_and_the_tree_can_go(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(2, 3))
    with scene.open() as terminal:
        assert current_span(terminal.lines()) == "reply"
        assert current_span(press(terminal, "]")) == "lookup_1"
        assert "found 1 of 001" in terminal.text() and "answer 001" not in terminal.text()
        assert current_span(press(terminal, "]")) == "lookup_2"
        assert "this is the last span" in press(terminal, "]")[-2]
        assert current_span(press(terminal, "[", "[")) == "reply"
        assert shows(1)(terminal.lines()) and "answer 001" in terminal.text()
        lines = press(terminal, "t")
        assert current_span(lines) == "" and "span 1 of 3" in text(lines)
        assert current_span(press(terminal, "t")) == "reply"
        press(terminal, "]", "1")
        assert current_span(terminal.lines()) == "lookup_1" and "judging  tool lookup_1" in terminal.text(), "the span is judged, and stays"
        press(terminal, "\x1b")
        press(terminal, "1")
        assert current_span(terminal.lines()) == "reply", "the next item is seen from its own span"
    assert scene.answers() == ["pass", None]


def test_items_can_be_walked_whatever_their_state(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        press(terminal, "1", "s")
        assert shows(3)(terminal.lines())
        assert "this is the first item" in press(terminal, "k", "k", "k")[-2]
        assert shows(2)(press(terminal, "j"))
        assert place(press(terminal, "j", "j")) == 3
        assert "End of the queue" in terminal.text()
        assert shows(3)(press(terminal, "k"))
    assert scene.states() == ["done", "skipped", "todo"]


def test_the_outbox_of_a_queue_from_files_says_where_it_could_go(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL)
    with scene.open() as terminal:
        assert "annotator push --to URL" in press(terminal, "b")[-2]


def test_texts_name_the_keys_of_the_keymap_in_force(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with Terminal([*scene.review, "--keymap", "vim"], env=scene.environment, cwd=tmp_path) as terminal:
        terminal.wait_for(shows(1))
        shown = text(press(terminal, "J", "J", "J", "J"))
        assert "End of the queue" in shown and "K goes back, I lists the items, u undoes" in shown
        assert "search first: / asks for a text" in text(press(terminal, "K", "n"))
