"""kill -9 at any moment of a sync, a fetch, an import, a bulk and a migration: what was stored is there, and the next start goes on."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import pytest

from annotator.domain.annotation import TARGET_KINDS, ItemState
from annotator.domain.source import Page
from annotator.domain.target import ItemTarget
from annotator.store.opening import MIGRATIONS, statements
from annotator.store.store import SqliteStore, open_store
from annotator.workflow import notes
from annotator.workflow.bulk import answer_all
from tests.faults.proxy import Request, no_fault
from tests.phoenix_server import PhoenixServer
from tests.screen.scene import Scene, traces
from tests.store.scene import deliver, filled, identity, item_at, judged, label_of
from tests.store.test_traces import span
from tests.workflow.on_phoenix import DOCUMENTS, Program, program

ROOT = Path(__file__).parents[2]
ROUNDS = [4, pytest.param(100, marks=pytest.mark.soak)]
OPEN = """
import sys
from pathlib import Path
from annotator.store.store import open_store
print("now", flush=True)
open_store(Path(sys.argv[1])).close()
print("done", flush=True)
"""


def seeded() -> random.Random:
    number = int.from_bytes(os.urandom(4))
    print(f"seed {number}")
    return random.Random(number)


def started(argv: list[str], env: Mapping[str, str]) -> "subprocess.Popen[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "OTEL_", "ANNOTATOR_"))}
    return subprocess.Popen(argv, cwd=ROOT, env=clean | dict(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def sound(store: SqliteStore) -> None:
    assert store.db.one("PRAGMA integrity_check")[0] == "ok" and store.db.all("PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("rounds", ROUNDS)
def test_killed_while_sending(tmp_path: Path, phoenix: PhoenixServer, rounds: int) -> None:
    """Before, while and after the server gets what is sent."""
    chance = seeded()
    env = {"HOME": str(tmp_path), "PHOENIX_DISCOVER_CONFIG": "false"}
    with program(tmp_path, phoenix, 12) as person:
        argv = [sys.executable, "-m", "annotator", "push", "--store", str(person.path)]
        killed = 0
        while killed < rounds:
            for n in range(12):
                person.answer(n, chance.choice(("pass", "fail")), on=somewhere(person, n, chance))
                person.answer(n, chance.randrange(100) / 100, "score", somewhere(person, n, chance))
            change_notes(person, chance, f"round {killed}")
            answer_all(person.judge, [person.item(n) for n in range(chance.randrange(1, 12))], {"correctness": "pass"})
            for _ in range(chance.randrange(4)):
                person.judge.undo()
            decided = person.local()
            with started(argv, env) as process:
                person.proxy.decide = _killer(process, chance)
                out, err = process.communicate(timeout=120)
            person.proxy.decide = no_fault
            killed += process.returncode == -9
            assert process.returncode in (0, -9) and not err, err
            sound(person.store)
            assert person.local() == decided, "nothing that was judged changed"
        person.clock.now = time.time() + 3600
        ended = started(argv, env)
        out, err = ended.communicate(timeout=120)
        assert (ended.returncode, err) == (0, "") and "waiting 0, parked 0" in out
        assert person.held() == person.local()


def somewhere(person: Program, n: int, chance: random.Random) -> ItemTarget:
    return person.on(n, chance.choice(TARGET_KINDS), chance.randrange(DOCUMENTS))


def change_notes(person: Program, chance: random.Random, text: str) -> None:
    """Two more; of those that are there one is changed and one taken away."""
    n = chance.randrange(12)
    on, item = somewhere(person, n, chance), person.item(n)
    for number in range(2):
        person.judge.note(item, f"{text}: {number}", notes.noted(on))
    there = notes.notes_on(person.judge, on)
    notes.edit_note(person.judge, item, there[0], f"{text}: changed")
    notes.delete_note(person.judge, item, there[-1])


def _killer(process: "subprocess.Popen[str]", chance: random.Random) -> Callable[[Request], str]:
    def decide(request: Request) -> str:
        if chance.random() < 0.4:
            threading.Timer(chance.random() * 0.02, process.kill).start()
        return ""

    return decide


@pytest.mark.parametrize("rounds", ROUNDS)
def test_killed_while_importing(tmp_path: Path, rounds: int) -> None:
    chance = seeded()
    scene = Scene(tmp_path, traces(1500, parts=2))
    path = tmp_path / "annotator.db"
    wal = path.with_name("annotator.db-wal")
    killed = number = 0
    while killed < rounds:
        number += 1
        name = f"queue {number}"
        labels: dict[int, str] = {}
        whole = False
        while not whole and killed < rounds:
            before = wal.stat().st_size if wal.exists() else 0
            with started(scene.command("pull", str(scene.file), "--queue", name), scene.environment) as process:
                while process.poll() is None and (wal.stat().st_size if wal.exists() else 0) == before:
                    time.sleep(0.002)
                time.sleep(chance.random() * 0.5)
                process.kill()
                _, err = process.communicate(timeout=60)
            whole = process.returncode == 0
            killed += not whole
            assert process.returncode in (0, -9) and "Traceback" not in err, err
            with closing(open_store(path)) as store:
                sound(store)
                queue = next((one for one in store.queues() if one.name == name), None)
                if queue is None or not store.counts(queue.id).items:
                    continue
                of = {item.position: identity(item, server="") for item in store.items(queue.id, limit=5000)}
                assert {position: label_of(store, of[position]) for position in labels} == labels, "verdicts stay"
                at = chance.choice(list(of))
                labels[at] = chance.choice(("pass", "fail"))
                store.commit(judged(item_at(store, queue, at), labels[at], server=""))
        scene.run("pull", str(scene.file), "--queue", name)
        with closing(open_store(path)) as store:
            queue = next(one for one in store.queues() if one.name == name)
            items = store.items(queue.id, limit=5000)
            assert len({item.target for item in items}) == len(items) == 1500, "each trace once"
            assert not store.missing(queue.id, 0, 10), "with its content"
            assert {item.position for item in items if item.state is ItemState.DONE} == set(labels)
        scene.file = scene.file.rename(tmp_path / f"traces{number}.jsonl")


@pytest.fixture(scope="module")
def first_version(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store as the first version of annotator would have left it: 300 verdicts, 20,000 spans."""
    folder = tmp_path_factory.mktemp("first")
    now, old = folder / "now.db", folder / "annotator.db"
    with closing(open_store(now)) as store:
        queue = filled(store, 300)
        for start in range(0, 20_000, 100):
            store.add_page(queue.source_id, Page(spans=tuple(span(f"t{n // 4}", f"s{n}", "x") for n in range(start, start + 100))))
        for number in range(1, 301):
            store.commit(judged(item_at(store, queue, number), "pass" if number % 3 else "fail"))
        deliver(store)
    with closing(sqlite3.connect(old, isolation_level=None)) as db:
        db.execute("PRAGMA page_size = 8192")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN")
        for statement in statements((MIGRATIONS / "001_store.sql").read_text("utf-8")):
            db.execute(statement)
        db.execute("PRAGMA user_version = 1")
        db.execute("COMMIT")
        db.execute("ATTACH ? AS now", (str(now),))
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
            columns = ", ".join(f'"{column}"' for _, column, *_ in db.execute(f"PRAGMA main.table_info({table})"))
            db.execute(f"INSERT OR IGNORE INTO main.{table} ({columns}) SELECT {columns} FROM now.{table}")
    yield old


