"""What leaves the screen: the clipboard, a pager, an editor, a browser, files; and the screen afterwards."""

import base64
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.screen.parts import PIXEL, agent, picture
from tests.screen.scene import CTRL_C, ENTER, ESC, Scene, press, shows, span
from tests.terminal import Terminal

HEADLESS = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "XDG_DOWNLOAD_DIR": ""}
OSC52 = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def copied(terminal: Terminal) -> list[str]:
    """What was put on the clipboard, in order."""
    return [base64.b64decode(found).decode() for found in OSC52.findall(terminal.raw)]


def program(folder: Path, name: str, script: str) -> str:
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(0o755)
    return str(path)


def test_the_answer_a_part_and_ids_are_copied(tmp_path: Path) -> None:
    with Scene(tmp_path, agent(1)).open((80, 24)) as terminal:
        assert "copied the answer" in press(terminal, "C")[-2]
        assert "copied CALL weigh" in press(terminal, ")", "C")[-2]
        lines = press(terminal, "I")
        assert f"{1:032x}" in lines[-2] and f"{101:016x}" in lines[-2]
        press(terminal, "]", "I")
        answer, call, trace_id, span_id = copied(terminal)
    assert answer.startswith("answer 001. left edge") and answer.endswith("RIGHT EDGE")
    assert "weigh" in call and "stone: 1" in call
    assert (trace_id, span_id) == (f"{1:032x}", f"{102:016x}")


def test_a_copy_that_is_too_long_is_cut_between_characters_and_said(tmp_path: Path) -> None:
    root = span(1)
    root["attributes"]["llm.output_messages"] = [{"message": {"role": "assistant", "content": "ü" * 60_000}}]
    with Scene(tmp_path, [root]).open() as terminal:
        assert "copied the first 75 kB of 120 kB" in press(terminal, "C")[-2]
        (text,) = copied(terminal)
        assert set(text) == {"ü"} and len(text.encode()) == 74_994
        assert max(map(len, OSC52.findall(terminal.raw))) + len("\x1b]52;c;\x07") == 100_000


def test_hostile_text_reaches_the_clipboard_escaped_and_the_terminal_as_base64(tmp_path: Path) -> None:
    root = span(1)
    root["attributes"]["llm.output_messages"] = [{"message": {"role": "assistant", "content": "a\x1b]52;c;ZXZpbA==\x07b\x07"}}]
    with Scene(tmp_path, [root]).open() as terminal:
        press(terminal, "C")
        assert copied(terminal) == ["a\\x1b]52;c;ZXZpbA==\\x07b\\x07"]


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_in_tmux_as_it_comes_the_text_is_in_its_buffer(tmp_path: Path) -> None:
    scene = Scene(tmp_path, agent(1))
    socket = str(tmp_path / "tmux")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TMUX")}

    def tmux(*words: str) -> str:
        done = subprocess.run(["tmux", "-S", socket, *words], env=environment, capture_output=True, text=True, timeout=20, check=False)
        return done.stdout

    with Terminal(["tmux", "-S", socket, "-f", os.devnull, "new", *scene.review], env=scene.environment, cwd=tmp_path) as terminal:
        try:
            terminal.wait_for("question 001")
            press(terminal, ")", "C")
            terminal.wait_for("copied CALL weigh")
            assert "weigh" in tmux("show-buffer")
            assert any("weigh" in text for text in _outer(terminal)), "tmux hands it on to the terminal around it"
        finally:
            tmux("kill-server")


def _outer(terminal: Terminal) -> list[str]:
    return [base64.b64decode(found).decode() for found in re.findall(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]+)(?:\x07|\x1b\\)", terminal.raw)]


def test_the_pager_has_the_terminal_and_its_keys(tmp_path: Path) -> None:
    script = "import sys; print(open(sys.argv[-1]).read()); print('PAGER READY'); input(); input('AGAIN'); input('DONE')"
    pager = program(tmp_path, "pager", script)
    (temporary := tmp_path / "temporary").mkdir()
    scene = Scene(tmp_path, [*agent(1), span(2)], env={"PAGER": pager, "TMPDIR": str(temporary)})
    with scene.open() as terminal:
        before = press(terminal, ")")
        terminal.send("|")
        shown = "\n".join(terminal.wait_for("PAGER READY"))
        assert "CALL  weigh" in shown and "question 001" not in shown, "the marked part alone"
        terminal.send("1\r")
        terminal.wait_for("AGAIN")
        terminal.send("1\r1\r")
        terminal.wait_for(lambda lines: "back from" in "\n".join(lines))
        lines = terminal.read_until_quiet()
        assert lines[:-2] == before[:-2], "the screen is whole again"
        assert shows(2)(press(terminal, "1")), "and judges"
        press(terminal, "k", ESC)
        terminal.send("|")
        terminal.wait_for("PAGER READY")
        assert "DOCS" in terminal.text() and "answer 001" in terminal.text(), "without a mark the whole trace"
        terminal.send("\r\r\r")
        terminal.wait_for("back from")
    assert scene.answers() == ["pass", None]
    assert not list(temporary.iterdir()), "no copy is left"


