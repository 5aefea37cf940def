"""kill -9 at any moment of `annotator import`: what was kept is whole, the same command goes on, and all of it is taken back."""

import time
from pathlib import Path

import pytest

from annotator.store.check import check
from annotator.store.store import open_store
from tests.faults.test_killed_verbs import ROUNDS, seeded, sound, started
from tests.screen.scene import Scene

ROWS = 8_000


@pytest.mark.parametrize("rounds", ROUNDS)
def test_killed_while_importing_and_while_taking_back(tmp_path: Path, rounds: int) -> None:
    chance = seeded()
    scene = Scene(tmp_path)
    scene.run("pull", str(scene.file))
    (tmp_path / "evals.csv").write_text("span_id,name,score\n" + "".join(f"{n:016x},quality,{n / ROWS}\n" for n in range(1, ROWS + 1)))
    for verb in (["import", str(tmp_path / "evals.csv")], ["import", "--undo"]):
        for _ in range(rounds // 2):
            with started(scene.command(*verb), scene.environment) as process:
                time.sleep(chance.uniform(0.3, 1.2))
                process.kill()
                _, err = process.communicate(timeout=60)
            assert "Traceback" not in err
            store = open_store(tmp_path / "annotator.db")
            sound(store)
            kept = store.db.one("SELECT count(*), count(DISTINCT identity) FROM annotation WHERE annotator = ''")
            store.close()
            assert kept[0] == kept[1] <= ROWS
        if "--undo" not in verb:
            scene.run(*verb)
            assert scene.run(*verb).startswith(f"evals: 0 new, 0 changed, {ROWS:,} unchanged, 0 bad")
    store = open_store(tmp_path / "annotator.db")
    while (last := store.last_import()) is not None:
        assert store.undo_import(last)[1] == 0
    assert store.db.one("SELECT count(*) FROM annotation")[0] == 0
    store.close()
    assert check(tmp_path / "annotator.db", lambda what, done, total: None).findings == []
