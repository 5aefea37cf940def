"""The part cursor: jumps, folds, raw, wrap, all on a terminal of either size."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recorded import FOLDER
from tests.screen.parts import agent
from tests.screen.scene import ENTER, ESC, LEFT, PAGE_DOWN, PAGE_UP, RIGHT, Scene, press, shows, span
from tests.terminal import Terminal

WIDE, NARROW = (120, 40), (80, 24)


def marked(lines: list[str]) -> list[str]:
    """The rows of the part that is marked."""
    return [line.partition("▌")[2].strip() for line in lines if "▌" in line]


def said(lines: list[str]) -> str:
    return lines[-2]


@pytest.fixture(params=[WIDE, NARROW], ids=["120x40", "80x24"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    with Scene(tmp_path, [*agent(1), span(2)]).open(request.param) as opened:
        yield opened


def test_the_search_goes_where_the_text_is(terminal: Terminal) -> None:
    assert "'passage 1': 1 of 1" in said(press(terminal, "/", "passage 1", ENTER))
    press(terminal, "]")
    assert "'passage 1': 1 of 1 in this span" in said(press(terminal, "/", "passage 1", ENTER))
    press(terminal, "]")
    lines = press(terminal, "/", "rule 7", ENTER)
    assert "'rule 7' is not in this span; 1 of 1 in the whole trace" in said(lines) and any("rule 7 of the house" in line for line in lines)
    lines = press(terminal, "/", "openinference.span.kind", ENTER)
    assert "'openinference.span.kind' is not in the text; 1 of 1 in reply as received" in said(lines)
    assert any("openinference.span.kind" in line for line in lines[3:-4])
    assert "'{nothing}' is not in this trace" in said(press(terminal, "/", "{nothing}", ENTER))


def test_the_tree_is_a_list_where_it_has_no_room(tmp_path: Path) -> None:
    with Scene(tmp_path, [*agent(1), span(2)]).open(NARROW) as terminal:
        assert any("Spans" in line for line in press(terminal, "t"))
        lines = press(terminal, "search", ENTER)
        assert "retriever search" in lines[1] and any("passage 1" in line for line in lines)


def test_a_call_of_several_spans_says_so(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    traces = str(FOLDER / "llamaindex-rag.phoenix-spans.jsonl.gz")
    with Terminal(scene.command("review", traces), NARROW, scene.environment, tmp_path) as terminal:
        terminal.wait_for(lambda lines: re.search(r"span \d+ of \d+", lines[1]))
        terminal.read_until_quiet()
        lines = press(terminal, "j")
        name = lines[1].split()[1]
        assert "2 spans, 1 call" in lines[1] and any(f"{name}  2 spans, 1 call" in line for line in press(terminal, "t"))
        assert f"2 spans, 1 call: {name}, " in said(press(terminal, ENTER))


def test_nothing_is_marked_until_a_part_is_chosen(terminal: Terminal) -> None:
    before = terminal.lines()
    assert not marked(before)
    assert marked(press(terminal, "}"))
    assert press(terminal, ESC)[:-2] == before[:-2]


def test_jumps_go_from_call_to_call_and_round(terminal: Terminal) -> None:
    lines = press(terminal, ")")
    assert "tool call 1 of" in said(lines) and "weigh" in marked(lines)[0]
    count = int(re.findall(r"of (\d+)", said(lines))[0])
    for number in range(2, count + 1):
        lines = press(terminal, ")")
        assert f"tool call {number} of {count}" in said(lines) and marked(lines)
    assert f"that was the last tool call; from the top: tool call 1 of {count}" in said(press(terminal, ")"))
    assert f"that was the first tool call; from the end: tool call {count} of {count}" in said(press(terminal, "("))


def test_jumps_find_messages_documents_and_errors(terminal: Terminal) -> None:
    assert "message 1 of" in said(press(terminal, "m")) and "question 001" in " ".join(marked(terminal.lines()))
    assert "rule 0" in " ".join(marked(press(terminal, "m")))
    lines = press(terminal, "p")
    assert "document 1 of 3" in said(lines) and "passage 0" in " ".join(marked(lines))
    assert "passage 1" in " ".join(marked(press(terminal, "p")))
    assert "passage 0" in " ".join(marked(press(terminal, "P")))
    lines = press(terminal, "!")
    assert "error 1 of 1" in said(lines) and "scales: broken" in " ".join(marked(lines))
    assert "that was the first error; from the end" in said(press(terminal, "@"))


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with Scene(tmp_path).open(NARROW) as terminal:
        assert "no tool call in this trace" in said(press(terminal, ")"))
        assert "no document in this trace" in said(press(terminal, "P"))
        assert "no error in this trace" in said(press(terminal, "!"))
        assert not marked(terminal.lines())


def test_scrolling_keeps_the_mark_in_view(terminal: Terminal) -> None:
    press(terminal, "Z", "}", "}")
    assert marked(terminal.lines())
    for key in (PAGE_DOWN, PAGE_DOWN, "G", PAGE_UP, "g"):
        assert marked(press(terminal, key)), key


def test_fold_means_the_marked_part(terminal: Terminal) -> None:
    press(terminal, "m", "m")
    assert "rule 30" not in "\n".join(terminal.lines())
    opened = press(terminal, "z")
    assert len(marked(opened)) > 8 and "rule 5 " in "\n".join(opened)
    assert len(marked(press(terminal, "z"))) == 1


def test_folding_alike_takes_every_part_of_the_kind(terminal: Terminal) -> None:
    press(terminal, "p")
    lines = press(terminal, "h")
    assert re.search(r"3 documents (folded|open)", said(lines))
    other = press(terminal, "h")
    assert re.search(r"3 documents (folded|open)", said(other)) and said(other) != said(lines)


def test_the_raw_view_keeps_the_span_and_says_what_it_is(terminal: Terminal) -> None:
    before = terminal.lines()
    press(terminal, "]")
    lines = press(terminal, "v")
    assert "as received" in said(lines) and "raw view, v goes back" in said(lines)
    assert "retrieval.documents" in "\n".join(lines)
    assert "no tool call in the raw view" in said(press(terminal, ")"))
    press(terminal, "[")
    assert "llm.input_messages" in "\n".join(press(terminal, "Z")), "another span is raw too"
    assert press(terminal, "v", ESC)[:-2] == before[:-2]
    press(terminal, "v", "j")
    assert shows(2)(terminal.lines()) and "raw view" not in terminal.text(), "the next item is read as ever"


def test_lines_go_on_beyond_the_edge_where_they_are_not_wrapped(terminal: Terminal) -> None:
    assert "nothing at the sides" in said(press(terminal, RIGHT))
    wide = press(terminal, "w", "Z", "G")
    assert "›" in "\n".join(wide) and "RIGHT EDGE" not in "\n".join(wide)
    lines = wide
    for _ in range(20):
        lines = press(terminal, RIGHT)
        if "RIGHT EDGE" in "\n".join(lines):
            break
    assert "RIGHT EDGE" in "\n".join(lines) and "‹" in "\n".join(lines)
    for _ in range(20):
        lines = press(terminal, LEFT)
    assert lines[2:-8] == wide[2:-8]
    assert "wrapped" in said(press(terminal, "w")) and "RIGHT EDGE" in "\n".join(press(terminal, "G"))


def test_escape_clears_the_search_and_esc_with_a_key_stays_two_keys(tmp_path: Path) -> None:
    scene = Scene(tmp_path, [*agent(1), span(2)])
    with scene.open(NARROW) as terminal:
        press(terminal, "/", "rule", "\r")
        assert "1 of 40" in said(terminal.lines())
        press(terminal, ESC)
        assert "search first" in said(press(terminal, ">"))
        press(terminal, "}", b"\x1b}")
        assert marked(terminal.lines()), "Esc and } in one read: clear, then mark"
        press(terminal, b"\x1b[", "A")
        press(terminal, b"\x1b1")
        assert shows(2)(terminal.lines())
    assert scene.answers() == ["pass", None], "Esc and 1 in one read: clear, then the verdict"


def test_the_tree_shows_every_span_when_asked(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    traces = str(FOLDER / "llamaindex-rag.phoenix-spans.jsonl.gz")
    with Terminal(scene.command("review", traces), NARROW, scene.environment, tmp_path) as terminal:
        terminal.wait_for(lambda lines: re.search(r"span \d+ of \d+", lines[1]))
        terminal.read_until_quiet()
        press(terminal, "j")
        few = int(re.findall(r"span \d+ of (\d+)", terminal.text())[0])
        assert sum("llm OpenAILike" in line for line in press(terminal, "T")[2:-2]) > 1, "there is no tree: they are listed"
        lines = press(terminal, ESC)
        many = int(re.findall(r"span \d+ of (\d+)", lines[1])[0])
        assert many > few and f"all {many} spans are in the tree" in said(lines)
        assert f"{few} rows for {many} spans" in said(press(terminal, "T", ESC))


def test_the_keys_of_another_keymap_do_the_same(tmp_path: Path) -> None:
    scene = Scene(tmp_path, agent(1))
    with Terminal([*scene.review, "--keymap", "vim"], NARROW, scene.environment, tmp_path) as terminal:
        terminal.wait_for(shows(1))
        terminal.read_until_quiet()
        assert "weigh" in marked(press(terminal, ")"))[0]
        assert "copied CALL weigh" in said(press(terminal, "y"))
        assert "y copy" in terminal.lines()[-1]


def test_a_moved_mark_sends_few_bytes(tmp_path: Path) -> None:
    with Scene(tmp_path, agent(1)).open(WIDE) as terminal:
        press(terminal, ")")
        terminal.mark()
        press(terminal, ")")
        assert len(terminal.bytes_since_mark) < 400
