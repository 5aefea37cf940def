"""Shipped keymaps, users' own, and every fault that a file can have."""

import subprocess
import sys
from pathlib import Path

import pytest

from annotator.errors import KeymapError
from annotator.keymap.commands import BY_ID, COMMANDS, CONTEXTS
from annotator.keymap.keymap import Keymap, markdown
from annotator.keymap.load import load, names, shipped

DEFAULT = load("default", None)
LABEL = ("label", "review", "everywhere")
SCORE = ("score", "review", "everywhere")
FIELD = ("field", "everywhere")
OUTBOX = ("outbox", "everywhere", "list")


def run(keymap: Keymap, contexts: tuple[str, ...], key: str) -> str | None:
    command = keymap.command(contexts, key)
    return command.id if command else None


def test_commands_are_unique_and_described() -> None:
    assert len(BY_ID) == len(COMMANDS)
    assert {command.context for command in COMMANDS} == set(CONTEXTS)
    assert all(command.title and command.help.endswith(".") and len(command.title) <= 16 for command in COMMANDS)
    assert list(dict.fromkeys(command.context for command in COMMANDS)) == list(CONTEXTS)


def test_what_is_shipped() -> None:
    assert names(None) == ("default", "left-hand", "numpad", "thumbs", "vim")


@pytest.mark.parametrize("name", names(None))
def test_shipped_keymaps_give_every_command_a_key(name: str) -> None:
    keymap = load(name, None)
    assert keymap.name == name
    assert set(keymap.by_command) == set(BY_ID)
    assert all(keymap.keys(command.id) for command in COMMANDS)


@pytest.mark.parametrize("name", names(None)[1:])
def test_shipped_keymaps_hold_only_what_differs(name: str) -> None:
    keymap = load(name, None)
    text = (shipped() / f"{name}.toml").read_text("utf-8")
    same = {command.id for command in COMMANDS if keymap.keys(command.id) == DEFAULT.keys(command.id)}
    written = {line.partition(" =")[0] for line in text.splitlines() if " = [" in line}
    assert written
    assert not written & same


@pytest.mark.parametrize("name", names(None))
def test_digits_answer_in_every_shipped_keymap(name: str) -> None:
    keymap = load(name, None)
    assert [run(keymap, LABEL, digit) for digit in "1234567890"] == [f"answer_{n}" for n in range(1, 11)]


def test_the_narrower_context_goes_first() -> None:
    assert run(DEFAULT, LABEL, "home") == "scroll_top"
    assert run(DEFAULT, SCORE, "home") == "score_lower"
    assert run(DEFAULT, SCORE, "enter") == "score_commit"
    assert run(DEFAULT, SCORE, "1") == "score_type"
    assert run(DEFAULT, SCORE, ".") == "score_type"
    assert run(DEFAULT, LABEL, ".") == "repeat"
    assert run(DEFAULT, ("review", "everywhere"), "1") is None
    assert run(DEFAULT, LABEL, "ctrl+q") == "quit"
    assert run(DEFAULT, OUTBOX, "r") == "retry_row"
    assert run(DEFAULT, OUTBOX, "?") == "help"
    assert run(DEFAULT, OUTBOX, "z") is None


@pytest.mark.parametrize("name", names(None))
@pytest.mark.parametrize("context", ["field", "list"])
def test_printable_keys_are_text_where_text_is_typed(name: str, context: str) -> None:
    keymap = load(name, None)
    printable = [chr(code) for code in range(0x21, 0x7F)] + ["space", "é"]
    assert {run(keymap, (context, "review", "everywhere"), key) for key in printable} == {None}
    assert run(keymap, (context, "everywhere"), "ctrl+q") == "quit"
    assert run(keymap, (context, "everywhere"), "f1") == "help"


def test_thumbs_and_vim() -> None:
    thumbs, vim = load("thumbs", None), load("vim", None)
    assert [run(thumbs, LABEL, key) for key in "ynst"] == ["answer_1", "answer_2", "skip", "note"]
    assert run(thumbs, SCORE, "n") is None
    assert [run(vim, LABEL, key) for key in "jkJKnNiI"] == [
        "scroll_down", "scroll_up", "next_item", "previous_item", "next_match", "previous_match", "note", "jump",
    ]  # fmt: skip


