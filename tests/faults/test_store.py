"""The store cannot be written, or not be read: it is said with what to do, the screen does not move, and afterwards it goes on."""

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from annotator.store.store import open_store
from tests.screen.scene import CTRL_Q, ESC, Scene, field_text, place, press, shows, traces
from tests.terminal import Terminal

HERE = Path(__file__).parent
KEYS = "12"
FULL_MB = 6


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of a few megabytes; the test is skipped where it may not be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={FULL_MB}m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes root's rights; the limit of a file's size is tested everywhere")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write until the disk has no room."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return ballast


def judge_until(terminal: Terminal, said: str, most: int = 60) -> tuple[int, int]:
    """Judge until something is said; the place then, and how many verdicts went through."""
    for number in range(most):
        before = place(terminal.lines())
        lines = press(terminal, KEYS[number % 2])
        if said in "\n".join(lines):
            assert place(lines) == before, "what was not stored does not move the screen"
            return before, number
        assert place(lines) == before + 1
    raise AssertionError(f"{most} verdicts, and never {said!r}")


def sound(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",) and db.execute("PRAGMA foreign_key_check").fetchall() == []
        # A judgement is four rows in one transaction: where one is, all are.
        tables = ("annotation", "step", "item WHERE state = 'done'")
        assert len({db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables}) == 1


def expected(items: int, judged: int) -> list[str | None]:
    return [["pass", "fail"][number % 2] if number < judged else None for number in range(items)]


def test_a_full_disk(tmp_path: Path) -> None:
    items = 80
    with small_disk(tmp_path / "disk") as disk:
        store = disk / "annotator.db"
        scene = Scene(tmp_path, traces(items), env={"ANNOTATOR_STORE": str(store)})
        with scene.open() as terminal:
            press(terminal, "1", "2")
            ballast = fill(disk)
            at, more = judge_until(terminal, "The disk is full")
            assert "nothing was changed" in terminal.text() and "Free some space" in terminal.text()
            assert at == 3 + more
            assert place(press(terminal, "j")) == at + 1 and place(press(terminal, "k")) == at, "looking at traces goes on"
            ballast.unlink()
            assert place(press(terminal, KEYS[more % 2])) == at + 1, "there is room again"
            press(terminal, KEYS[(more + 1) % 2])
            terminal.leave()
        assert scene.answers() == expected(items, more + 4)
        sound(store)


def test_a_full_disk_for_a_verb(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        store = disk / "annotator.db"
        scene = Scene(tmp_path, traces(400), env={"ANNOTATOR_STORE": str(store)})
        fill(disk)
        done = subprocess.run(
            scene.command("pull", str(scene.file)), env=os.environ | scene.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "disk is full" in done.stderr and "Free some space" in done.stderr
        (disk / "ballast").unlink()
        scene.run("pull", str(scene.file))
        assert len(scene.listed()) == 400


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux can set another process's limits")
def test_a_disk_that_fails(tmp_path: Path) -> None:
    """No file may grow, as with a quota: the write fails with another error than on a full disk."""
    items = 80
    scene = Scene(tmp_path, traces(items))
    with scene.open() as terminal:
        press(terminal, "1", "2")
        size = (tmp_path / "annotator.db-wal").stat().st_size
        resource.prlimit(terminal.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        at, more = judge_until(terminal, "The disk failed")
        assert "Check the disk" in terminal.text()
        resource.prlimit(terminal.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert place(press(terminal, KEYS[more % 2])) == at + 1
        terminal.leave()
    assert scene.answers() == expected(items, more + 3)
    sound(tmp_path / "annotator.db")


def test_a_lock_held_by_another_program(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(6))
    with scene.open() as terminal:
        press(terminal, "1")
        with closing(sqlite3.connect(tmp_path / "annotator.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for key in ("2", "u"):
                terminal.send(key)
                lines = terminal.wait_for("NOT SAVED: Another program is writing to the store")  # after a quarter of a second of trying
                assert shows(2)(lines) and "Press the key again" in "\n".join(lines)
                press(terminal, "z")
            terminal.send("ntyped with care\r")
            terminal.wait_for("NOT SAVED")
            assert field_text(press(terminal, "n")) == "typed with care", "what was typed is still there"
            press(terminal, ESC)
            assert shows(3)(press(terminal, "j")), "looking at traces goes on"
            press(terminal, "k")
            other.execute("ROLLBACK")
        assert shows(3)(press(terminal, "2"))
        terminal.leave()
    assert scene.answers() == ["pass", "fail", *[None] * 4]


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_read_only_store(tmp_path: Path, what: str) -> None:
    """It is opened by nobody who could not keep a verdict."""
    folder = tmp_path / "store"
    folder.mkdir()
    store = folder / "annotator.db"
    scene = Scene(tmp_path, traces(3), env={"ANNOTATOR_STORE": str(store)})
    scene.run("pull", str(scene.file))
    before = store.read_bytes()
    plain = [sys.executable, str(HERE / "without_override.py")]
    (store if what == "file" else folder).chmod(0o400 if what == "file" else 0o500)
    try:
        with Terminal([*plain, *scene.review], (120, 40), scene.environment, scene.folder) as terminal:
            assert terminal.exit_code() == 1
            said = terminal.flowing()
            assert "annotator: The store" in said and "writable for you, or name another file with --store." in said
            assert "\x1b[?1049h" not in terminal.raw.decode(), "no screen was opened"
        verb = [*plain, *scene.command("annotate", f"{1:032x}", "correctness=pass")]
        done = subprocess.run(verb, env=os.environ | scene.environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 1 and "writable for you" in done.stderr and "Traceback" not in done.stderr
    finally:
        folder.chmod(0o700)
        store.chmod(0o600)
    assert store.read_bytes() == before
    with scene.open() as terminal:
        assert shows(2)(press(terminal, "1")), "and works where it may be written again"


@pytest.mark.parametrize("killed", [False, True])
def test_a_store_from_a_newer_version(tmp_path: Path, killed: bool) -> None:
    """Refused, and left byte for byte as it was, also with what a killed program left beside it."""
    scene = Scene(tmp_path, traces(3))
    with scene.open() as terminal:
        press(terminal, "1")
        terminal.kill()
        terminal.exit_code()
    path = tmp_path / "annotator.db"
    newer = sqlite3.connect(path, isolation_level=None)
    newer.execute("PRAGMA user_version = 99")
    files = [path, *([path.with_name("annotator.db-wal")] if killed else [])]
    copies = {file: file.read_bytes() for file in files} if killed else {}
    newer.close()
    for file in path.parent.glob("annotator.db-*"):
        file.unlink()
    for file, content in copies.items():
        file.write_bytes(content)
    before = {file: file.read_bytes() for file in files}
    with Terminal(scene.review, (120, 40), scene.environment, tmp_path) as terminal:
        assert terminal.exit_code() == 1
        said = terminal.flowing()
        assert "was written by a newer annotator (format 99" in said and "Update annotator, or name another file with --store." in said
    for verb in (["push"], ["status"], ["list"], ["pull", str(scene.file)]):
        done = subprocess.run(scene.command(*verb), env=os.environ | scene.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 1 and "newer annotator" in done.stderr, done
    assert {file: file.read_bytes() for file in files} == before
    assert len(list(tmp_path.glob("annotator.db*backup*"))) == 0


def test_a_damaged_page_is_said_and_the_screen_does_not_move(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(6))
    scene.run("pull", str(scene.file))
    path = tmp_path / "annotator.db"
    with closing(sqlite3.connect(path)) as db:
        [root] = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'journal'").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 8192)
        file.write(b"\xa5" * 8192)
    with scene.open() as terminal:
        text = "\n".join(press(terminal, "1"))
        assert place(terminal.lines()) == 1 and "is damaged" in text and "annotator store check" in " ".join(text.split())
        assert place(press(terminal, "j")) == 2, "reading goes on"
        terminal.send(CTRL_Q)
        assert terminal.exit_code() in (0, 1)
    with closing(open_store(path)) as store:
        assert store.db.one("SELECT count(*) FROM annotation") == (0,), "nothing half-written"


def test_a_clock_that_is_set_back(tmp_path: Path) -> None:
    """Order, undo and pace go by the journal's numbers."""
    scene = Scene(tmp_path, traces(8))
    clock = tmp_path / "clock"
    clock.write_text("0")
    scene.run("pull", str(scene.file))
    argv = [sys.executable, str(HERE / "set_clock.py"), str(clock), "review", str(scene.file)]
    with Terminal(argv, (120, 40), scene.environment, tmp_path) as terminal:
        terminal.wait_for(shows(1))
        terminal.read_until_quiet()
        for number, seconds in enumerate(("0", "-7200", "-90000000", "3600")):
            clock.write_text(seconds)
            assert shows(number + 2)(press(terminal, KEYS[number % 2]))
        clock.write_text("-86400")
        strip = next(line for line in terminal.lines() if line.startswith(" last "))
        assert re.findall(r"(\d) (pass|fail)", strip) == [("4", "fail"), ("3", "pass"), ("2", "fail"), ("1", "pass")], "the newest first"
        for number, label in ((4, "fail"), (3, "pass")):
            assert f"undid: {number} {label}" in "\n".join(press(terminal, "u"))
        assert "did again: 3 pass" in "\n".join(press(terminal, "r"))
        terminal.leave()
    assert scene.answers() == ["pass", "fail", "pass", *[None] * 5]
    with closing(sqlite3.connect(tmp_path / "annotator.db")) as db:
        times = [at for (at,) in db.execute("SELECT at FROM journal ORDER BY seq")]
        assert times != sorted(times), "the clock did jump"
