"""A server's key is in no file, on no screen, in no output and in no process's arguments."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.workplace import Workplace, at, seed, small
from tests.phoenix_server import PhoenixServer


def arguments() -> Iterator[bytes]:
    """Of every process on this machine."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield process.read_bytes()
        except OSError:
            continue


def written(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="the arguments of processes are read from /proc")
def test_through_a_shift(phoenix_with_auth: PhoenixServer, tmp_path: Path) -> None:
    """Pull, judge, sync, a key that is refused, a server that is gone, an unexpected error; then every byte is looked at."""
    server = phoenix_with_auth
    project, key = seed(server, small(3)), server.keys["alice"]
    work = Workplace(tmp_path / "work", name=None, PHOENIX_API_KEY=key, PHOENIX_ENDPOINT=server.url)
    log = str(tmp_path / "work" / "log.txt")
    said = work.run("pull", "--project", project, "--rubric", work.rubric(), "--log", log)
    with work.review("--log", log) as terminal:
        terminal.wait_for(at(1, 3))
        assert not any(key.encode() in line for line in arguments())
        terminal.send("1")
        terminal.wait_for(at(2, 3))
        terminal.wait_for("phoenix ok")
        terminal.send("?")
        terminal.wait_for("redo")
        terminal.send("\x1b")
        terminal.wait_for(at(2, 3))
        terminal.leave()
        shown = bytes(terminal.raw)
    for verb in ("push", "status", "list", "where"):
        said += work.run(verb, *(["--log", log] if verb != "where" else []))
    broken = work.store.with_name("broken.db")
    broken.write_bytes(b"no database" * 1000)
    said += work.run("status", "--store", str(broken), "--log", log, code=1)
    gone = "http://127.0.0.1:9"
    said += work.run("pull", server.url, "--project", project, "--queue", "again", "--log", log)
    work.env["PHOENIX_ENDPOINT"] = gone
    said += work.run("pull", gone, "--project", project, "--queue", "gone", "--log", log, code=3)
    for secret in (key, key.rpartition(".")[2]):
        assert secret not in said and secret.encode() not in shown
        assert [path for path, content in written(work.folder).items() if secret.encode() in content] == []


def test_a_password_in_a_url(phoenix: PhoenixServer, tmp_path: Path) -> None:
    """It goes to the server as a header, and nowhere else."""
    work = Workplace(tmp_path / "work")
    project = seed(phoenix, small(2))
    said = work.run("pull", phoenix.url.replace("//", "//rita:geheim@"), "--project", project, "--rubric", work.rubric())
    said += work.run("status") + work.run("list")
    assert "geheim" not in said
    assert [path for path, content in written(work.folder).items() if b"geheim" in content] == []
    assert f" {phoenix.url} " in work.run("status").replace("\n", " ")


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_only_the_user_reads_what_is_written(phoenix: PhoenixServer, tmp_path: Path) -> None:
    """Also where everybody else's programs make files that everybody reads."""
    project = seed(phoenix, small(2))
    before = os.umask(0)
    try:
        work = Workplace(tmp_path / "work", PHOENIX_ENDPOINT=phoenix.url)
        del work.env["ANNOTATOR_STORE"]
        work.run("pull", "--project", project, "--rubric", work.rubric(), "--log", str(tmp_path / "work" / "log.txt"))
        with work.review() as terminal:
            terminal.wait_for(at(1, 2))
            terminal.send("1")
            terminal.wait_for(at(2, 2))
            files = [path for path in work.folder.rglob("*") if path.is_file() and path.name != "rubric.toml"]
            loose = [path for path in files if path.stat().st_mode & 0o077]
            folders = [path for path in work.folder.rglob("annotator") if path.is_dir() and path.stat().st_mode & 0o077]
            terminal.leave()
    finally:
        os.umask(before)
    assert (loose, folders) == ([], [])
