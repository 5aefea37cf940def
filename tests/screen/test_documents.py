"""Documents of a retrieval, judged one key each, as keys on a terminal."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from annotator.store.store import open_store
from tests.screen.scene import ESC, PASS_FAIL, Scene, press, rubric_row, shows, span

RELEVANCE = """[[config]]
name = "relevance"
type = "categorical"
target = "document"
values = [{ label = "relevant", score = 1 }, { label = "irrelevant", score = 0 }]
"""


def retrieval(number: int, documents: int = 5) -> list[dict[str, Any]]:
    """A trace of a model that was given documents."""
    content = "Goods that fail within 30 days are refunded in full. " * 12
    found = [{"document": {"id": f"returns-{place}", "content": f"{place} {content}", "score": 0.9}} for place in range(1, documents + 1)]
    attributes = {"openinference.span.kind": "RETRIEVER", "input.value": "refunds", "retrieval.documents": found}
    return [span(number), span(number, 1, name="policies", span_kind="RETRIEVER", attributes=attributes)]


def scene(folder: Path, rubric: str, documents: int = 5) -> Scene:
    return Scene(folder, [*retrieval(1, documents), *retrieval(2, documents), *retrieval(3, documents)], rubric=rubric)


def said(scene: Scene, name: str, number: int = 1) -> dict[tuple[str, str, int | None], str | None]:
    """What was answered to a config on anything of a trace, by target."""
    with closing(open_store(scene.folder / "annotator.db")) as store:
        (queue,) = store.queues()
        rows = [known.row for known in store.known_in("", queue.source_id, f"{number:032x}") if known.row.name == name]
    return {(row.target.kind, row.target.id, row.target.position): row.label for row in rows}


def relevance(scene: Scene, number: int = 1) -> list[str | None]:
    """What was said of the documents of a trace, in order."""
    rows = said(scene, "relevance", number)
    assert all(kind == "document" and span_id == f"{number * 100 + 2:016x}" for kind, span_id, _ in rows)
    return [rows[key] for key in sorted(rows)]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_five_documents_take_five_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    work = scene(tmp_path, RELEVANCE)
    with work.open(size) as terminal:
        for place, key in enumerate("12112", 1):
            assert f"document {place} of policies" in terminal.text() and f"returns-{place}" in terminal.text()
            lines = press(terminal, key)
        assert shows(2)(lines) and "document 1 of policies" in "\n".join(lines)
        assert "2 irrelevant" in lines[-3], "the strip says what was decided"
    assert work.states() == ["done", "todo", "todo"]
    assert relevance(work) == ["relevant", "irrelevant", "relevant", "relevant", "irrelevant"]


def test_the_focus_goes_where_one_looks_and_escape_brings_it_back(tmp_path: Path) -> None:
    work = scene(tmp_path, PASS_FAIL)
    with work.open((80, 24)) as terminal:
        assert "judging" not in terminal.text()
        lines = press(terminal, "]")
        assert "judging  retriever policies" in lines[-3]
        lines = press(terminal, "2")
        assert "retriever policies: correctness fail" in lines[-2] and work.states() == ["todo", "todo", "todo"]
        assert "[2 fail]" in rubric_row(lines, "correctness")
        lines = press(terminal, ESC)
        assert "judging" not in terminal.text() and "[2 fail]" not in rubric_row(lines, "correctness")
        lines = press(terminal, "W")
        assert "judging  trace" in lines[-3]
        lines = press(terminal, "1", "W")
        assert "back to the item" in lines[-2] and "[1 pass]" not in rubric_row(lines, "correctness")
        assert shows(2)(press(terminal, "1"))
        lines = press(terminal, "u")
        assert shows(1)(lines) and "judging" not in terminal.text()
        lines = press(terminal, "u")
        assert "judging  trace" in lines[-3] and "[1 pass]" not in rubric_row(lines, "correctness")
        lines = press(terminal, "u")
        assert "judging  retriever policies" in lines[-3]
        lines = press(terminal, "r")
        assert "judging  retriever policies" in lines[-3] and "[2 fail]" in rubric_row(lines, "correctness")
    assert said(work, "correctness") == {("span", f"{102:016x}", None): "fail"}


def test_a_document_that_was_scrolled_out_of_view_is_not_judged_before_it_is_back(tmp_path: Path) -> None:
    work = scene(tmp_path, RELEVANCE, 20)
    with work.open((80, 24)) as terminal:
        press(terminal, "1")
        assert "2  returns-2" in terminal.text()
        lines = press(terminal, "G", "1")
        assert "out of view" in lines[-2] and "2  returns-2" in terminal.text()
        press(terminal, "2")
    assert relevance(work) == ["relevant", "irrelevant"]


def test_spans_of_bound_kinds_come_before_the_item_and_documents_before_them(tmp_path: Path) -> None:
    tool = '[[config]]\nname = "right tool"\ntype = "categorical"\nkinds = ["TOOL"]\nrequired = true\nvalues = ["yes", "no"]\n'
    spans = [one for number in (1, 2) for one in (*retrieval(number, 2), span(number, 2), span(number, 3))]
    work = Scene(tmp_path, spans, rubric=PASS_FAIL + tool + RELEVANCE)
    with work.open((100, 30)) as terminal:
        for key, focus in zip("1212", ("document 1 of policies", "document 2 of policies", "tool lookup_2", "tool lookup_3"), strict=True):
            assert f"judging  {focus}" in terminal.text()
            press(terminal, key)
        assert "judging" not in terminal.text() and "4/5 answered" in terminal.text()
        assert shows(2)(press(terminal, "1"))
        press(terminal, "u", "u")
        assert "judging  tool lookup_3" in terminal.text() and "3/5 answered" in terminal.text()
        press(terminal, "u", "u", "r")
        assert "judging  document 2 of policies" in terminal.text()
    assert said(work, "right tool") == {} and relevance(work) == ["relevant", "irrelevant"]
