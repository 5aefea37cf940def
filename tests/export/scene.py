"""A queue of a file, judged: passes, fails with and without an expected output, one item that nobody judged."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.cli.program import Program

RUBRIC = """name = "support"
version = "7"
[[config]]
name = "correctness"
type = "categorical"
values = [{ label = "pass", score = 1 }, { label = "fail", score = 0 }]
[[config]]
name = "expected_output"
type = "freeform"
required = false
"""
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ASKED = {1: "What is 1 + 1?", 2: "What is 2 + 2?", 3: "Where is it raining?", 4: "What is 4 + 4?"}
ANSWERED = {1: "two", 2: "five", 3: "In  Bergen.\n", 4: "seven"}


def root(n: int) -> str:
    return f"bbbb{n:04x}{'0' * 8}"


def spans() -> list[dict[str, Any]]:
    """Four chains with a model call each; the third calls a tool with the call's result in the history, and retrieves."""
    rows: list[dict[str, Any]] = []
    for n, asked in ASKED.items():
        trace_id = f"aaaa{n:04x}{'0' * 24}"
        messages: list[dict[str, Any]] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": asked}]
        attributes: dict[str, Any] = {"llm.model_name": "gpt-4o", "llm.prompt_template.version": "v3"}
        if n == 3:
            call = {"tool_call.function.name": "weather", "tool_call.function.arguments": '{"city": "Bergen"}'}
            messages += [{"role": "assistant", "tool_calls.0.tool_call.function.name": call["tool_call.function.name"],
                          "tool_calls.0.tool_call.function.arguments": call["tool_call.function.arguments"]},
                         {"role": "tool", "content": "rain"}]  # fmt: skip
            attributes["llm.tools.0.tool.json_schema"] = json.dumps({"name": "weather", "description": "Looks.", "input_schema": SCHEMA})
        for place, message in enumerate(messages):
            attributes |= {f"llm.input_messages.{place}.message.{key}": value for key, value in message.items()}
        attributes |= {"llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": ANSWERED[n]}
        of_root = {"input.value": asked, "output.value": ANSWERED[n], "session.id": f"session {n}"}
        made = [(root(n), None, "CHAIN", of_root), (f"cccc{n:04x}{'0' * 8}", root(n), "LLM", attributes)]
        if n == 3:
            documents = {f"retrieval.documents.{i}.document.content": f"document {i}" for i in range(2)}
            made.append((f"dddd{n:04x}{'0' * 8}", root(n), "RETRIEVER", {"input.value": asked} | documents))
        for place, (span_id, parent, kind, inner) in enumerate(made):
            rows.append({
                "name": kind.lower(), "context": {"trace_id": trace_id, "span_id": span_id}, "parent_id": parent, "span_kind": kind,
                "start_time": f"2026-11-01T12:0{n}:0{place}+00:00", "end_time": f"2026-11-01T12:0{n}:0{place + 1}+00:00",
                "status_code": "OK", "status_message": "", "attributes": inner, "events": [],
            })  # fmt: skip
    return rows


def judged(folder: Path) -> Program:
    """Items 1 and 3 pass; 2 fails and should be "four"; 4 fails. Item 5 of a trace without a verdict is left out of the four above."""
    program = Program(folder)
    (folder / "rubric.toml").write_text(RUBRIC, "utf-8")
    extra = dict(spans()[0], context={"trace_id": f"aaaa0009{'0' * 24}", "span_id": root(9)}, start_time="2026-11-01T13:00:00+00:00")
    (folder / "traces.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*spans(), extra]), "utf-8")
    program.run("pull", "traces.jsonl", "--rubric", "rubric.toml").done()
    for n, label in ((1, "pass"), (2, "fail"), (3, "pass"), (4, "fail")):
        program.run("annotate", root(n), f"correctness={label}", "--as", "ann", "--explanation", f"because of {n}").done()
    program.run("annotate", root(2), "expected_output=four", "--as", "ann").done()
    program.run("annotate", root(4), "--as", "ann", "--note", "look\nhere").done()
    return program


def copied(program: Program, folder: Path) -> Program:
    """The same place, to be changed."""
    shutil.copytree(program.folder, folder, dirs_exist_ok=True)
    return Program(folder)


def lines(program: Program, name: str) -> list[Any]:
    """A file of JSON Lines."""
    return [json.loads(line) for line in (program.folder / name).read_text("utf-8").splitlines()]
