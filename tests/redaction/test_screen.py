"""What reaches the terminal, the clipboard, programs, files and the log: never what a pattern finds, until a person reveals it."""

import base64
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.redaction.planted import PATTERN, WORD, Planter
from tests.screen.parts import agent
from tests.screen.scene import CTRL_Q, ENTER, ESC, PAGE_DOWN, Scene, press, span
from tests.screen.test_leading_out import copied, program
from tests.terminal import Terminal

HIDDEN = "‹secret›"
KEEP = """
import pathlib, sys
with open({out!r}, "a") as out:
    out.write(pathlib.Path(sys.argv[-1]).read_text())
"""


def planted() -> list[dict[str, Any]]:
    """Two traces of one session; every text of theirs holds a secret but the words of the screen's tests."""
    made = []
    for number in (1, 2):
        rows = agent(number)
        rows[0]["attributes"] |= {
            "session.id": "s", "user.id": "u", "tag.tags": ["one", "two"], "metadata": '{"k": "v", "n": [1, {"x": "y"}]}',
            "llm.invocation_parameters": '{"stop": ["a"]}',
            "llm.tools": [{"tool": {"json_schema": '{"name": "weigh", "description": "d"}'}}],
            "llm.prompt_template.template": "a {b}", "llm.prompt_template.variables": '{"b": "c"}', "input.value": '{"asked": "this"}',
            "eval.explanation": "so", "made.up": {"deep": [{"er": "still"}]},
        }  # fmt: skip
        rows[0]["attributes"]["llm.input_messages"].append(
            {"message": {"role": "user", "contents": [
                {"message_content": {"type": "text", "text": f"question {number:03}"}},
                {"message_content": {"type": "image", "image": {"image": {"url": "data:text/plain;base64,eA=="}}}},
            ]}}
        )  # fmt: skip
        rows[2]["events"] = [{"name": "exception", "timestamp": rows[2]["end_time"], "attributes": {
            "exception.type": "E", "exception.message": "m", "exception.stacktrace": "Traceback\n  File \"x\", line 1"}}]  # fmt: skip
        planter = Planter()
        for row in rows:
            values = {key: planter.value(row[key]) for key in ("name", "status_message", "events")}
            kind = row["attributes"].pop("openinference.span.kind")
            row |= values | {"attributes": planter.value(row["attributes"]) | {"openinference.span.kind": kind}}
            for event in row["events"]:
                event["timestamp"] = rows[0]["end_time"]
        made += rows
    return made


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path, planted())
    config = tmp_path / "config" / "annotator"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(f"redact = ['card', {{ name = 'secret', pattern = '{PATTERN.expression}' }}]\n")
    made.env = {
        "PAGER": program(tmp_path, "pager", KEEP.format(out=str(tmp_path / "paged"))),
        "VISUAL": "",
        "EDITOR": program(tmp_path, "editor", KEEP.format(out=str(tmp_path / "edited"))),
        "XDG_DOWNLOAD_DIR": str(tmp_path),
        "DISPLAY": "",
        "WAYLAND_DISPLAY": "",
    }
    return made


def reveals(scene: Scene) -> list[tuple[str, int | None, Any]]:
    with closing(sqlite3.connect(scene.folder / "annotator.db")) as store:
        rows = store.execute("SELECT annotator, item, after FROM journal WHERE action = 'reveal' ORDER BY seq").fetchall()
    return [(annotator, item, json.loads(after)) for annotator, item, after in rows]


def open_first(scene: Scene) -> Terminal:
    terminal = Terminal([*scene.review, "--log", str(scene.folder / "log")], (120, 40), scene.environment, scene.folder)
    try:
        terminal.wait_for(lambda lines: "1 / 2" in lines[0] and any(HIDDEN in line for line in lines))
        terminal.read_until_quiet()
    except BaseException:
        terminal.__exit__(None, None, None)
        raise
    return terminal


