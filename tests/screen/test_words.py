"""Words about a trace on a real terminal: evidence selected with keys, notes, expected outputs; several items judged at once."""

import sys
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import Annotation, Target
from annotator.store.store import open_store
from tests.screen.scene import (
    DOWN,
    ENTER,
    ESC,
    PASS_FAIL,
    RIGHT,
    SHIFT_TAB,
    TAB,
    Scene,
    field_text,
    notes,
    press,
    shows,
    span,
    traces,
)
from tests.terminal import Terminal

ANSWER = "I am sorry about the boots.\nI have refunded 116.91 EUR; you will see it in 3 to 5 days.\nBye."
PATH = "llm.output_messages.0.message.content"
SHIFT_RIGHT, SHIFT_DOWN, CTRL_X, CTRL_N, CTRL_A, DELETE = "\x1b[1;2C", "\x1b[1;2B", "\x18", "\x0e", "\x01", "\x1b[3~"


def spans(count: int = 4, parts: int = 3) -> list[dict[str, Any]]:
    made = traces(count, parts)
    made[0]["attributes"]["llm.output_messages"] = [{"message": {"role": "assistant", "content": ANSWER}}]
    return made


def program(folder: Path, script: str) -> str:
    path = folder / "edit"
    path.write_text(f"#!{sys.executable}\nimport pathlib, sys\npath = pathlib.Path(sys.argv[-1])\n{script}\n")
    path.chmod(0o755)
    return str(path)


def row(scene: Scene, name: str = "correctness") -> Annotation:
    """Of that name on the first item."""
    store = open_store(scene.folder / "annotator.db")
    rows = store.on_target("", Target("span", f"{101:016x}"))
    store.close()
    (found,) = [row for row in rows if row.name == name]
    return found


def drawn(terminal: Terminal, words: str) -> bool:
    """The row with these words has the sign of evidence in the margin."""
    line = next(line for line in terminal.lines() if words in line)
    return line[:2].strip() == "»"


def test_characters_are_selected_before_the_answer_and_drawn_again_at_every_size(tmp_path: Path) -> None:
    scene = Scene(tmp_path, spans(), PASS_FAIL)
    with scene.open((100, 30)) as terminal:
        lines = press(terminal, "V", DOWN, *[RIGHT] * 7, *[SHIFT_RIGHT] * 7)
        assert "8 selected" in lines[-2]
        lines = press(terminal, ENTER)
        assert "evidence for the answer that you give next" in "\n".join(lines) and drawn(terminal, "116.91")
        press(terminal, "2")
        terminal.wait_for(shows(2))
        press(terminal, "k")
        assert drawn(terminal, "116.91") and any('correctness fail   "refunded"' in line for line in terminal.lines())
        terminal.resize(60, 24)
        terminal.read_until_quiet()
        assert drawn(terminal, "I have refunded 116.91")
        terminal.leave()
    found = row(scene)
    start = ANSWER.index("refunded")
    assert (found.label, found.explanation) == ("fail", f'"refunded" ({PATH})')
    assert found.metadata["evidence"] == [
        {"span_id": f"{101:016x}", "attribute": PATH, "start": start, "end": start + 8, "quote": "refunded"}
    ]
    with scene.open((72, 24), first=2) as terminal:
        press(terminal, "k")
        assert drawn(terminal, "refunded"), "the queue was closed and opened again"
    assert f'"refunded" ({PATH})' in scene.run("show", f"{101:016x}")


def test_rows_are_added_to_an_answer_explained_beside_it_and_taken_away(tmp_path: Path) -> None:
    scene = Scene(tmp_path, spans(), PASS_FAIL)
    with scene.open((80, 24)) as terminal:
        press(terminal, "2", "k", "V", SHIFT_DOWN, ENTER)
        assert drawn(terminal, "I am sorry") and drawn(terminal, "116.91") and not drawn(terminal, "Bye.")
        press(terminal, "e", *"too early", ENTER)
        terminal.read_until_quiet()
        assert (row(scene).explanation or "").split("\n")[0] == "too early" and PATH in (row(scene).explanation or "")
        press(terminal, "e")
        assert field_text(terminal.lines()) == "too early", "the quote is not to be typed over"
        press(terminal, ESC)
        press(terminal, "V", DELETE)
        assert not drawn(terminal, "116.91") and row(scene).explanation == "too early" and "evidence" not in row(scene).metadata
        press(terminal, "u")
        assert drawn(terminal, "116.91") and row(scene).metadata["evidence"][0]["quote"] == "\n".join(ANSWER.split("\n")[:2])


