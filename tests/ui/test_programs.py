"""The person's programs, and what goes to the clipboard."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.errors import UsageError
from annotator.ui.clipboard import LONGEST, cut, sequences, to_tmux
from annotator.ui.programs import editor, opener, pager


@pytest.fixture
def path(tmp_path: Path) -> str:
    for name in ("less", "more", "bat", "vi", "vim", "xdg-open", "open", "lynx"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    return str(tmp_path)


def test_the_pager_is_the_persons_else_less(path: str) -> None:
    assert pager({"PATH": path, "PAGER": "bat --paging=always"}) == ["bat", "--paging=always"]
    assert pager({"PATH": path}) == ["less", "-+F"]
    assert pager({"PATH": path, "PAGER": f"{path}/less -R"}) == [f"{path}/less", "-R", "-+F"]
    assert pager({"PATH": path, "PAGER": " "}) == ["less", "-+F"]


def test_the_editor_is_the_persons_else_a_usual_one(path: str) -> None:
    assert editor({"PATH": path, "VISUAL": "bat", "EDITOR": "vi"}) == ["bat"]
    assert editor({"PATH": path, "EDITOR": "vi -n"}) == ["vi", "-n"]
    assert editor({"PATH": path}) == ["vim"]


def test_what_is_missing_is_an_error_with_a_way_out(path: str, tmp_path: Path) -> None:
    (empty := tmp_path / "empty").mkdir()
    for environ, said in (({"PAGER": "nothing"}, "PAGER names nothing"), ({"PAGER": '"'}, "no command line"), ({}, "no less, no more")):
        with pytest.raises(UsageError, match=said) as caught:
            pager({"PATH": str(empty)} | environ)
        assert "PAGER" in caught.value.advice or "quotes" in caught.value.advice


def test_only_a_display_is_opened_on(path: str) -> None:
    assert opener({"PATH": path}, "linux") is None
    assert opener({"PATH": path, "DISPLAY": "", "BROWSER": "lynx"}, "linux") is None
    assert opener({"PATH": path, "DISPLAY": ":0", "BROWSER": "lynx"}, "linux") == f"{path}/xdg-open"
    assert opener({"PATH": path, "WAYLAND_DISPLAY": "wayland-0"}, "linux") == f"{path}/xdg-open"
    assert opener({"PATH": path}, "darwin") == f"{path}/open"
    assert opener({"PATH": path, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, "darwin") is None
    assert opener({"PATH": "/nowhere", "DISPLAY": ":0"}, "linux") is None


@given(st.text())
def test_the_clipboard_sequence_is_base64_in_a_fixed_frame(text: str) -> None:
    asked = sequences(text, {})
    assert asked.startswith("\x1b]52;c;") and asked.endswith("\x07")
    assert base64.b64decode(asked[7:-1], validate=True) == text.encode("utf-8", "replace")
    inside = sequences(text, {"TMUX": "/tmp/tmux,1,0"})
    assert inside.startswith(asked + "\x1bPtmux;\x1b\x1b]52;c;") and inside.endswith("\x07\x1b\\")


@given(st.integers(LONGEST - 4, LONGEST + 4), st.sampled_from("aü漢😀"))
def test_what_is_cut_is_cut_between_characters(size: int, char: str) -> None:
    text = "a" * (size % len(char.encode())) + char * (size // len(char.encode()))
    kept = cut(text)
    assert text.startswith(kept) and len(kept.encode()) <= LONGEST
    assert kept == text or len(kept.encode()) > LONGEST - 4


def test_without_tmux_nothing_is_asked_of_it(path: str) -> None:
    assert not to_tmux("text", {})
