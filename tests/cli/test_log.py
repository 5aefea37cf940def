"""`--log FILE`: rotated, private, and without a word of what traces and errors of libraries say."""

import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.cli.log_file import KEPT, SIZE, WithoutPayloads, log_to
from annotator.errors import StoreError, UsageError
from tests.cli.program import Program, trace_lines

SECRET = "hush-1"


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    found = logging.getLogger("annotator")
    before = list(found.handlers), found.level
    yield found
    for handler in [one for one in found.handlers if one not in before[0]]:
        found.removeHandler(handler)
        handler.close()
    found.setLevel(before[1])


def test_it_is_rotated_and_private(tmp_path: Path, logger: logging.Logger) -> None:
    log_to(str(tmp_path / "log"))
    for number in range(400):
        logger.debug("line %d %s", number, "x" * 9000)
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["log", *(f"log.{number}" for number in range(1, KEPT + 1))]
    assert all(0 < path.stat().st_size <= SIZE and stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert "line 399 " in files[0].read_text()


def test_tracebacks_have_places_and_not_what_libraries_quote() -> None:
    try:
        try:
            try:
                json.loads('{"a": 1}')[SECRET]
            except KeyError as error:
                raise ValueError(f"input was {SECRET}") from error
        except ValueError as error:
            raise StoreError("A stored trace is damaged.", "Fetch it again.") from error
    except StoreError as error:
        told = WithoutPayloads().formatException((StoreError, error, error.__traceback__))
    assert SECRET not in told
    assert [line for line in told.splitlines() if not line.startswith(("  File", "Traceback"))] == [
        "KeyError", "after which:", "ValueError", "after which:", "StoreError: A stored trace is damaged.", "Fetch it again.",
    ]  # fmt: skip
    assert told.count("test_log.py") == 3


def test_a_run_over_traces_and_broken_lines_logs_no_payload(tmp_path: Path) -> None:
    program = Program(tmp_path)
    lines = trace_lines(2).replace("question 1", SECRET) + f'{{"broken": "{SECRET}\n' + f'["{SECRET}"]\n'
    (tmp_path / "traces.jsonl").write_text(lines)
    assert program.run("pull", "traces.jsonl", "--log", "log").code == 1
    for words in (("list",), ("show", "bbbb0001"), ("show", "nothing"), ("annotate", "bbbb0001", "correctness=maybe", "--as", "mira")):
        program.run(*words, "--log", "log")
    log = (tmp_path / "log").read_text()
    assert "UsageError" in log
    assert SECRET not in log


def test_a_log_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    Program(tmp_path).run("list", "--log", "nowhere/log").error(2, "The log nowhere/log cannot be written", "Name a file")
    with pytest.raises(UsageError):
        log_to(str(tmp_path))