def own(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def test_an_override_replaces_all_keys_of_its_command(tmp_path: Path) -> None:
    path = own(tmp_path, '[review]\nredo = ["y"]\n')
    for keymap in (load("mine", tmp_path), load(str(path), None)):
        assert keymap.name == "mine"
        assert keymap.keys("redo") == ("y",)
        assert run(keymap, LABEL, "ctrl+r") is None
        assert keymap.keys("undo") == ("u",)


def test_two_commands_may_swap_keys(tmp_path: Path) -> None:
    own(tmp_path, '[review]\nnote = ["s"]\nskip = ["n"]\n')
    assert [run(load("mine", tmp_path), LABEL, key) for key in "ns"] == ["skip", "note"]


def test_a_users_own_file_goes_before_a_shipped_one(tmp_path: Path) -> None:
    own(tmp_path, '[review]\nnote = ["y"]\n', "default")
    own(tmp_path, '[review]\nnote = ["y"]\n', "vim")
    assert names(tmp_path) == names(None)
    assert load("default", tmp_path).keys("note") == ("y",)
    assert load("vim", tmp_path).keys("scroll_up") == ("up",)
    assert load("thumbs", tmp_path).keys("note") == ("t",)


def test_an_empty_file_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    assert load(str(own(tmp_path, "")), None).by_command == DEFAULT.by_command
    assert load(str(own(tmp_path, '\ufeff[review]\r\nnote = ["y"]\r\n')), None).keys("note") == ("y",)


FAULTS = [
    ('[reviw]\nnote = ["n"]', 1, "'reviw'", "Did you mean review?"),
    ('[global]\nquit = ["q"]', 1, "'global'", "everywhere, review"),
    ('quit = ["q"]', 1, "outside a table", "[everywhere]"),
    ('[review]\nnote = ["n"]\nunod = ["u"]', 3, "'unod'", "Did you mean undo?"),
    ('[label]\n"answer_11" = ["u"]', 2, "'answer_11'", "Did you mean answer_1"),
    ('[review]\n\nquit = ["ctrl+q"]', 3, "quit is no command of [review]", "[everywhere]"),
    ("[review]\nnote = []", 2, "no key", "remove the line"),
    ('[review]\nnote = "n"', 2, "no list", 'note = ["x"'),
    ("[review]\nnote = [1]", 2, "no list", 'note = ["x"'),
    ('[review.note]\nkeys = ["n"]', None, "no list", 'note = ["x"'),
    ('[review]\nnote = ["hyper+q"]', 2, "'hyper+q'", "ctrl+"),
    ('[review]\nnote = ["Ctrl+N"]', 2, "'Ctrl+N'", "Did you mean 'ctrl+n'?"),
    ('[review]\nnote = ["question_mark"]', 2, "'question_mark'", "Did you mean '?'?"),
    ('[review]\nnote = [""]', 2, "'' of note", "one character"),
    ('[review]\nnote = ["n", "n"]', 2, "twice", "once"),
    ('[review]\nnote = ["ctrl+i"]', 2, "told from Tab", "'tab'"),
    ('[review]\nnote = ["ctrl+m"]', 2, "told from Enter", "'enter'"),
    ('[review]\nnote = ["ctrl+h"]', 2, "told from Bksp", "'backspace'"),
    ('[review]\nnote = ["ctrl+["]', 2, "told from Esc", "'escape'"),
    ('[review]\nnote = ["s"]', 2, "also the key of skip by default", 'Under [review] write skip = ["'),
    ('[review]\nnote = ["r"]', 2, "also the key of redo by default", 'Under [review] write redo = ["ctrl+r"]'),
    ('[review]\nnote = ["y"]\nskip = ["y"]', 3, "'y' of skip is also the key of note.", "give skip another"),
    ('[everywhere]\nhelp = ["ctrl+q"]', 2, "also the key of quit", "Under [everywhere]"),
    ('[everywhere]\nquit = ["q"]', 2, "no key quits", "'ctrl+q'"),
    ('[field]\nfield_save = ["ctrl+q"]', 2, "no key quits", "'ctrl+q'"),
    ('[field]\nfield_save = ["s"]', 2, "text in [field]", "types nothing"),
    ('[list]\nlist_down = ["space"]', 2, "text in [list]", "types nothing"),
    ('[score]\nscore_type = ["a"]', 2, "not part of a number", "digits"),
    ("[review\n", None, "at line 1", "note = "),
]


@pytest.mark.parametrize(("text", "line", "title", "advice"), FAULTS, ids=[text for text, *_ in FAULTS])
def test_a_fault_is_named_with_its_place_and_a_way_out(tmp_path: Path, text: str, line: int | None, title: str, advice: str) -> None:
    path = own(tmp_path, text)
    with pytest.raises(KeymapError) as caught:
        load("mine", tmp_path)
    assert caught.value.title.startswith(f"{path}, line {line}: " if line else f"{path}: ")
    assert title in caught.value.title
    assert advice in caught.value.advice
    assert "\n" not in str(caught.value.title)


def test_suggested_bindings_are_valid(tmp_path: Path) -> None:
    taken = '[review]\nnote = ["s"]\n'
    own(tmp_path, taken)
    with pytest.raises(KeymapError) as caught:
        load("mine", tmp_path)
    suggested = caught.value.advice.partition("write ")[2].partition(", or")[0]
    own(tmp_path, taken + suggested + "\n")
    assert run(load("mine", tmp_path), LABEL, "s") == "note"


def test_a_keymap_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeymapError, match="Did you mean vim"):
        load("vmi", tmp_path)
    with pytest.raises(KeymapError, match="default, left-hand"):
        load("", tmp_path)
    with pytest.raises(KeymapError, match="cannot be read: No such file"):
        load(str(tmp_path / "none.toml"), None)
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(KeymapError, match="cannot be read"):
        load(str(tmp_path / "folder.toml"), None)
    (tmp_path / "latin.toml").write_bytes(b'[review]\nnote = ["\xe9"]\n')
    with pytest.raises(KeymapError, match="not UTF-8"):
        load("latin", tmp_path)


def test_tables() -> None:
    rows = {row.command: row for row in DEFAULT.table()}
    assert list(rows) == list(BY_ID)
    assert rows["score_type"].keys == ("0-9", ".", ",", "-")
    assert rows["redo"].keys == ("r", "Ctrl+R")
    assert DEFAULT.first("previous_criterion") == "⇧Tab"
    text = markdown(DEFAULT)
    assert "| `r` `Ctrl+R` | `redo` | Do again what was taken back. |\n" in text
    assert all(f"| `{command.id}` |" in text for command in COMMANDS)


def test_markdown_survives_the_characters_it_is_made_of(tmp_path: Path) -> None:
    own(tmp_path, '[review]\npager = ["|", "`"]\n')
    assert "| `\\|` `` ` `` | `pager` |" in markdown(load("mine", tmp_path))


def test_loading_imports_no_screen_and_no_network() -> None:
    program = (
        "import sys; from annotator.keymap.load import load; load('vim', None); "
        "print([name for name in ('textual', 'rich', 'httpx', 'pydantic', 'sqlite3', 'argparse') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