def test_keys_before_during_and_after_a_program_judge_nothing(tmp_path: Path) -> None:
    pager = program(tmp_path, "pager", "print('PAGER READY'); input()")
    scene = Scene(tmp_path, [*agent(1), span(2)], env={"PAGER": pager})
    with scene.open() as terminal:
        terminal.send("|1")
        terminal.wait_for("PAGER READY")
        terminal.send("\r1111")
        terminal.wait_for("back from")
        assert shows(1)(terminal.read_until_quiet())
    assert scene.answers() == [None, None]


def test_ctrl_c_ends_the_program_not_the_review(tmp_path: Path) -> None:
    script = "try:\n    print('PAGER READY', flush=True)\n    input()\nexcept KeyboardInterrupt: raise SystemExit(7)"
    pager = program(tmp_path, "pager", script)
    scene = Scene(tmp_path, agent(1), env={"PAGER": pager})
    with scene.open() as terminal:
        terminal.send("|")
        terminal.wait_for("PAGER READY")
        terminal.send(CTRL_C)
        assert "exit code 7" in terminal.wait_for("exit code 7")[-2]
        assert shows(1)(terminal.read_until_quiet())


def test_the_editor_gets_a_read_only_copy_that_is_gone_afterwards(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    editor = program(
        tmp_path, "editor", f"import os, sys\nopen({str(seen)!r}, 'w').write(f'{{sys.argv[-1]}} {{oct(os.stat(sys.argv[-1]).st_mode)}}')"
    )
    scene = Scene(tmp_path, agent(1), env={"VISUAL": "", "EDITOR": editor})
    with scene.open() as terminal:
        press(terminal, "E")
        terminal.wait_for("back from")
    path, mode = seen.read_text().split()
    assert stat.S_IMODE(int(mode, 8)) == 0o400 and not Path(path).exists()


def test_less_shows_a_short_part_whatever_its_options_say(tmp_path: Path) -> None:
    if shutil.which("less") is None:
        pytest.skip("less is not installed")
    scene = Scene(tmp_path, agent(1), env={"PAGER": "less", "LESS": "-FRX"})
    with scene.open((80, 24)) as terminal:
        before = press(terminal, ")")
        terminal.send("|")
        terminal.wait_for(lambda lines: any("part.txt" in line for line in lines))
        terminal.send("q")
        terminal.wait_for("back from")
        assert terminal.read_until_quiet()[:-2] == before[:-2]


def test_a_program_that_is_missing_is_said(tmp_path: Path) -> None:
    scene = Scene(tmp_path, agent(1), env={"PAGER": "no-such-pager -x", "EDITOR": "'unclosed"} | {"VISUAL": ""})
    with scene.open() as terminal:
        assert "PAGER names no-such-pager, which is not on this machine" in press(terminal, "|")[-2]
        assert "EDITOR='unclosed is no command line" in press(terminal, "E")[-2]


def test_files_have_no_page(tmp_path: Path) -> None:
    with Scene(tmp_path, agent(1)).open((80, 24)) as terminal:
        assert "comes from files" in press(terminal, "O")[-2]


def test_an_image_is_saved_beside_earlier_ones_and_never_over_them(tmp_path: Path) -> None:
    scene = Scene(tmp_path, picture(1, f"data:image/png;base64,{PIXEL}"), env=HEADLESS)
    with scene.open((80, 24)) as terminal:
        assert re.search(r"saved ~/image-00000000.png, 68 B", press(terminal, "o")[-2])
        assert "image-00000000-2.png" in press(terminal, "o")[-2]
    assert [(tmp_path / f"image-00000000{more}.png").read_bytes() for more in ("", "-2")] == [base64.b64decode(PIXEL)] * 2


def test_of_several_images_one_is_chosen(tmp_path: Path) -> None:
    address = "https://example.org/" + "long-name/" * 20 + "tent.jpg"
    scene = Scene(tmp_path, picture(1, f"data:image/png;base64,{PIXEL}", address), env=HEADLESS)
    with scene.open((80, 24)) as terminal:
        lines = press(terminal, "o")
        assert "Images, sounds and files" in "\n".join(lines) and "image/png" in "\n".join(lines)
        shown = press(terminal, "example.org", ENTER)
        assert address in "".join(line.strip() for line in shown), "the whole address"
        assert copied(terminal) == [address]
        assert shows(1)(press(terminal, ESC))


def test_bad_data_is_said_and_nothing_is_saved(tmp_path: Path) -> None:
    scene = Scene(tmp_path, picture(1, "data:image/png;base64,this is no base64!"), env=HEADLESS)
    with scene.open() as terminal:
        assert "is no base64" in press(terminal, "o")[-2]
    assert not list(tmp_path.glob("image*"))


def test_with_a_display_what_was_saved_is_opened(tmp_path: Path) -> None:
    if sys.platform == "darwin":
        pytest.skip("macOS opens with another program")
    opened = tmp_path / "opened"
    binaries = tmp_path / "bin"
    binaries.mkdir()
    program(binaries, "xdg-open", f"import sys; open({str(opened)!r}, 'w').write(sys.argv[1])")
    env = HEADLESS | {"DISPLAY": ":7", "PATH": f"{binaries}:{os.environ['PATH']}"}
    scene = Scene(tmp_path, picture(1, f"data:image/png;base64,{PIXEL}"), env=env)
    with scene.open() as terminal:
        assert "opening ~/image-00000000.png" in press(terminal, "o")[-2]
        terminal.wait_for(lambda lines: opened.exists() and opened.read_text())
    assert opened.read_text() == str(tmp_path / "image-00000000.png")
