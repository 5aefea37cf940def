"""What is broken is said in a sentence, and judges nothing; no traceback reaches the terminal."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.screen.scene import Scene, place, press, shows, traces


def test_a_damaged_payload_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(6))
    scene.run("pull", str(scene.file))
    with closing(sqlite3.connect(tmp_path / "annotator.db")) as db, db:
        third = "SELECT id FROM payload ORDER BY id LIMIT 1 OFFSET 2"
        assert db.execute(f"UPDATE payload SET chunk = x'00ff00' WHERE id = ({third})").rowcount == 1
    with scene.open() as terminal:
        text = "\n".join(press(terminal, "1", "1"))
        assert "A stored trace is damaged" in text and "Traceback" not in text
        assert place(terminal.lines()) == 3
        assert "it cannot be judged unseen" in "\n".join(press(terminal, "1", "2"))
        assert shows(4)(press(terminal, "j"))
        press(terminal, "2")
        terminal.leave()
    assert scene.answers() == ["pass", "pass", None, "fail", None, None]


def test_a_store_that_loses_its_tables_stops_with_a_sentence(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with scene.open() as terminal:
        with closing(sqlite3.connect(tmp_path / "annotator.db")) as db, db:
            db.execute("DROP TABLE step")
        assert shows(1)(press(terminal, "1")), "what was not stored does not move the screen"
        assert "Traceback" not in terminal.text() and "no such table" in terminal.flowing()
