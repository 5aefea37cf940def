"""Large traces: no key waits for one, and its verdict is on what was seen."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.screen.scene import Scene, place, press, shows, span, type_at


def large(number: int) -> dict[str, object]:
    """A trace whose answer takes more than 100 kB in the store."""
    source = random.Random(number)
    text = "\n".join(f"answer {number:03} {place} {source.getrandbits(400):x}" for place in range(3000))
    plain = span(number)
    messages = [{"message": {"role": "assistant", "content": text}}]
    return plain | {"attributes": plain["attributes"] | {"llm.output_messages": messages}}


def test_large_items_are_walked_through_and_judged(tmp_path: Path) -> None:
    scene = Scene(tmp_path, [span(1), large(2), large(3), large(4), large(5), span(6)])
    with scene.open() as terminal:
        type_at(terminal, ["j"] * 4, 0.02)
        assert any("answer 005" in line for line in terminal.wait_for(shows(5)))
        assert shows(4)(press(terminal, "k")) or terminal.wait_for(shows(4))
        press(terminal, "2")
        terminal.wait_for(shows(5))
        lines = press(terminal, "Z", "G")
        assert any("answer 005 2999" in line for line in lines), "the end of all of it"
        terminal.leave()
    assert scene.answers() == [None, None, None, "fail", None, None]


def test_a_large_payload_that_is_damaged_is_said(tmp_path: Path) -> None:
    scene = Scene(tmp_path, [span(1), large(2), span(3)])
    scene.run("pull", str(scene.file))
    with closing(sqlite3.connect(tmp_path / "annotator.db")) as db, db:
        second = "SELECT id FROM payload ORDER BY id LIMIT 1 OFFSET 1"
        assert db.execute(f"UPDATE payload SET chunk = zeroblob(100000) WHERE id = ({second})").rowcount == 1
    with scene.open() as terminal:
        press(terminal, "j")
        lines = terminal.wait_for(lambda lines: any("A stored trace is damaged" in line for line in lines))
        assert place(lines) == 2 and "cannot be judged unseen" in "\n".join(press(terminal, "1"))
        assert shows(3)(press(terminal, "j"))
    assert scene.answers() == [None, None, None]
