"""One key for several documents: tapped as fast as a finger goes, and held down; at times that the test says."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.events import Key

from annotator.config.rubric_file import load_rubric
from annotator.domain.annotation import Target
from annotator.domain.queue import Selection, SourceRef
from annotator.keymap.load import load
from annotator.sources.files import Files
from annotator.store.store import open_store
from annotator.ui.app import ReviewApp
from annotator.ui.session import Session
from tests.screen.scene import PASS_FAIL
from tests.screen.test_documents import RELEVANCE, retrieval

RETRIEVER = f"{102:016x}"


@contextmanager
def nothing_to_drain() -> Iterator[bool]:
    yield False


def judged(folder: Path, rubric: str, times: Sequence[float]) -> tuple[int, str, str]:
    """How many documents of a trace are judged when `1` comes at these times, what is said then, and the config that is asked."""
    location, path = folder / "traces.jsonl", folder / "annotator.db"
    location.write_text("".join(json.dumps(one) + "\n" for one in (*retrieval(1), *retrieval(2))))
    (folder / "rubric.toml").write_text(rubric)
    store = open_store(path)
    queue = store.create("documents", SourceRef(str(location)), Selection(), load_rubric(folder / "rubric.toml"))
    source = Files(str(location))
    app = ReviewApp(
        Session(queue, "ann", "annotator:ann", load("default", None), lambda: open_store(path), nothing_to_drain, source=lambda: source)
    )

    async def type_them() -> tuple[str, str]:
        async with app.run_test(size=(120, 40)) as pilot:
            desk = app.review.desk
            while desk.presented is None or not desk.drawn:
                await pilot.pause(0.01)
            for at in times:
                key = Key("1", "1")
                key.time = 1000 + at
                app.review.post_message(key)
                await pilot.pause()
                while not desk.drawn:
                    await pilot.pause(0.01)
            return desk.notice[0], desk.criterion

    try:
        said, criterion = asyncio.run(type_them())
        targets = [Target("document", RETRIEVER, place) for place in range(5)]
        return len(store.known_on("", targets)), said, criterion
    finally:
        app.review.background.stop()
        app.store.close()
        store.close()


def test_five_fast_presses_judge_five_documents_and_a_sixth_nothing(tmp_path: Path) -> None:
    count, said, criterion = judged(tmp_path, PASS_FAIL + RELEVANCE, [0.083 * press for press in range(6)])
    assert count == 5 and "held down" in said and criterion == "correctness"


@pytest.mark.parametrize(("delay", "gap"), [(0.5, 0.033), (0.25, 0.092)])
def test_a_held_key_judges_no_document_unseen(tmp_path: Path, delay: float, gap: float) -> None:
    """The second comes after the pause before a keyboard repeats, in which the document was read."""
    count, said, criterion = judged(tmp_path, RELEVANCE, [0.0, *(delay + gap * repeat for repeat in range(20))])
    assert count == 2 and "held down" in said and criterion == "relevance"