def test_no_byte_of_it_leaves_the_program(scene: Scene) -> None:
    with open_first(scene) as terminal:
        press(terminal, "Z", *([PAGE_DOWN] * 5), "v", *([PAGE_DOWN] * 8), "v", "T", "]", "t", "t", "j", "Z", PAGE_DOWN, "k")
        press(terminal, "C", "g", "}", "C", ")", "C", "p", "C", "!", "C", "v", "}", "C", "v", ESC)
        for keys, name in (("|", "pager"), ("E", "editor"), ("v|", "pager")):
            press(terminal, *keys)
            terminal.wait_for(f"back from {name}")
        press(terminal, "v")
        said = press(terminal, ESC, "/", f"{WORD}-", ENTER)[-2]
        assert "is not in this trace" in said
        press(terminal, "i", f"{WORD}-1", ESC)
        assert "holds what is redacted" in press(terminal, ESC, ESC, "o")[-2]
        press(terminal, "1", "k")
        typed = terminal.raw.count(f"{WORD}-".encode())
        terminal.send(CTRL_Q)
        terminal.exit_code()
        raw, clipboard = bytes(terminal.raw), copied(terminal)
    assert len(clipboard) >= 5 and HIDDEN in "".join(clipboard) and WORD not in "".join(clipboard)
    assert HIDDEN.encode() in raw
    # The search field and the filter of the list echo what is typed, and the search says what was not found.
    echoes = raw.replace(f"{WORD}-1".encode(), b"").count(f"{WORD}-".encode())
    assert typed and all(f"{WORD}-{number}".encode() not in raw for number in range(2, 200)) and echoes <= typed
    for name in ("paged", "edited"):
        text = (scene.folder / name).read_text()
        assert HIDDEN in text and WORD not in text
    assert WORD not in (scene.folder / "log").read_text()
    assert base64.b64encode(f"{WORD}-".encode())[:6] not in raw
    assert reveals(scene) == []
    for verb in (("show", "1" * 8), ("list",), ("list", "--json"), ("status", "--offline"), ("queue", "list")):
        words = (verb[0], f"{1:032x}") if verb[0] == "show" else verb
        for more in ((), ("--raw",), ("--json",)) if verb[0] == "show" else ((),):
            assert WORD not in scene.run(*words, *more), (words, more)


def test_a_part_and_an_item_are_revealed_and_the_journal_has_it(scene: Scene) -> None:
    with open_first(scene) as terminal:
        press(terminal, "g", ")")
        assert WORD not in terminal.text()
        lines = press(terminal, "*")
        assert "the journal has that you saw it" in lines[-2] and "CALL" in lines[-2]
        assert WORD in terminal.text() and HIDDEN in terminal.text()
        ((who, item, what),) = reveals(scene)
        assert (who, item, what["trace"], len(what["parts"])) == ("tester", 1, f"{1:032x}", 1)
        assert "hidden again" in press(terminal, "*")[-2]
        assert WORD not in terminal.text()
        assert "the whole item as received" in press(terminal, ESC, "*")[-2]
        assert HIDDEN not in terminal.text() and WORD in terminal.text()
        assert reveals(scene)[1:] == [("tester", 1, {"trace": f"{1:032x}", "parts": []})]
        assert "1 of" in press(terminal, "/", f"{WORD}-", ENTER)[-2]
        press(terminal, ESC, "j", "k")
        terminal.wait_for(lambda lines: "1 / 2" in lines[0] and any(HIDDEN in line for line in lines))
        assert WORD not in terminal.text(), "another item, and back: hidden"
        assert len(reveals(scene)) == 2
    assert scene.answers() == [None, None]


def test_show_reveals_for_a_named_person(scene: Scene) -> None:
    scene.run("pull", str(scene.file))
    trace_id = f"{1:032x}"
    assert WORD not in scene.run("show", trace_id)
    assert WORD in scene.run("show", "--reveal", "--as", "mira", trace_id)
    assert WORD in scene.run("show", "--reveal", "--raw", trace_id)
    assert [(who, what["trace"]) for who, _, what in reveals(scene)] == [("mira", trace_id), ("tester", trace_id)]


def test_other_patterns_redact_the_questions_anew(scene: Scene) -> None:
    scene.run("pull", str(scene.file))
    assert all(WORD not in item["question"] and HIDDEN in item["question"] for item in scene.listed())
    (scene.folder / "config" / "annotator" / "config.toml").write_text("")
    assert all(WORD in item["question"] for item in scene.listed())
    config = scene.folder / "config" / "annotator" / "config.toml"
    config.write_text(f"redact = [{{ name = 'other', pattern = '{PATTERN.expression}' }}]\n")
    assert all(WORD not in item["question"] and "‹other›" in item["question"] for item in scene.listed())


def test_a_pattern_without_end_holds_up_no_key(tmp_path: Path) -> None:
    root = span(1)
    root["attributes"]["llm.input_messages"].append({"message": {"role": "system", "content": "a" * 4000 + "!"}})
    scene = Scene(tmp_path, [root])
    config = tmp_path / "config" / "annotator"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("redact = [{ name = 'endless', pattern = '(a+)+$' }]\n")
    with scene.open() as terminal:
        press(terminal, "Z")
        assert "looking for endless took too long" in terminal.text()
        press(terminal, "1")
        terminal.leave()
    assert scene.answers() == ["pass"]