def rows(path: Path, like: Path) -> dict[str, list[object]]:
    """Everything that the tables of the first version hold."""
    with closing(sqlite3.connect(like)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        columns = {name: ", ".join(f'"{row[1]}"' for row in db.execute(f"PRAGMA table_info({name})")) for name in tables}
    with closing(sqlite3.connect(path)) as db:
        return {name: db.execute(f"SELECT {columns[name]} FROM {name} ORDER BY 1, 2").fetchall() for name in tables}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_killed_while_migrating(tmp_path: Path, first_version: Path, rounds: int) -> None:
    chance = seeded()
    before = rows(first_version, first_version)
    path = tmp_path / "annotator.db"
    longest = 0.0
    seen: set[int] = set()
    killed = -1
    while killed < rounds:
        for file in tmp_path.glob("annotator.db*"):
            file.unlink()
        shutil.copy(first_version, path)
        with started([sys.executable, "-c", OPEN, str(path)], {}) as process:
            assert process.stdout is not None and process.stdout.readline() == "now\n"
            start = time.monotonic()
            if killed < 0:  # the first one shows how long it takes
                process.wait(60)
                longest = time.monotonic() - start
            else:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(chance.random() * longest)
                process.kill()
            done = process.stdout.read()
        killed += killed < 0 or not done
        with closing(sqlite3.connect(path)) as db:
            [version] = db.execute("PRAGMA user_version").fetchone()
        seen.add(version)
        with closing(open_store(path)) as store:
            sound(store)
            assert store.db.one("PRAGMA user_version")[0] == len(list(MIGRATIONS.glob("*.sql")))
            queue = store.queues()[0]
            assert store.counts(queue.id).done == 300 and store.outbox_counts().waiting == 200, "the outbox goes on"
        assert rows(path, first_version) == before
    print(f"{longest:.2f} s a migration; versions that a killed one left: {sorted(seen)}")