def test_while_words_are_selected_no_key_judges_and_escape_leaves(tmp_path: Path) -> None:
    scene = Scene(tmp_path, spans(), PASS_FAIL)
    with scene.open((80, 24)) as terminal:
        lines = press(terminal, "V", "2", "1", "j", "s")
        assert shows(1)(lines) and "does nothing here" in lines[-2]
        lines = press(terminal, ESC)
        assert "nothing was taken" in lines[-2]
        press(terminal, "V", TAB, *["}"] * 9, ESC, "j")
        terminal.wait_for(shows(2))
    assert scene.states() == ["todo"] * 4


def test_what_the_program_says_is_no_evidence(tmp_path: Path) -> None:
    alone = span(1)
    del alone["attributes"]["llm.output_messages"]
    del alone["attributes"]["llm.input_messages"]
    with Terminal(Scene(tmp_path, [alone]).review, (80, 24), Scene(tmp_path, [alone]).environment, tmp_path) as terminal:
        terminal.wait_for("no prompt text was recorded")
        terminal.read_until_quiet()
        assert "nothing that the trace says" in press(terminal, "V")[-2]


def test_an_expected_output_is_edited_in_the_editor_and_shown_as_a_diff(tmp_path: Path) -> None:
    editor = program(tmp_path, "path.write_text(path.read_text().replace('116.91', '216.91').replace('3 to 5', '3') + '\\n')")
    scene = Scene(tmp_path, spans(), PASS_FAIL, env={"EDITOR": editor})
    with scene.open((80, 24)) as terminal:
        press(terminal, "H")
        lines = terminal.wait_for("EXPECTED")
        assert any("refunded[- 116.91-]{+ 216.91+} EUR" in line for line in lines) and any("ANSWER" in line for line in lines)
        terminal.leave()
    assert row(scene, "expected_output").explanation == ANSWER.replace("116.91", "216.91").replace("3 to 5", "3")
    assert row(scene, "expected_output").label is None and scene.states()[0] == "todo"
    shown = scene.run("show", f"{1:032x}")
    assert "EXPECTED" in shown and "[- 116.91-]{+ 216.91+}" in shown
    with scene.open((80, 24)) as terminal:
        assert any("{+ 216.91+}" in line for line in terminal.lines())
        press(terminal, "u")
        assert not any("EXPECTED" in line for line in terminal.lines())


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("path.write_bytes(b'half a \\xff text')", "no UTF-8"),
        ("path.write_text('half a text'); sys.exit(3)", "exit code 3"),
        ("path.write_text('x' * 1_000_001)", "1,000,001 characters"),
        ("path.unlink()", "left no file"),
    ],
)
def test_what_an_editor_leaves_that_cannot_be_kept_is_a_draft(tmp_path: Path, script: str, why: str) -> None:
    again = program(tmp_path, f"log = path.parent.parent / 'x'\nfirst = pathlib.Path({str(tmp_path / 'seen')!r})\n"
        "old = first.read_bytes() if first.exists() else None\nfirst.write_bytes(path.read_bytes())\n"
        f"if old is None:\n    {script.replace('; ', chr(10) + '    ')}\n")  # fmt: skip
    scene = Scene(tmp_path, spans(), PASS_FAIL, env={"EDITOR": again})
    with scene.open((100, 24)) as terminal:
        press(terminal, "H")
        said = " ".join(terminal.wait_for(lambda lines: why in " ".join(" ".join(lines).split())))
        assert "EXPECTED" not in said
        press(terminal, "H")
        terminal.read_until_quiet(0.8)  # what is typed while the editor has the terminal is the editor's
        terminal.leave()
    seen = (tmp_path / "seen").read_bytes()
    if "half" in script:
        assert seen.startswith(b"half a "), "the draft is given back as it was"
    assert scene.listed()[0]["annotations"] == [] or "half" in (row(scene, "expected_output").explanation or "")


