"""A store that is damaged in the middle: it is said, set aside as it was, and what can be read goes on."""

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from annotator.domain.source import Page
from annotator.errors import StoreBusy, StoreError
from annotator.store.rescue import Rescued, rescue
from annotator.store.store import open_store
from tests.store.scene import SERVER, deliver, filled, identity, item_at, judged, label_of
from tests.store.test_traces import span

PAGE = 8192
ITEMS = 400
JUDGED = 300
SENT = 100


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store of 400 items with their traces, 300 of them judged and 100 of those sent."""
    path = tmp_path_factory.mktemp("whole") / "annotator.db"
    chance = random.Random(1)
    with closing(open_store(path)) as store:
        queue = filled(store, ITEMS)
        for start in range(0, ITEMS, 100):
            spans = (span(f"t{n}", f"s{n}", chance.randbytes(400).hex()) for n in range(start + 1, start + 101))
            store.add_page(queue.source_id, Page(spans=tuple(spans)))
        for number in range(1, JUDGED + 1):
            store.commit(judged(item_at(store, queue, number), label(number)))
            if number == SENT:
                deliver(store)
    return path.read_bytes()


def label(number: int) -> str:
    return "pass" if number % 3 else "fail"


def pages_of(content: bytes, folder: Path, name: str) -> list[int]:
    """The pages of a table or an index (or of the schema) below its root; the root where it has no others."""
    path = folder / "looked at.db"
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as db:
        [root] = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone() or [1]
    start = (root - 1) * PAGE + 100 * (root == 1)
    if content[start] not in (2, 5):
        return [root]
    cells = int.from_bytes(content[start + 3 : start + 5], "big")
    pointers = (int.from_bytes(content[start + 12 + 2 * n : start + 14 + 2 * n], "big") for n in range(cells))
    page = (root - 1) * PAGE
    return [int.from_bytes(content[at : at + 4], "big") for at in (*(page + pointer for pointer in pointers), start + 8)]


def broken(content: bytes, folder: Path, *pages: int) -> Path:
    """A store with pages overwritten."""
    folder.mkdir()
    damaged = bytearray(content)
    for page in pages:
        damaged[(page - 1) * PAGE : page * PAGE] = b"\xa5" * PAGE
    path = folder / "annotator.db"
    path.write_bytes(damaged)
    return path


def rescued(path: Path) -> Rescued:
    before = path.read_bytes()
    done = rescue(path)
    assert done.aside.read_bytes() == before, "what was damaged is kept as it was"
    with closing(open_store(path)) as store:
        assert store.db.one("PRAGMA integrity_check")[0] == "ok" and store.db.all("PRAGMA foreign_key_check") == []
    return done


def labels(path: Path) -> dict[int, str | None]:
    with closing(open_store(path)) as store:
        queue = store.queues()[0]
        items = store.items(queue.id, limit=ITEMS)
        return {item.position: label_of(store, identity(item)) for item in items if item.state.value == "done"}


DECIDED = {number: label(number) for number in range(1, JUDGED + 1)}


@pytest.mark.parametrize("name", ["annotation", "outbox", "identity", "sqlite_autoindex_identity_1"])
def test_no_verdict_is_lost_with_a_page_of_what_is_kept_twice(whole: bytes, tmp_path: Path, name: str) -> None:
    pages = pages_of(whole, tmp_path, name)
    path = broken(whole, tmp_path / "store", pages[len(pages) // 2])
    with pytest.raises(StoreError) as caught, closing(open_store(path)) as store:
        assert store.db.all("PRAGMA quick_check(1)") == [("ok",)] or store.outbox_counts()
        for table in ("annotation", "outbox", "identity", "identity INDEXED BY sqlite_autoindex_identity_1"):
            store.db.all(f"SELECT * FROM {table} ORDER BY 1")
        store.db.all("SELECT target FROM identity INDEXED BY sqlite_autoindex_identity_1")
    assert "is damaged" in caught.value.title and "store check" in caught.value.advice
    done = rescued(path)
    assert labels(path) == DECIDED
    with closing(open_store(path)) as store:
        waiting = {entry.identity.target.id: entry.row.label for entry in store.due(SERVER, store.clock() + 9, 1000, 1.0) if entry.row}
    unsent = {f"s{number}": label(number) for number in range(SENT + 1, JUDGED + 1)}
    assert unsent.items() <= waiting.items(), "what was not on the server is still on its way"
    assert waiting.items() <= {f"s{number}": label(number) for number in DECIDED}.items()
    assert bool(done.mended) == (name in ("annotation", "outbox"))


def test_the_journal_goes_on_above_every_number_it_ever_gave(whole: bytes, tmp_path: Path) -> None:
    path = broken(whole, tmp_path / "store", pages_of(whole, tmp_path, "journal")[-1], pages_of(whole, tmp_path, "journal")[0])
    done = rescued(path)
    assert "journal" in done.lost and labels(path) == DECIDED
    with closing(open_store(path)) as store:
        queue = store.queues()[0]
        store.commit(judged(item_at(store, queue, ITEMS), "fail"))
        [seq] = store.db.one("SELECT seq FROM journal WHERE action = 'rescue'")
        assert store.db.one("SELECT max(seq) FROM journal")[0] > seq > store.db.one("SELECT max(seq) FROM outbox WHERE seq < ?", (seq,))[0]
        undone = store.undo("ann", queue.id)
        assert undone is not None and undone.done, "undo goes on"


def test_a_lost_queue_goes_on_under_another_name(whole: bytes, tmp_path: Path) -> None:
    path = broken(whole, tmp_path / "store", *pages_of(whole, tmp_path, "queue"))
    done = rescued(path)
    assert done.lost["queue"] == 1 and labels(path) == DECIDED
    with closing(open_store(path)) as store:
        [queue] = store.queues()
        assert queue.name == "rescued 1" and queue.source.server == SERVER and store.counts(queue.id).done == JUDGED


def test_what_came_from_a_source_is_fetched_again(whole: bytes, tmp_path: Path) -> None:
    path = broken(whole, tmp_path / "store", pages_of(whole, tmp_path, "payload")[3], pages_of(whole, tmp_path, "item")[1])
    done = rescued(path)
    assert done.lost["payload"] and done.lost["item"]
    with closing(open_store(path)) as store:
        [queue] = store.queues()
        assert not queue.complete and len(store.missing(queue.id, 0, 1000)) > 0
        assert store.db.one("SELECT count(*) FROM annotation")[0] == JUDGED, "verdicts stay, also of items that are to be listed again"


def test_a_text_that_was_overwritten_is_not_taken_for_a_verdict(whole: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    path = folder / "annotator.db"
    path.write_bytes(whole.replace(b'["fail",0.0,null,"HUMAN",{}]', b'["fail",0.0,null,"HUM\x00\x00\x00\x00\x00\x00\x00', 1))
    assert path.read_bytes() != whole
    rescued(path)
    assert labels(path) == DECIDED


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(6, 300))])
def test_any_damage(whole: bytes, tmp_path: Path, seed: int) -> None:
    """Whatever pages are lost but those that say which tables there are: a store that works, and no verdict that nobody gave."""
    chance = random.Random(seed)
    count = len(whole) // PAGE
    pages = sorted({*range(2, count + 1)} - {*pages_of(whole, tmp_path, "sqlite_master")})
    path = broken(whole, tmp_path / "store", *chance.sample(pages, chance.choice((1, 3, count // 10, count // 2))))
    done = rescued(path)
    with closing(open_store(path)) as store:
        rows = store.db.all("SELECT target, content FROM annotation JOIN identity ON id = identity")
        assert all(content.startswith(f'["{label(int(target[1:]))}"') for target, content in rows)
        assert len(rows) == done.kept["annotation"]


def test_a_file_without_its_first_page_is_left_alone_and_the_backup_is_named(whole: bytes, tmp_path: Path) -> None:
    path = broken(whole, tmp_path / "store", 1)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="Nothing can be read") as caught:
        rescue(path)
    assert "backup" in caught.value.advice
    backup = path.with_name("annotator.db.1.backup")
    backup.write_bytes(whole)
    with pytest.raises(StoreError) as caught:
        rescue(path)
    assert str(backup) in caught.value.advice
    assert path.read_bytes() == before and sorted(path.parent.iterdir()) == [path, backup]


def test_a_store_that_is_open_is_not_rescued(whole: bytes, tmp_path: Path) -> None:
    path = broken(whole, tmp_path / "store", pages_of(whole, tmp_path, "payload")[1])
    code = "import sys; from pathlib import Path; from annotator.store.rescue import rescue; rescue(Path(sys.argv[1]))"
    with closing(open_store(path)):
        ended = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert StoreBusy.__name__ in ended.stderr and "has" in ended.stderr and "open" in ended.stderr
    assert len(list(path.parent.glob("*damaged*"))) == 0


def test_what_a_killed_program_left_in_the_wal_is_rescued_too(tmp_path: Path) -> None:
    path = tmp_path / "annotator.db"
    store = open_store(path)
    queue = filled(store, 3)
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.commit(judged(item_at(store, queue, 1), "pass"))
    killed = tmp_path / "killed" / "annotator.db"
    killed.parent.mkdir()
    for suffix in ("", "-wal"):
        killed.with_name(killed.name + suffix).write_bytes(path.with_name(path.name + suffix).read_bytes())
    store.close()
    wal = killed.with_name(killed.name + "-wal").read_bytes()
    done = rescue(killed)
    assert done.aside.with_name(done.aside.name + "-wal").read_bytes() == wal and done.lost == {}
    assert labels(killed) == {1: "pass"}
