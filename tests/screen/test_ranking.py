"""Retrieval metrics on the screen: mine when every document is scored, a model's when I have judged."""

import json
from pathlib import Path

import pytest

from tests.screen.scene import PASS_FAIL, press
from tests.screen.test_documents import RELEVANCE, scene


@pytest.mark.parametrize("size", [(160, 40), (200, 50)])
def test_figures_come_with_the_last_document(tmp_path: Path, size: tuple[int, int]) -> None:
    work = scene(tmp_path, PASS_FAIL + RELEVANCE, documents=2)
    work.run("pull", str(work.file), "--rubric", str(tmp_path / "rubric.toml"))
    rows = [{"span_id": f"{102:016x}", "document_position": place, "name": "relevance", "score": 1 - place} for place in (0, 1)]
    (tmp_path / "judge.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert "2 new" in work.run("import", "judge.jsonl")
    with work.open(size) as terminal:
        press(terminal, "2")
        assert "ndcg" not in terminal.text() and "RANKING" not in terminal.text()
        lines = press(terminal, "1")
        assert "relevance: ndcg@2 0.63 precision@2 0.50 rr 0.50 hit 1" in lines[-2]
        wide = "RANKING" in terminal.text()
        assert wide == (size[0] == 200)
        if wide:
            pane = "\n".join(line[-44:] for line in lines)
            assert "relevance  mine" in pane and "ndcg@2 0.63  precision@2 0.50" in pane
            assert "relevance  LLM import:judge" in pane and "ndcg@2 1  precision@2 0.50" in pane
        press(terminal, "u")
        assert "relevance: ndcg" not in terminal.text()
