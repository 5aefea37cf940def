"""`pull` of a file that a process of its own reads: bad lines, Ctrl+C, kill -9, two programs, a process that dies."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from annotator.store.store import open_store
from tests.cli.program import Program, Result

TRACES = 8_000
BAD = {700: "{", 5_501: '{"neither": "span"}'}
"""Lines of the file, from 1."""


def trace_line(number: int) -> str:
    context = {"trace_id": f"{number:032x}", "span_id": f"{number:016x}"}
    times = {"start_time": "2026-01-01T00:00:00+00:00", "end_time": "2026-01-01T00:00:01+00:00"}
    attributes = {"input.value": f"question {number} " + "and so on " * 500, "output.value": "yes"}
    span = {"name": "chat", "context": context, "parent_id": None, "span_kind": "LLM", "status_code": "OK", **times}
    return json.dumps(span | {"attributes": attributes, "events": []})


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("big") / "big.jsonl"
    path.write_text("".join(BAD.get(line, trace_line(line)) + "\n" for line in range(1, TRACES + 1)))
    assert path.stat().st_size > 8_000_000
    return path


@pytest.fixture
def program(tmp_path: Path, big: Path) -> Program:
    os.link(big, tmp_path / "big.jsonl")
    return Program(tmp_path)


def items(program: Program) -> list[str]:
    """Trace ids in the queue's order."""
    store = open_store(program.store)
    try:
        queue = store.queues()[0]
        found = store.items(queue.id, limit=TRACES + 1)
        assert all(store.trace(queue.source_id, item.trace_id) for item in found), "with payloads"
        return [item.trace_id for item in found]
    finally:
        store.close()


WHOLE = [f"{line:032x}" for line in range(1, TRACES + 1) if line not in BAD]


def named(result: Result) -> list[int]:
    """Lines that stderr names."""
    return [int(line.split()[1].rstrip(":")) for line in result.err.splitlines() if line.startswith("  line ")]


def started(program: Program) -> subprocess.Popen[bytes]:
    """A pull of the file, once it has stored something."""
    process = subprocess.Popen(
        program.argv("pull", "big.jsonl", "--as", "mira"),
        env=program.environment,
        cwd=program.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while process.poll() is None and not _stored(program):
        time.sleep(0.005)
    assert process.poll() is None, process.communicate()
    return process


def _stored(program: Program) -> bool:
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{program.store}?mode=ro", uri=True)) as db:
        return bool(db.execute("SELECT count(*) > 0 FROM payload").fetchone()[0])
    return False


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def gone(pid: int) -> bool:
    """It ended; a zombie in a container without an init has ended too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_bad_lines_in_the_middle_are_named_and_the_rest_loads(program: Program) -> None:
    result = program.run("pull", "big.jsonl", "--as", "mira")
    assert (result.code, result.lines) == (1, [f"big: {TRACES - 2:,} items, everything is stored"])
    assert named(result) == sorted(BAD)
    assert items(program) == WHOLE
    assert program.run("pull", "big.jsonl", "--as", "mira").done().lines == [f"big: {TRACES - 2:,} items, everything is here already"]


def test_ctrl_c_stops_both_and_the_same_command_goes_on(program: Program) -> None:
    process = started(program)
    (reader,) = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"") and b"interrupted" in err and b"Traceback" not in err
    wait_for(lambda: gone(reader))
    assert items(program) == WHOLE[: len(items(program))]
    first = Result(130, "", err.decode())
    again = program.run("pull", "big.jsonl", "--as", "mira")
    assert again.lines == [f"big: {TRACES - 2:,} items, everything is stored"]
    assert {*named(first), *named(again)} == set(BAD)
    assert items(program) == WHOLE


def test_kill_9_loses_nothing_and_leaves_no_process(program: Program) -> None:
    process = started(program)
    (reader,) = children(process.pid)
    process.kill()
    process.communicate(timeout=30)
    wait_for(lambda: gone(reader))
    assert items(program) == WHOLE[: len(items(program))]
    assert program.run("pull", "big.jsonl", "--as", "mira").lines == [f"big: {TRACES - 2:,} items, everything is stored"]
    assert items(program) == WHOLE


def test_a_reader_that_dies_is_an_error_and_the_same_command_goes_on(program: Program) -> None:
    process = started(program)
    process.send_signal(signal.SIGSTOP)  # what it was sent must not be all
    (reader,) = children(process.pid)
    os.kill(reader, signal.SIGKILL)
    process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, b"")
    *_, title, advice = err.decode().splitlines()
    assert title.startswith("annotator: The process that reads ") and title.endswith("big.jsonl broke off (signal 9).")
    assert "goes on where it was" in advice
    assert program.run("pull", "big.jsonl", "--as", "mira").lines == [f"big: {TRACES - 2:,} items, everything is stored"]
    assert items(program) == WHOLE


def test_two_programs_fill_one_queue_from_one_file(program: Program) -> None:
    processes = [started(program), started(program)]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1 and b"could not be read" in err, (out, err)
    assert sorted(items(program)) == WHOLE
