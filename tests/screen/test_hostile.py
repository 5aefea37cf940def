"""What came from a trace is data: whatever it holds, the terminal gets what harmless text would give it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from annotator.text.escape import visible
from tests.screen.scene import Scene, place, press, rubric_row, span
from tests.terminal import Terminal

TITLE = "\x1b]0;owned\x07\x1b]2;owned\x1b\\"
BIDI = "abc\u202edcba\u202c\u2066x\u2069\u200f"
C1 = "\x9b31m\x9d0;owned\x9c\x90q\x9c\x85"
MARKUP = "[bold]x[/bold] [@click=app.quit]y[/] [red on blue]{z} $w \\[/"
ATTACKS = {
    "strings": TITLE + "\x1b]52;c;b3duZWQ=\x07" + "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "sequences": "\x1b[31mred\x1b[0m\x1b[2J\x1b[H\x1b[?1049l\x1b[?25h\x1bc\x1b[6n\x1b[c\x1bP$qm\x1b\\\x05" + C1,
    "hidden": BIDI + "a\u200bb\ufeffc\U000e0041\u2028d\u2029e",
    "control": "a\x00b\x08c\x7fd\rowned\x0be\x0cf",
    "markup": MARKUP,
    "surrogate": "a\ud800b",
}
HIDDEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff\x80-\x9f]")


def everywhere(value: Any, text: str) -> Any:
    """The value with the text behind each of its strings, keys too."""
    if isinstance(value, str):
        return value + text
    if isinstance(value, list):
        return [everywhere(one, text) for one in value]
    return {key + text: everywhere(one, text) for key, one in value.items()} if isinstance(value, dict) else value


def hostile(text: str) -> list[dict[str, Any]]:
    """A trace with the text in every place that a sender fills, and a harmless one behind it."""
    root, child = span(1), span(1, 1)
    messages = [{"message": {"role": role + text, "content": f"question 001 {text}\n{text}"}} for role in ("user", "system", "odd")]
    calls = [{"tool_call": {"id": text, "function": {"name": "f" + text, "arguments": json.dumps({"a" + text: text})}}}]
    documents = [{"document": {"id": "d" + text, "content": "content " + text, "score": 0.5, "metadata": json.dumps({text: text})}}]
    root["attributes"] |= {
        "llm.input_messages": [{"message": {"role": "user", "content": "question 001"}}, *messages],
        "llm.output_messages": [{"message": {"role": "assistant", "content": text, "tool_calls": calls}}],
        "llm.model_name": "model" + text,
        "llm.invocation_parameters": json.dumps({"stop": text}),
        "retrieval.documents": documents,
        "session.id": "session" + text,
        "tag.tags": ["tag" + text],
        "metadata": json.dumps(everywhere({"a": "b"}, text)),
        "odd" + text: text,
    }
    child["attributes"] = {key: everywhere(value, text) for key, value in child["attributes"].items()}
    for one in (root, child):
        one |= {"name": "reply" + text, "status_message": "bad " + text, "status_code": "ERROR"}
        one["events"] = [{"name": "exception" + text, "timestamp": one["end_time"], "attributes": {
            "exception.type": "E" + text, "exception.message": text, "exception.stacktrace": "at " + text}}]  # fmt: skip
    child["span_kind"] = "TOOL" + text
    return [root, child, span(2)]


def tour(scene: Scene) -> tuple[Terminal, bytes, list[str]]:
    """Look at everything of the first item; what was sent, and the screen at its end."""
    with scene.open() as terminal:
        press(terminal, "Z", " ", " ", "G", "g", "]", "Z", " ", "[", "t", "t", "i", "\x1b", "n", "note", "\r", "2", "k", "?", "\x1b")
        return terminal, bytes(terminal.raw), terminal.lines()


SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|.)", re.S)


def kinds(raw: bytes) -> set[bytes]:
    """The kinds of sequences that were sent: numbers left out, but for modes."""
    sent = SEQUENCE.findall(raw)
    return {one if one.startswith(b"\x1b[?") or not one.startswith(b"\x1b[") else re.sub(rb"[0-9;]+", b"", one) for one in sent}


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[bytes], str]:
    """The kinds of sequences, and the title, of the same tour of harmless text."""
    terminal, raw, _ = tour(Scene(tmp_path_factory.mktemp("harmless"), hostile("plain\nwords\tand more")))
    return kinds(raw), terminal.title


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_trace_reaches_no_terminal(tmp_path: Path, name: str, harmless: tuple[set[bytes], str]) -> None:
    text = ATTACKS[name]
    scene = Scene(tmp_path, hostile(text))
    terminal, raw, lines = tour(scene)
    assert kinds(raw) <= harmless[0], "no sequence but those of the program"
    assert not re.search(rb"[\x00-\x06\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]", raw)
    assert not HIDDEN.search(raw.decode()), "UTF-8 throughout, and nothing hidden in it"
    assert terminal.title == harmless[1] and "owned" not in terminal.title
    assert len(lines) == 40 and place(lines) == 1 and "[2 fail]" in rubric_row(lines, "correctness")
    if name == "markup":
        assert text.split()[0] in "\n".join(lines), "shown as it is"
    assert scene.answers() == ["fail", None]
    first = scene.listed()[0]
    assert [row["explanation"] for row in first["annotations"] if row["name"] == "note"] == ["note"]


def spoken(text: str) -> list[dict[str, Any]]:
    """A trace with the text where it is shown as it is, not as JSON."""
    root, child = span(1), span(1, 1)
    root["attributes"] |= {
        "llm.input_messages": [{"message": {"role": role, "content": f"question 001 {text} end"}} for role in ("system", "user")],
        "llm.output_messages": [{"message": {"role": "assistant", "content": f"start {text} end"}}],
        "llm.model_name": "model" + text,
        "session.id": "session" + text,
        "tag.tags": ["tag" + text],
    }
    child["attributes"] = {"retrieval.documents": [{"document": {"id": "d" + text, "content": "content " + text, "score": 0.5}}]}
    for one in (root, child):
        one |= {"name": "reply" + text, "status_message": "bad " + text, "status_code": "ERROR"}
    child["span_kind"] = "RETRIEVER"
    return [root, child, span(2)]


LOOKS = (["Z"], [" "], ["G"], ["g", "]"], ["Z", " "], ["[", "t"], ["t", "i"], ["\x1b", "2", "k"])


@pytest.mark.parametrize("name", ["strings", "sequences", "hidden"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_hostile_text_is_drawn_as_its_escaped_form_is(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    text = ATTACKS[name]
    looks: list[list[list[str]]] = []
    for number, shown in enumerate((text, visible(text))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with Scene(folder, spoken(shown)).open(size) as terminal:
            looks.append([[row for row in press(terminal, *keys) if "/h" not in row] for keys in LOOKS])
    assert looks[0] == looks[1]


def test_a_hostile_file_name_and_rubric_are_data_too(tmp_path: Path) -> None:
    text = TITLE + BIDI + MARKUP.replace("/", "")
    labels = json.dumps(["pass" + BIDI, "fail" + MARKUP])
    rubric = f'[[config]]\nname = "correct"\ntype = "categorical"\ndescription = {json.dumps(BIDI)}\nvalues = {labels}\n'
    scene = Scene(tmp_path, name="traces " + text, rubric=rubric)
    with scene.open() as terminal:
        press(terminal, "1", ":", "\x1b", "i", "\x1b", "l", "\x1b")
        assert place(terminal.lines()) == 2
        assert b"owned\x07" not in terminal.raw and not HIDDEN.search(terminal.raw.decode())
        assert "owned" not in terminal.title
    for verb in ("list", "status"):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", scene.run(verb)) and not HIDDEN.search(scene.run(verb))
    with Terminal(scene.command("review", str(scene.file) + "x"), env=scene.environment, cwd=tmp_path) as terminal:
        assert terminal.exit_code() > 0
        assert b"\x1b" not in terminal.raw and not HIDDEN.search(terminal.raw.decode())


def test_a_pasted_or_typed_sequence_is_kept_as_text(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        press(terminal, "n", "\x1b[200~" + BIDI + C1 + TITLE + "\x1b[201~", "\r")
        press(terminal, "n", "\x1b", "k")
        assert b"owned\x07" not in terminal.raw and not re.search("[\x80-\x9f]", terminal.raw.decode())
        assert "owned" not in terminal.title
    (note,) = scene.listed()[0]["annotations"]
    assert not re.search("[\x00-\x1f\x7f-\x9f]", note["explanation"])
