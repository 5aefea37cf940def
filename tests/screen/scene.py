"""A review on a real terminal: generated traces in a file, a rubric, a store of its own, and what the store holds afterwards."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from tests.terminal import Terminal

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
PAGE_UP, PAGE_DOWN = "\x1b[5~", "\x1b[6~"
SHIFT_TAB = "\x1b[Z"
ENTER, TAB, ESC, BACKSPACE = "\r", "\t", "\x1b", "\x7f"
CTRL_C, CTRL_J, CTRL_L, CTRL_P, CTRL_Q = "\x03", "\n", "\x0c", "\x10", "\x11"

REPEAT_GAP = 0.11
"""Seconds after which a key that comes again is not a held one."""
_PLACE = re.compile(r"(\d+) / (\d+)")

PASS_FAIL = """[[config]]
name = "correctness"
type = "categorical"
values = [{ label = "pass", score = 1 }, { label = "fail", score = 0 }]
"""
GRADE = '[[config]]\nname = "grade"\ntype = "categorical"\nvalues = ["awful", "poor", "fair", "good", "great"]\n'
QUALITY = '[[config]]\nname = "quality"\ntype = "continuous"\nlower_bound = 0\nupper_bound = 100\n'
COMMENT = '[[config]]\nname = "comment"\ntype = "freeform"\n'


def span(number: int, part: int = 0, **changed: Any) -> dict[str, Any]:
    """A span of trace `number` in the shape of Phoenix's spans; part 0 is its root, an LLM call."""
    root = part == 0
    attributes: dict[str, Any] = {"openinference.span.kind": "LLM" if root else "TOOL"}
    if root:
        attributes |= {
            "llm.model_name": "model-a",
            "llm.input_messages": [{"message": {"role": "user", "content": f"question {number:03}"}}],
            "llm.output_messages": [{"message": {"role": "assistant", "content": f"answer {number:03}"}}],
        }
    else:
        attributes |= {"tool.name": f"lookup_{part}", "input.value": f'{{"part": {part}}}', "output.value": f"found {part} of {number:03}"}
    return {
        "name": "reply" if root else f"lookup_{part}",
        "context": {"trace_id": f"{number:032x}", "span_id": f"{number * 100 + part + 1:016x}"},
        "span_kind": "LLM" if root else "TOOL",
        "parent_id": None if root else f"{number * 100 + 1:016x}",
        "start_time": f"2026-11-01T12:00:{number % 60:02}.{part:03}+00:00",
        "end_time": f"2026-11-01T12:01:{number % 60:02}.{part:03}+00:00",
        "status_code": "OK",
        "status_message": "",
        "attributes": attributes,
        "events": [],
    } | changed


def traces(count: int, parts: int = 1) -> list[dict[str, Any]]:
    """Traces 1 to `count` of `parts` spans each."""
    return [span(number, part) for number in range(1, count + 1) for part in range(parts)]


def place(lines: Sequence[str]) -> int:
    """The position that the top line says, 0 where it says none."""
    found = _PLACE.search(lines[0])
    return int(found[1]) if found else 0


def shows(number: int) -> "ItemShown":
    return ItemShown(number)


@dataclass(frozen=True)
class ItemShown:
    """A condition: item and trace `number` are on the screen."""

    number: int

    def __call__(self, lines: list[str]) -> bool:
        return place(lines) == self.number and any(f"question {self.number:03}" in line for line in lines)


