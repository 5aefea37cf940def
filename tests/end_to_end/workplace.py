"""A person's place of work: a home, a store, and the program run there, on a terminal or without one."""

import gzip
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from annotator import __version__
from tests.phoenix_server import PhoenixServer, phoenix_span
from tests.recorded import FOLDER
from tests.terminal import Terminal

CLIENT = f"annotator/{__version__}"
PASS_FAIL = "[[config]]\nname = 'correctness'\ntype = 'categorical'\nvalues = [{label = 'pass', score = 1}, {label = 'fail', score = 0}]\n"
SECONDS = 120
Row = dict[str, Any]


class Workplace:
    """Where one person judges. `env` is added to what the program sees; nothing of this machine's Phoenix settings is."""

    def __init__(self, folder: Path, name: str | None = "rita", **env: str) -> None:
        self.folder = folder
        self.store = folder / "annotator.db"
        folder.mkdir(parents=True, exist_ok=True)
        homes = {key: str(folder / key.lower()) for key in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
        self.env = homes | {"ANNOTATOR_STORE": str(self.store), "PHOENIX_DISCOVER_CONFIG": "false"} | env
        if name is not None:
            self.env["ANNOTATOR_NAME"] = name

    def review(self, *args: str, size: tuple[int, int] = (120, 40), env: Mapping[str, str] | None = None) -> Terminal:
        return Terminal(self._argv("review", *args), size, self.env | dict(env or {}), self.folder)

    def start(self, *args: str) -> "subprocess.Popen[str]":
        """A verb without a terminal."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "OTEL_", "ANNOTATOR_"))}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self._argv(*args), stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, env=clean | self.env, cwd=self.folder
        )

    def run(self, *args: str, code: int = 0) -> str:
        """A verb without a terminal, which must end with a code; what it says on both outputs."""
        with self.start(*args) as process:
            out, err = process.communicate(timeout=SECONDS)
        assert "Traceback" not in err, err
        assert process.returncode == code, f"{args}: exit code {process.returncode}\n{out}\n{err}"
        return out + err

    def items(self) -> list[dict[str, Any]]:
        """`annotator list --json`."""
        return [json.loads(row) for row in self.run("list", "--json").splitlines()]

    def judged(self) -> dict[str, str]:
        """Label of the only annotation of each judged item here."""
        return {item["id"]: item["annotations"][0]["label"] for item in self.items() if item["annotations"]}

    def judged_by(self, name: str) -> dict[str, str]:
        """Label of a person's annotation of each item here, by item."""
        rows = [(item["id"], row) for item in self.items() for row in item["annotations"]]
        return {target: row["label"] for target, row in rows if row["identifier"] == f"annotator:{name}"}

    def outbox(self) -> tuple[int, int]:
        """Waiting and parked rows."""
        counts = json.loads(self.run("status", "--json", "--offline"))["outbox"]
        return counts["waiting"], counts["parked"]

    def rubric(self, text: str = PASS_FAIL) -> str:
        """A rubric file; its path."""
        path = self.folder / "rubric.toml"
        path.write_text(text, "utf-8")
        return str(path)

    def _argv(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "annotator", *args]


def recorded(*names: str, most: int = 1000) -> list[Row]:
    """Spans of recorded traces, with new ids."""
    rows: list[Row] = []
    for name in names:
        with gzip.open(FOLDER / f"{name}.phoenix-spans.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows += [row for line in lines for row in json.loads(line)["data"]]
    traces = list(dict.fromkeys(row["context"]["trace_id"] for row in rows))[:most]
    ids: dict[str, str] = {}
    copies = []
    for row in rows:
        if row["context"]["trace_id"] in traces:
            context = {key: ids.setdefault(value, secrets.token_hex(len(value) // 2)) for key, value in row["context"].items()}
            parent = row["parent_id"] and ids.setdefault(row["parent_id"], secrets.token_hex(len(row["parent_id"]) // 2))
            copies.append({**row, "context": context, "parent_id": parent})
    return copies


def small(count: int) -> list[Row]:
    """As many one-span traces, newest first, each saying its number."""
    newest = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return [
        phoenix_span(
            f"trace {number}",
            kind="LLM",
            start=(newest - timedelta(minutes=number)).isoformat(),
            attributes={"input.value": f"question {number}", "output.value": f"answer {number}", "llm.model_name": "model-1"},
        )
        for number in range(1, count + 1)
    ]


def seed(server: PhoenixServer, spans: Sequence[Row], name: str = "") -> str:
    """A project of its own; its name."""
    project = f"{name or 'project'}-{secrets.token_hex(4)}"
    server.seed(project, spans)
    return project


def span_ids(spans: Sequence[Row]) -> list[str]:
    return [span["context"]["span_id"] for span in spans]


def content(row: Row) -> dict[str, Any]:
    """What a person decides about of a server's row: identity and content, without ids, times and owner."""
    result = row["result"] or {}
    return {
        "target": row.get("span_id") or row.get("trace_id"),
        "name": row["name"],
        "identifier": row["identifier"],
        "kind": row["annotator_kind"],
        **{key: result.get(key) for key in ("label", "score", "explanation")},
        "metadata": row["metadata"],
    }


def at(position: int, total: int) -> Callable[[list[str]], bool]:
    """An item is on the screen, with its trace."""
    text = f" {position:,} / {total:,} "
    return lambda lines: text in lines[0] and not any("is not here yet" in line for line in lines)


def synced(lines: list[str]) -> bool:
    """The server was reached and nothing waits."""
    return "phoenix" in lines[0] and "↑" not in lines[0] and "parked" not in lines[0]
