"""Every command of the README works: those with a screen until it is drawn, all others to their end."""

import gzip
import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from annotator.config.paths import SAMPLE_TRACES
from tests.phoenix_server import PhoenixServer
from tests.readme.blocks import commands, files, set_up
from tests.readme_picture import ANNOTATOR
from tests.terminal import Terminal

URL = "http://127.0.0.1:6006"
PROJECT = "support-bot"
RECORDED = Path(__file__).parent.parent / "traces"
SCREEN = ("demo", "review")
"""Verbs that draw one."""


@dataclass(frozen=True)
class Place:
    """A folder with what the README speaks of, and a server with its project."""

    folder: Path
    server: PhoenixServer

    @property
    def env(self) -> dict[str, str]:
        path = f"{ANNOTATOR.parent}{os.pathsep}{os.environ['PATH']}"
        return {"HOME": str(self.folder), "ANNOTATOR_NAME": "mira", "PATH": path, "TZ": "UTC"}

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "ANNOTATOR_", "OTEL_", "XDG_"))}
        argv = shlex.split(command.replace(URL, self.server.url))
        return subprocess.run(
            argv, cwd=self.folder, env=inherited | self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
        )

    def draw(self, command: str) -> list[str]:
        """The screen when a trace is on it; then the program is left."""
        argv = shlex.split(command.replace(URL, self.server.url))
        with Terminal([str(ANNOTATOR), *argv[1:]], env=self.env, cwd=self.folder) as terminal:
            lines = terminal.wait_for(lambda lines: all(word in "\n".join(lines) for word in ("correctness", "ANSWER")))
            terminal.leave()
        return lines


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, phoenix: PhoenixServer) -> Place:
    folder = tmp_path_factory.mktemp("readme")
    config = folder / ".config" / "annotator"
    (config / "keymaps").mkdir(parents=True)
    for name, text in files().items():
        path = config / name if name in ("config.toml", "keymaps/mine.toml") else folder / name
        path.write_text(text)
    with gzip.open(SAMPLE_TRACES, "rt") as lines:
        pages = lines.read()
    (folder / "traces.jsonl").write_text(pages)
    trace_id = json.loads(pages.splitlines()[0])["data"][0]["context"]["trace_id"]
    (folder / "tickets.csv").write_text(f"Trace,rating,comment\n{trace_id},down,the wrong amount\n")
    (folder / "answers.csv").write_text("asked,reply,passages\nHow heavy is it?,3.4 kg,It weighs 3.4 kg\n")
    for name, recorded in (("spans.json", "otlp.json"), ("logs.jsonl", "otlp-logs.jsonl")):
        with gzip.open(RECORDED / f"otel-genai-openai-v2-events.{recorded}.gz", "rt") as lines:
            (folder / name).write_text(lines.read())
    phoenix.seed(PROJECT, [span for line in pages.splitlines() for span in json.loads(line)["data"]])
    place = Place(folder, phoenix)
    filled = place.run("annotator pull traces.jsonl --rubric rubric.toml")
    assert filled.returncode == 0, filled.stderr
    return place


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_works(place: Place, command: str) -> None:
    if command.split()[1] in SCREEN:
        assert any(line.startswith(" ▸ correctness") for line in place.draw(command))
    else:
        done = place.run(command)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_the_set_up_is_two_lines() -> None:
    """One line each; `.ci/run` runs them as they stand."""
    assert set_up() == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/annotator demo",
        "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest",
    ]


def test_every_command_is_the_programs() -> None:
    assert {command.split()[0] for command in commands()} == {"annotator"}
    assert len(commands()) > 10