def test_without_an_editor_the_field_takes_the_expected_output(tmp_path: Path) -> None:
    scene = Scene(tmp_path, spans(), PASS_FAIL, env={"EDITOR": "", "VISUAL": ""})
    with scene.open((80, 30)) as terminal:
        press(terminal, "H")
        assert (field_text(terminal.lines()) or "").startswith("I am sorry")
        press(terminal, *" See you.", ENTER)
        terminal.wait_for("{+ See you.+}")
    assert row(scene, "expected_output").explanation == f"{ANSWER} See you."


def test_a_text_goes_on_in_the_editor(tmp_path: Path) -> None:
    editor = program(tmp_path, "path.write_text(path.read_text() + ', and more')")
    scene = Scene(tmp_path, spans(), PASS_FAIL, env={"EDITOR": editor})
    with scene.open((80, 24)) as terminal:
        press(terminal, "n", *"a note", CTRL_X)
        terminal.wait_for("note added")
        terminal.leave()
    assert notes(scene.listed()[0]) == ["a note, and more"]


def test_notes_are_changed_and_deleted(tmp_path: Path) -> None:
    scene = Scene(tmp_path, spans(), PASS_FAIL)
    with scene.open((80, 24)) as terminal:
        assert "no note" in press(terminal, "N")[-2]
        press(terminal, "n", *"one", ENTER, "N")
        assert field_text(terminal.lines()) == "one"
        press(terminal, *", two", ENTER, "N", "\x15", ENTER)
        assert "deletes nothing" in terminal.lines()[-2]
        assert notes(scene.listed()[0]) == ["one, two"]
        press(terminal, "n", *"other", ENTER, "N")
        assert any("Change a note" in line for line in terminal.lines())
        press(terminal, DOWN, ENTER, *"!", ENTER)
        assert sorted(notes(scene.listed()[0])) == ["one, two!", "other"]
        press(terminal, CTRL_N, ENTER)
        assert len(notes(scene.listed()[0])) == 1
        press(terminal, "u")
        assert sorted(notes(scene.listed()[0])) == ["one, two!", "other"]


def test_the_first_failure_is_marked_in_the_tree_and_moved(tmp_path: Path) -> None:
    scene = Scene(tmp_path, spans(), PASS_FAIL)
    with scene.open((140, 30)) as terminal:
        press(terminal, "]", "B")
        assert any("lookup_1" in line and "✗1" in line for line in terminal.lines())
        lines = press(terminal, "]", "B")
        assert any("lookup_2" in line and "✗1" in line for line in lines) and not any("lookup_1" in line and "✗1" in line for line in lines)
        press(terminal, "u", "[")
        lines = terminal.read_until_quiet()
        assert any("lookup_1" in line and "✗1" in line for line in lines)
        lines = press(terminal, "[", "j", "k")
        assert any("first failure: lookup_1" in line for line in lines), "it is said of the item"
        press(terminal, "]", "B")
        terminal.leave()
    assert scene.states() == ["todo"] * 4 and scene.listed()[0]["annotations"] == []


def test_several_items_are_judged_at_once_and_undone_by_one_key(tmp_path: Path) -> None:
    scene = Scene(tmp_path, spans(6), PASS_FAIL)
    with scene.open((80, 24)) as terminal:
        press(terminal, "2", "i", TAB, DOWN, SHIFT_TAB)
        assert any("3 items marked" in line for line in terminal.lines())
        press(terminal, ENTER, *"pass", ENTER)
        assert "pass on 3 items" in terminal.lines()[-2]
        assert scene.answers() == ["fail", "pass", "pass", "pass", None, None]
        press(terminal, "i", CTRL_A, ENTER, *"fail", ENTER)
        lines = terminal.lines()
        assert any("4 items of them you have judged already" in line for line in lines)
        assert any("only the 2 that you have not judged" in line for line in lines)
        press(terminal, ENTER)
        assert scene.answers() == ["fail", "pass", "pass", "pass", "fail", "fail"] and "4 left as you judged them" in terminal.lines()[-2]
        terminal.leave()
    with Terminal(scene.review, (80, 24), scene.environment, scene.folder) as terminal:
        terminal.wait_for("End of the queue")
        terminal.read_until_quiet()
        press(terminal, "u")
        assert scene.answers() == ["fail", "pass", "pass", "pass", None, None]
        press(terminal, "u")
        assert scene.answers() == ["fail", None, None, None, None, None] and scene.states() == ["done"] + ["todo"] * 5
