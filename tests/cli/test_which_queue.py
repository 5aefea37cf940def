"""Which queue is meant where none is named."""

from pathlib import Path

import pytest

from tests.cli.program import Program, trace_lines


@pytest.mark.parametrize("verb", [("report",), ("report", "--json"), ("export", "--all", "--format", "jsonl")])
def test_of_several_queues_the_one_that_is_taken_is_said(tmp_path: Path, verb: tuple[str, ...]) -> None:
    program = Program(tmp_path)
    (program.folder / "t.jsonl").write_text(trace_lines(2))
    program.run("pull", "t.jsonl", "--queue", "first").done()
    alone = program.run(*verb)
    assert (alone.code, "used last" in alone.err) == (0, False)
    program.run("pull", "t.jsonl", "--queue", "second").done()
    said = program.run(*verb)
    assert said.err.splitlines()[0] == "annotator: queue second, the one used last; --queue NAME takes another."
    assert "used last" not in said.out
    named = program.run(*verb, "--queue", "first")
    assert (named.code, "used last" in named.err) == (0, False)
