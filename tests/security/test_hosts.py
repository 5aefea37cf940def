"""The program speaks to the server that it was told, to nobody else, and takes its key nowhere else."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.phoenix_server import PhoenixServer, phoenix_span
from tests.sources.broken_server import JSON, broken
from tests.terminal import Terminal

KEY = "px-secret-0123456789"
WATCH = """
import os, sys
def seen(event, args):
    if event == "socket.connect":
        with open(os.environ["SEEN"], "a") as log:
            print(args[1], file=log)
sys.addaudithook(seen)
"""
"""A sitecustomize that writes down where every Python process connects to."""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    watched = Program(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WATCH)
    watched.environment |= {"PYTHONPATH": f"{tmp_path / 'site'}:{Path.cwd()}", "SEEN": str(tmp_path / "seen"), "ANNOTATOR_NAME": "rita"}
    return watched


def hosts(program: Program) -> set[str]:
    seen = program.folder / "seen"
    return set(seen.read_text().splitlines()) if seen.exists() else set()


def test_every_connection_goes_to_the_server(phoenix: PhoenixServer, program: Program) -> None:
    phoenix.seed("hosts", [phoenix_span(kind="LLM", attributes={"input.value": "see http://elsewhere.test/a.png"})])
    program.run("pull", phoenix.url, "--project", "hosts").done()
    with Terminal(program.argv("review"), env=program.environment, cwd=program.folder) as terminal:
        terminal.wait_for("1 / 1")
        terminal.send("1")
        terminal.wait_for("phoenix ok")
        terminal.leave()
    program.run("push").done()
    program.run("status").done()
    assert hosts(program) == {f"('127.0.0.1', {phoenix.port})"}


def test_files_need_nobody(program: Program) -> None:
    (program.folder / "t.jsonl").write_text(json.dumps({"input": "see http://elsewhere.test/a.png", "output": "x"}) + "\n")
    program.run("pull", "t.jsonl").done()
    program.run("list").done()
    with Terminal(program.argv("review"), env=program.environment, cwd=program.folder) as terminal:
        terminal.wait_for("1 / 1")
        terminal.send("1")
        terminal.wait_for("1 done")
        terminal.leave()
    assert hosts(program) == set()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_the_key_stays(status: int, program: Program) -> None:
    with broken((200, JSON, b'{"data": []}')) as other, broken((status, {"Location": f"{other.url}/v1/projects"}, b"")) as server:
        said = program.run("pull", server.url, "--project", "p", env={"PHOENIX_API_KEY": KEY, "PHOENIX_ENDPOINT": server.url})
        assert not other.seen, "nothing was asked of the other server"
        assert [headers["authorization"] for _, headers in server.seen] == [f"Bearer {KEY}"]
    said.error(2, "sends on to", other.url)


def test_a_key_over_plain_http_is_warned_of(program: Program) -> None:
    """To another machine: a name that resolves to none is refused at once."""
    env = {"PHOENIX_API_KEY": KEY}
    told = program.run("pull", "http://phoenix.invalid:9", env=env | {"PHOENIX_ENDPOINT": "http://phoenix.invalid:9"})
    assert "goes to http://phoenix.invalid:9 unencrypted" in told.err and KEY not in told.err, told
    local = program.run("pull", "http://127.0.0.1:9", env=env | {"PHOENIX_ENDPOINT": "http://127.0.0.1:9"})
    assert "unencrypted" not in local.err, local
