"""Several programs on one store, and programs that die."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from annotator.domain.queue import Queue
from annotator.domain.source import Page
from annotator.errors import StoreBusy
from annotator.store.store import SqliteStore, open_store
from tests.store.scene import ON_FILE, filled, item_at, judged
from tests.store.test_traces import span

ROOT = Path(__file__).parents[2]


def writer(store: SqliteStore, queue: Queue, annotator: str, *count: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.store.writer", str(store.path), str(queue.id), annotator, *count]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def tally(store: SqliteStore, queue: Queue) -> dict[str, int]:
    return dict(store.db.all("SELECT state, count(*) FROM item WHERE queue = ? GROUP BY state", (queue.id,)))


def check(store: SqliteStore, queue: Queue) -> None:
    """What must hold at any moment."""
    assert store.db.one("PRAGMA integrity_check")[0] == "ok" and store.db.all("PRAGMA foreign_key_check") == []
    counts = store.counts(queue.id)
    assert {state: getattr(counts, state) for state in tally(store, queue)} == tally(store, queue)
    assert counts.items == len(store.items(queue.id, limit=1000))
    steps = store.db.all("SELECT id FROM step")
    assert all(store.db.one("SELECT 1 FROM journal WHERE seq = ?", row) for row in steps)


def test_two_programs_write_at_once(store: SqliteStore) -> None:
    queue = filled(store, 7)
    programs = [writer(store, queue, who, "150") for who in ("ann", "bob")]
    for program in programs:
        said, _ = program.communicate(timeout=60)
        assert program.returncode == 0 and said.split() == [str(n) for n in range(150)]
    check(store, queue)
    for who in ("ann", "bob"):
        steps = store.db.all("SELECT title FROM step WHERE annotator = ? AND NOT undone ORDER BY id", (who,))
        assert {title for (title,) in steps} <= {str(n) for n in range(150)}
        done = store.db.one("SELECT count(DISTINCT step) FROM journal WHERE annotator = ? AND action = 'do'", (who,))
        assert done == (150,)
        for position in range(1, 8):
            last = max(n for n in range(150) if n % 7 == position - 1)
            rows = store.on_target(queue.source.server, item_at(store, queue, position).target)
            assert f"{last} {who}" in {row.explanation for row in rows}


def test_killed_at_any_moment_nothing_that_was_acknowledged_is_lost(store: SqliteStore) -> None:
    queue = filled(store, 5)
    chance = random.Random(7)
    for round_ in range(20):
        program = writer(store, queue, f"ann{round_}")
        assert program.stdout is not None
        program.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        program.kill()
        acknowledged = [0] + [int(line) for line in program.stdout.read().split("\n")[:-1]]
        program.wait()
        program.stdout.close()
        with closing(open_store(store.path)) as again:
            check(again, queue)
            there = {int(title) for (title,) in again.db.all("SELECT title FROM step WHERE annotator = ?", (f"ann{round_}",))}
            assert set(acknowledged) <= there
            last = max(there)
            rows = again.on_target(queue.source.server, item_at(again, queue, last % 5 + 1).target)
            mine = {row.explanation for row in rows if row.identity.identifier == f"annotator:ann{round_}"}
            # Killed between the undo and the redo of that step, the one before it stands.
            undone = again.db.one("SELECT undone FROM step WHERE annotator = ? ORDER BY id DESC LIMIT 1", (f"ann{round_}",))[0]
            before = {f"{last - 5} ann{round_}"} if last >= 5 else set()
            assert mine == (before if undone else {f"{last} ann{round_}"})


def test_an_import_lets_a_judgement_through(store: SqliteStore, opened: Callable[[], SqliteStore]) -> None:
    """Both in one process would share the GIL, so the import is another program."""
    queue = filled(store, 50)
    code = (
        "import sys; from pathlib import Path; from tests.store.test_processes import flood; flood(Path(sys.argv[1]))"
    )
    program = subprocess.Popen([sys.executable, "-c", code, str(store.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    program.stdout.readline()
    busy = 0
    with closing(open_store(store.path)) as screen:
        for position in range(1, 51):
            try:
                screen.commit(judged(item_at(screen, queue, position), "pass"))
            except StoreBusy:
                busy += 1
    program.kill()
    program.communicate()
    assert busy == 0


def flood(path: Path) -> None:
    store = open_store(path, busy=10)
    source = store.add_source(ON_FILE)
    for number in range(100_000):
        store.add_page(source, Page(spans=tuple(span(f"t{number}-{n // 4}", f"s{number}-{n}", "text " * 200) for n in range(100))))
        if number == 3:
            print("under way", flush=True)


def test_a_program_that_leaves_takes_no_judgement_of_another_with_it(store: SqliteStore, opened: Callable[[], SqliteStore]) -> None:
    """Opening the file a second time, as each thread does, once dropped the locks of the first, and the other program deleted the WAL."""
    queue = filled(store, 2)
    opened().counts(queue.id)

    def elsewhere(code: str) -> str:
        command = [sys.executable, "-c", f"import sqlite3, sys; from annotator.store.store import *; {code}", str(store.path)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.strip()

    assert elsewhere("print(len(open_store(Path(sys.argv[1])).queues()))") == "1"
    store.commit(judged(item_at(store, queue, 1), "pass"))
    assert elsewhere("print(sqlite3.connect(sys.argv[1]).execute('SELECT state FROM item WHERE position = 1').fetchone()[0])") == "done"


def test_programs_that_open_a_new_store_at_once(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from annotator.store.store import open_store; open_store(Path(sys.argv[1])).close()"
    command = [sys.executable, "-c", code, str(tmp_path / "new" / "annotator.db")]
    programs = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [program.communicate(timeout=60)[1] for program in programs] == [""] * 4
    with closing(open_store(tmp_path / "new" / "annotator.db")) as store:
        assert store.queues() == []