def rubric_row(lines: Sequence[str], name: str) -> str:
    """The row of a config in the rubric."""
    return next((line for line in lines[len(lines) // 2 :] if re.match(rf" [▸✓ ] {re.escape(name)}\b", line)), "")


def current(lines: Sequence[str]) -> str:
    """The name of the config that is the current one."""
    found = [re.match(r" ▸ (\S+)", line) for line in lines[len(lines) // 2 :]]
    return next((match[1] for match in found if match), "")


def field_text(lines: Sequence[str]) -> str | None:
    """What stands in the text field; None while it is closed."""
    top = next((at for at, line in enumerate(lines) if re.match("─ .+ ─{3}", line)), None)
    if top is None:
        return None
    rows = [line.strip() for line in lines[top + 1 :]]
    return "\n".join(rows[: next(at for at, row in enumerate(rows) if not row or row.startswith("───"))])


@dataclass
class Scene:
    """A folder with traces, a rubric and a store. Programs started here see no other files of the user."""

    folder: Path
    spans: Sequence[Mapping[str, Any]] = field(default_factory=lambda: traces(3))
    rubric: str = ""
    """TOML; the built-in rubric where empty."""
    name: str = "traces"
    env: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.file = self.folder / f"{self.name}.jsonl"
        self.file.write_text("".join(json.dumps(one) + "\n" for one in self.spans))
        if self.rubric:
            (self.folder / "rubric.toml").write_text(self.rubric)

    @property
    def environment(self) -> dict[str, str]:
        home = str(self.folder)
        folders = {f"XDG_{kind}_HOME": f"{home}/{kind.lower()}" for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
        return {"HOME": home, "ANNOTATOR_STORE": f"{home}/annotator.db", "ANNOTATOR_NAME": "tester"} | folders | dict(self.env)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "annotator", *words]

    @property
    def review(self) -> list[str]:
        """The command that opens the review screen on the file."""
        rubric = ["--rubric", str(self.folder / "rubric.toml")] if self.rubric else []
        return self.command("review", str(self.file), *rubric)

    def open(self, size: tuple[int, int] = (120, 40), first: int = 1) -> Terminal:
        """The review screen with item `first` on it."""
        terminal = Terminal(self.review, size, self.environment, self.folder)
        try:
            terminal.wait_for(shows(first))
            terminal.read_until_quiet()
        except BaseException:
            terminal.__exit__(None, None, None)
            raise
        return terminal

    def run(self, *words: str) -> str:
        """stdout of a verb that works."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "ANNOTATOR_"))}
        done = subprocess.run(
            self.command(*words), env=inherited | self.environment, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def listed(self) -> list[dict[str, Any]]:
        """`annotator list --json`: the items in order."""
        return [json.loads(line) for line in self.run("list", "--json").splitlines()]

    def queue(self) -> dict[str, Any]:
        """The only queue, as `annotator status --json` tells it."""
        (queue,) = json.loads(self.run("status", "--json", "--offline"))["queues"]
        assert isinstance(queue, dict)
        return queue

    def states(self) -> list[str]:
        return [item["state"] for item in self.listed()]

    def answers(self, name: str = "correctness") -> list[Any]:
        """For each item what was answered to a config: a label, a score or a text; None where nothing was."""
        return [answer(item, name) for item in self.listed()]


def answer(item: Mapping[str, Any], name: str) -> Any:
    """The one annotation of that name: its label, score, or text."""
    rows = [row for row in item["annotations"] if row["name"] == name]
    assert len(rows) <= 1, rows
    row = rows[0] if rows else {"label": None, "score": None, "explanation": None}
    return row["label"] if row["label"] is not None else row["score"] if row["score"] is not None else row["explanation"]


def notes(item: Mapping[str, Any]) -> list[str]:
    return [row["explanation"] for row in item["annotations"] if row["name"] == "note"]


def press(terminal: Terminal, *keys: str | bytes) -> list[str]:
    """Type the keys one by one, each when the one before has been dealt with, and none as a held one would come; the screen then."""
    lines = terminal.lines()
    for key in keys:
        if key == _newest.get(terminal):
            terminal.read_for(REPEAT_GAP)
        _newest[terminal] = key
        terminal.send(key)
        lines = terminal.read_until_quiet(0.3 if key in (ESC, b"\x1b") else 0.05)  # whether Escape stands alone shows after 100 ms
    return lines


_newest: WeakKeyDictionary[Terminal, str | bytes] = WeakKeyDictionary()


def waited(terminal: Terminal, threads: str = "") -> float:
    """Seconds in which the program's first thread, the screen's, was ready to run and got no processor; 0 where the system does not say.

    `threads`: "task/*", all threads together, of which one reads the keys.
    """
    found = Path(f"/proc/{terminal.process.pid}").glob(f"{threads}/schedstat" if threads else "schedstat")
    try:
        return sum(int(one.read_text().split()[1]) for one in found) / 1e9
    except OSError:
        return 0.0


def type_at(terminal: Terminal, keys: Sequence[str | bytes], gap: float) -> list[float]:
    """Type the keys `gap` seconds apart, whatever the program does meanwhile; when each was sent, in monotonic seconds."""
    sent: list[float] = []
    start = time.monotonic()
    for number, key in enumerate(keys):
        terminal.read_for(start + number * gap - time.monotonic())
        sent.append(time.monotonic())
        terminal.send(key)
    return sent
