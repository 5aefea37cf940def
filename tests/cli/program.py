"""The `annotator` command in a process of its own, with folders of its own and an environment that names no server."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OUTSIDE = ("PHOENIX_", "OTEL_", "ANNOTATOR_", "XDG_", "PYTHONWARNINGS")


@dataclass(frozen=True)
class Result:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        """stdout, which is one JSON value."""
        return json.loads(self.out)

    @property
    def records(self) -> list[Any]:
        """stdout as JSON Lines."""
        return [json.loads(line) for line in self.lines]

    def done(self) -> "Result":
        """The same, which ended well and complained of nothing."""
        assert (self.code, self.err) == (0, ""), self
        return self

    def error(self, code: int, *said: str, out: str = "") -> str:
        """stderr, which is two lines, what is wrong and what to do, and says all of this; stdout is `out`."""
        first, second = self.err.splitlines()
        assert (self.code, self.out) == (code, out), self
        assert first.startswith("annotator: ") and first[11].isprintable() and second.startswith("  ") and second.strip(), self
        for text in said:
            assert text in self.err, (text, self.err)
        return self.err


class Program:
    """`run` runs one command; its store is `folder`/annotator.db."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "annotator.db"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OUTSIDE)}
        self.environment = clean | {
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_STATE_HOME": str(folder / "state"),
            "ANNOTATOR_STORE": str(self.store),
            "PHOENIX_DISCOVER_CONFIG": "false",
            "TZ": "UTC",
        }

    def argv(self, *args: str) -> Sequence[str]:
        return [sys.executable, "-m", "annotator", *args]

    def run(self, *args: str, env: Mapping[str, str] | None = None, stdin: str | bytes = b"") -> Result:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            self.argv(*args),
            input=given,
            capture_output=True,
            env=self.environment | dict(env or {}),
            cwd=self.folder,
            timeout=120,
            check=False,
        )
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in result.out + result.err, result
        return result


def trace_lines(count: int) -> str:
    """Traces of two spans each as JSON Lines; ids aaaa0001…, llm0001…, and one pair whose ids begin alike."""
    rows: list[dict[str, Any]] = []
    for n in range(1, count + 1):
        trace_id, root, child = f"aaaa{n:04x}{'0' * 24}", f"bbbb{n:04x}{'0' * 8}", f"cccc{n:04x}{'0' * 8}"
        for span_id, parent, kind, text in ((root, None, "CHAIN", f"question {n}"), (child, root, "LLM", f"prompt {n}")):
            attributes = {"input.value": text, "output.value": f"answer {n}\u001b[31m"}
            if kind == "LLM":
                attributes |= {
                    "llm.model_name": "gpt-4o",
                    "llm.input_messages.0.message.role": "user",
                    "llm.input_messages.0.message.content": text,
                    "llm.output_messages.0.message.role": "assistant",
                    "llm.output_messages.0.message.content": f"answer {n}",
                }
            rows.append({
                "name": f"{kind.lower()} {n}", "context": {"trace_id": trace_id, "span_id": span_id},
                "parent_id": parent, "span_kind": kind,
                "start_time": f"2026-11-01T12:00:{n:02}+00:00", "end_time": f"2026-11-01T12:00:{n + 1:02}+00:00",
                "status_code": "OK", "status_message": "", "attributes": attributes, "events": [],
            })  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows)
