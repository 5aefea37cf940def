"""`annotator store` and `annotator queue`: keeping house, in processes of their own."""

import re
import shlex
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from annotator.cli.main import parser
from annotator.cli.store import VERBS
from annotator.store.store import open_store
from tests.cli.program import Program, trace_lines
from tests.store.scene import deliver, filled, item_at
from tests.store.scene import judged as judged_step
from tests.terminal import Terminal


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Three traces from a file, each with its verdict."""
    made = Program(tmp_path_factory.mktemp("judged"))
    (made.folder / "traces.jsonl").write_text(trace_lines(3))
    made.run("pull", "traces.jsonl").done()
    for item in made.run("list", "--json").done().records:
        made.run("annotate", item["id"], "correctness=pass", "--as", "mira").done()
    return made


@pytest.fixture
def program(judged: Program, tmp_path: Path) -> Program:
    """The same in a store of its own."""
    shutil.copy(judged.store, tmp_path)
    return Program(tmp_path)


@contextmanager
def someone_looking(program: Program) -> Iterator[None]:
    """Another program with the store open."""
    code = "import sys; from pathlib import Path; from annotator.store.store import open_store\n"
    code += "store = open_store(Path(sys.argv[1])); print(len(store.queues()), flush=True); sys.stdin.read()"
    argv = [program.argv()[0], "-c", code, str(program.store)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "1\n"
        yield
        other.communicate("", timeout=20)


@pytest.mark.parametrize("action", VERBS)
def test_an_action_explains_itself_and_its_example_is_a_command_line(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parser("store").parse_args(["store", action, "--help"])
    assert stop.value.code == 0
    example = re.search(r"example: annotator (store .*)", capsys.readouterr().out)
    assert example
    args = parser("store").parse_args(shlex.split(example[1]))
    assert (args.verb, args.action) == ("store", action)


def test_the_examples_work(program: Program) -> None:
    for _, _, example in VERBS.values():
        program.run(*shlex.split(example)[1:]).done()


def test_without_a_store_there_is_nothing_to_keep(tmp_path: Path) -> None:
    for action in ("check", "purge"):
        Program(tmp_path).run("store", action).error(2, "There is no store", "makes one")
    assert list(tmp_path.glob("*")) == []


def test_a_whole_store_is_said_to_be_whole(program: Program) -> None:
    (line,) = program.run("store", "check").done().lines
    assert re.fullmatch(rf"{program.store} is whole: 1 queue, 3 items, 3 annotations, 6 spans, \d+ kB", line)
    assert program.run("store", "check", "--rescue").done().lines == [line], "nothing to rescue"


def test_what_is_wrong_is_said_with_what_to_do(program: Program) -> None:
    with closing(sqlite3.connect(program.store, isolation_level=None)) as db:
        db.execute("UPDATE tally SET items = 9 WHERE state = 'done'")
    found = program.run("store", "check")
    assert found.code == 1 and found.err == "annotator: 1 thing needs a person\n"
    assert found.lines[0] == "counters that are not the number of their items: traces done" and "report this" in found.lines[1]


def test_a_damaged_store_is_said_and_rescued(program: Program) -> None:
    with closing(sqlite3.connect(program.store)) as db:
        [page] = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'span_of_session'").fetchone()
    content = bytearray(program.store.read_bytes())
    content[(page - 1) * 8192 : page * 8192] = b"\xa5" * 8192
    program.store.write_bytes(content)
    found = program.run("store", "check")
    assert found.code == 1 and "annotator store check --rescue saves what can be read." in found.out
    refused = program.run("store", "check", "--rescue")
    assert refused.code == 2 and "Add --yes" in refused.err
    saved = program.run("store", "check", "--rescue", "--yes")
    assert saved.code in (0, 1) and "the damaged store is" in saved.out and "3 annotation" in saved.out
    program.run("store", "check").done()
    assert [item["state"] for item in program.run("list", "--json").done().records] == ["done"] * 3
    assert len(list(program.folder.glob("annotator.db.damaged-*"))) == 1


def test_a_backup_is_a_store(program: Program) -> None:
    with someone_looking(program):
        (line,) = program.run("store", "backup").done().lines
    copy = Path(line.rpartition(",")[0])
    assert copy.parent == program.folder and re.fullmatch(r"annotator\.db\.\d{8}T\d{6}\.backup", copy.name)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert program.run("list", "--json", "--store", str(copy)).done().out == program.run("list", "--json").done().out


def test_a_backup_takes_no_name_that_is_taken(program: Program) -> None:
    other = program.folder / "mine.db"
    other.write_text("mine")
    program.run("store", "backup", "mine.db").error(2, "is there already", "--replace")
    program.run("store", "backup", "-").error(2, "not a stream")
    program.run("store", "backup", str(program.store), "--replace").error(2, "is the store itself")
    program.run("store", "backup", f"{program.store}-wal").error(2, "is the store itself")
    program.run("store", "backup", "nowhere/copy.db").error(2, "There is no folder")
    assert other.read_text() == "mine"
    program.run("store", "backup", "mine.db", "--replace").done()
    program.run("store", "check", "--store", "mine.db").done()
    (program.folder / "folder").mkdir()
    program.run("store", "backup", "folder").done()
    assert len(list((program.folder / "folder").iterdir())) == 1


def test_compact_says_what_it_gained_and_is_refused_while_the_store_is_open(program: Program) -> None:
    with someone_looking(program):
        program.run("store", "compact").error(1, "Another program has", "do this again")
    (line,) = program.run("store", "compact").done().lines
    assert re.search(r"\d+ kB before, \d+ kB after$", line)


def test_purged_traces_are_listed_said_and_brought_again(program: Program, judged: Program) -> None:
    before = program.run("show", "bbbb0001").done().out
    listed = program.run("list", "--json").done().out
    offered = program.run("store", "purge", "--dry-run").done().lines
    assert re.fullmatch(r"traces\t3 traces\t\d+ B", offered[0]) and offered[1] == "nothing was removed"
    refused = program.run("store", "purge")
    assert refused.code == 2 and "Add --yes" in refused.err
    assert program.run("show", "bbbb0001").done().out == before
    assert "removed" in program.run("store", "purge", "--yes").done().lines[1]
    program.run("show", "bbbb0001").error(2, "were purged on", f"annotator pull {judged.folder}/traces.jsonl brings them again")
    assert program.run("list", "--json").done().out == listed
    assert re.search(r"\tpurged \d{4}-\d\d-\d\d$", program.run("queue", "list").done().lines[0])
    program.run("store", "check").done()
    assert program.run("store", "purge", "--yes").done().lines == ["traces\t0 traces\t0 B", "nothing was removed"]
    program.run("pull", f"{judged.folder}/traces.jsonl").done()
    assert program.run("show", "bbbb0001").done().out == before
    assert "purged" not in program.run("queue", "list").done().out


def test_a_purge_asks_a_person(program: Program) -> None:
    argv = list(program.argv("store", "purge"))
    for typed, said in (("n\r", "kept"), ("y\r", "removed")):
        with Terminal(argv, (120, 20), program.environment, program.folder) as terminal:
            terminal.wait_for("Verdicts and items stay. [y/N]")
            terminal.send(typed)
            terminal.wait_for(said)
            assert terminal.exit_code() == 0


def test_a_queue_that_is_not_finished_is_kept(program: Program) -> None:
    (program.folder / "more.jsonl").write_text(trace_lines(4))
    program.run("pull", "more.jsonl").done()
    refused = program.run("store", "purge", "--queue", "more", "--yes")
    assert refused.code == 2 and "4 items are still to be judged" in refused.err
    assert program.run("store", "purge", "--yes").done().lines[0] == "more\tkept: 4 items are still to be judged"


def test_a_queue_with_unsent_rows_is_not_removed(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with closing(open_store(program.store)) as store:
        queue = filled(store)
        store.commit(judged_step(item_at(store, queue, 1), "pass"))
    program.run("queue", "remove", "queue", "--yes").error(1, "queue is kept: 1 row of it is not sent yet", "annotator push")
    assert program.run("queue", "list").done().lines[0].startswith("queue\t3 items\t1 done")
    with closing(open_store(program.store)) as store:
        deliver(store)
    assert program.run("queue", "remove", "queue", "--yes").done().lines == ["removed queue"]
    program.run("store", "check").done()
