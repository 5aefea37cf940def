"""Others' annotations on a terminal: nothing of them before one's own verdict, all of them after it; one's own changed in the table."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.source import ServerRow
from annotator.store.store import open_store
from tests.screen.parts import agent
from tests.screen.scene import ENTER, ESC, PASS_FAIL, Scene, answer, place, press, rubric_row, shows, traces
from tests.terminal import Terminal

BOTH = PASS_FAIL + '[[config]]\nname = "tone"\ntype = "categorical"\nvalues = ["kind", "curt"]\n'
SCORED = PASS_FAIL + '[[config]]\nname = "quality"\ntype = "continuous"\nlower_bound = 0\nupper_bound = 100\n'
DELETE = "\x1b[3~"


def said(
    target: Target, name: str, label: str | None, who: str, kind: str = "HUMAN", words: str = "", score: float | None = None
) -> Annotation:
    return Annotation(Identity("", target, name, who), label, score, words or None, kind)


def root(number: int = 1) -> Target:
    return Target("span", f"{number * 100 + 1:016x}")


def know(scene: Scene, *rows: Annotation) -> None:
    """The queue is filled, and these rows of others are in the store."""
    words = ["--rubric", str(scene.folder / "rubric.toml")] if scene.rubric else []
    scene.run("pull", str(scene.file), *words)
    store = open_store(scene.folder / "annotator.db")
    store.keep_read([ServerRow(row, str(at), "API", "", "2026-11-21T12:00:00+00:00") for at, row in enumerate(rows)], 1.0)
    store.close()


def review(scene: Scene, *options: str, size: tuple[int, int] = (120, 40)) -> Terminal:
    """With its first item on the screen."""
    terminal = Terminal([*scene.review, *options], size, scene.environment, scene.folder)
    terminal.wait_for(shows(1))
    terminal.read_until_quiet(0.4)
    return terminal


def metadata(scene: Scene, number: int, name: str) -> dict[str, Any]:
    """Of my answer on an item."""
    store = open_store(scene.folder / "annotator.db")
    try:
        [row] = [one for one in store.on_target("", root(number)) if one.name == name and one.identity.identifier == "annotator:tester"]
        return dict(row.metadata)
    finally:
        store.close()


SECRETS = ("zebralabel", "zebrawords", "zebrawho", "zebraname", "zebratone", "zebranote")


def secrets() -> list[Annotation]:
    """A person, a model and a program, on every sort of target."""
    of = (root(), Target("span", f"{102:016x}"), Target("document", f"{102:016x}", 1), Target("trace", f"{1:032x}"))
    rows = [said(target, "correctness", "fail zebralabel", "annotator:zebrawho", words="zebrawords here") for target in of]
    rows += [said(target, "tone", "zebratone", "zebrawho-model", "LLM", "zebrawords too") for target in of]
    return [*rows, said(root(), "zebraname", "low", "", "CODE"), said(root(), "note", None, "annotator:zebrawho:1", words="zebranote")]


WALK = ("]", "A", ESC, "/", "zebral", ENTER, "v", "v", "i", ESC, "t", "t", "p")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=str)
def test_nothing_of_others_reaches_the_terminal_before_ones_own_verdict(tmp_path: Path, size: tuple[int, int]) -> None:
    scene = Scene(tmp_path, [*agent(1), *traces(3)[1:]], rubric=BOTH)
    know(scene, *secrets())
    with review(scene, size=size) as terminal:
        walk(terminal)
        assert not [word for word in SECRETS if word.encode() in bytes(terminal.raw)]
        press(terminal, ESC, ESC, ESC, "1")
        assert size[0] < 200 or "zebralabel" in terminal.text(), "what I judged is shown beside it"
        for word in ("zebratone", "zebraname", "zebranote", "zebrawho-model"):
            assert word.encode() not in bytes(terminal.raw), "the other config is not judged yet"
        press(terminal, "1", "k", "A")
        assert [word for word in ("zebralabel", "zebratone", "zebraname", "zebranote") if word not in terminal.text()] == [], (
            terminal.text()
        )


def walk(terminal: Terminal) -> list[list[str]]:
    """What the screen shows after each key that may show something of others."""
    return [press(terminal, key) for key in WALK]


def test_every_screen_is_what_it_is_where_nobody_else_annotated_anything(tmp_path: Path) -> None:
    screens = []
    for folder, rows in (("alone", []), ("beside", secrets())):
        (tmp_path / folder).mkdir()
        scene = Scene(tmp_path / folder, [*agent(1), *traces(3)[1:]], rubric=BOTH)
        know(scene, *rows)
        with review(scene, size=(200, 60)) as terminal:
            screens.append(walk(terminal))
    assert screens[0] == screens[1]


def others_on(count: int) -> list[Annotation]:
    """Alice fails the first item and passes the rest; a model passes all."""
    rows = [said(root(n), "correctness", "fail" if n == 1 else "pass", "annotator:alice", words="too long") for n in range(1, count + 1)]
    return rows + [said(root(n), "correctness", "pass", "gpt-judge", "LLM", "it answers") for n in range(1, count + 1)]


def answers(scene: Scene, name: str = "correctness") -> list[Any]:
    """Mine, item by item."""
    items = [item | {"annotations": [row for row in item["annotations"] if row["mine"]]} for item in scene.listed()]
    return [answer(item, name) for item in items]


def strip(terminal: Terminal) -> str:
    return next(line for line in terminal.lines() if line.startswith(" last "))


def test_with_auto_advance_the_strip_says_who_agrees(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL)
    know(scene, *others_on(3))
    with review(scene) as terminal:
        assert shows(2)(press(terminal, "1"))
        terminal.wait_for("last  1 pass ≠ alice = gpt-judge")
        press(terminal, "1")
        terminal.wait_for("last  2 pass = alice = gpt-judge · 1 pass ≠ alice = gpt-judge")
        press(terminal, "u")
        terminal.wait_for("undid: 2 pass")
        assert "2 pass" not in strip(terminal)
        terminal.leave()
    with review_again(scene, 2) as terminal:
        terminal.wait_for("last  1 pass ≠ alice = gpt-judge")


def review_again(scene: Scene, first: int) -> Terminal:
    terminal = Terminal(scene.review, (120, 40), scene.environment, scene.folder)
    terminal.wait_for(shows(first))
    return terminal


def test_a_disagreement_can_hold_the_screen_and_an_agreement_does_not(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL)
    know(scene, *others_on(3))
    with review(scene, "--hold") as terminal:
        lines = press(terminal, "1")
        assert shows(1)(lines) and "≠ alice: correctness fail; Enter goes on" in terminal.text()
        assert shows(2)(press(terminal, ENTER))
        assert shows(3)(press(terminal, "1"))
    assert answers(scene) == ["pass", "pass", None]


def test_open_shows_others_at_once_and_the_metadata_says_so(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL)
    know(scene, *others_on(3))
    with review(scene, "--open", size=(200, 60)) as terminal:
        terminal.wait_for("too long")
        press(terminal, "1")
    assert metadata(scene, 1, "correctness")["others_shown"] is True


def test_a_suggestion_is_taken_with_enter_or_overridden_and_the_metadata_says_which(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=SCORED)
    rows = [replace(row, label="fail", explanation=None) for row in others_on(3) if row.annotator_kind == "LLM"]
    know(scene, *rows, *(said(root(n), "quality", None, "gpt-judge", "LLM", score=40.0) for n in (1, 2, 3)))
    with review(scene, "--suggest") as terminal:
        terminal.wait_for(lambda lines: "(2 fail)" in rubric_row(lines, "correctness"))
        assert "gpt-judge suggests fail, Enter takes it" in terminal.text()
        lines = press(terminal, ENTER)
        assert "[2 fail]" in rubric_row(lines, "correctness") and "40▏" in rubric_row(lines, "quality")
        assert shows(2)(press(terminal, ENTER))
        terminal.wait_for(lambda lines: "(2 fail)" in rubric_row(lines, "correctness"))
        lines = press(terminal, "1")
        assert "[1 pass]" in rubric_row(lines, "correctness")
        press(terminal, "7", "0", ENTER)
    assert answers(scene) == ["fail", "pass", None] and answers(scene, "quality") == [40.0, 70.0, None]
    model = {"name": "gpt-judge", "identifier": "gpt-judge", "label": "fail", "score": None}
    taken, overridden = metadata(scene, 1, "correctness"), metadata(scene, 2, "correctness")
    assert (taken["suggested"], taken["judge"]) == (True, model | {"verdict": "agreed"})
    assert (overridden["suggested"], overridden["judge"]) == (True, model | {"verdict": "overridden"})
    assert metadata(scene, 2, "quality")["judge"]["verdict"] == "overridden"


def test_a_models_answer_is_taken_turned_round_or_called_wrong_with_one_key_each(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL)
    know(scene, *others_on(3))
    with review(scene) as terminal:
        press(terminal, "2")
        terminal.wait_for("≠ gpt-judge")
        press(terminal, "_")
        terminal.wait_for("1: correctness fail: gpt-judge is wrong")
        assert metadata(scene, 1, "correctness")["judge"]["verdict"] == "wrong" and place(terminal.lines()) == 2
        press(terminal, "=")
        terminal.wait_for("1: agreed with gpt-judge: correctness pass")
        terminal.wait_for("last  1 pass ≠ alice = gpt-judge")
        press(terminal, "~")
        terminal.wait_for("1: the other label: correctness fail")
        press(terminal, "u", "u", "u")
        terminal.wait_for("undid: 1 correctness: gpt-judge is wrong")
    assert answers(scene)[0] == "fail" and "judge" not in metadata(scene, 1, "correctness")


def test_own_rows_are_changed_explained_and_deleted_in_the_table_and_no_others(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL)
    know(scene, *others_on(3))
    with review(scene) as terminal:
        press(terminal, "1", "k", "nmine\r")
        lines = press(terminal, "A")
        assert [line.split()[:3] for line in lines[3:8]] == [
            ["▸", "●≠", "correctness"], ["≠", "correctness", "fail"], ["=", "correctness", "pass"], ["●", "note", "me"], [],
        ]  # fmt: skip
        press(terminal, ENTER, "\x1b[B", ENTER)
        terminal.wait_for(lambda lines: "fail" in lines[3])
        press(terminal, "e", "because\r")
        terminal.wait_for("explained correctness")
        press(terminal, "A", "\x1b[B", "x")
        terminal.wait_for("only your own can be changed")
        press(terminal, "\x1b[B", "\x1b[B", "x")
        terminal.wait_for("note deleted")
        press(terminal, "\x1b[A", "\x1b[A", "\x1b[A", "x")
        terminal.wait_for("correctness fail taken back")
        assert "●" not in terminal.text().partition("\n")[2]
        lines = press(terminal, ESC)
        assert "1 / 3" in lines[0] and "todo" not in lines[-2]
        assert mine(scene) == []
        press(terminal, "u", "u")
        terminal.wait_for("undid: 1 delete note")
    assert [(row["name"], row["label"], row["explanation"]) for row in mine(scene)] == [
        ("correctness", "fail", "because"), ("note", None, "mine"),
    ]  # fmt: skip
    assert scene.listed()[0]["state"] == "done"


def mine(scene: Scene) -> Sequence[dict[str, Any]]:
    """My rows on the first item."""
    return [row for row in scene.listed()[0]["annotations"] if row["mine"] and row["identifier"].startswith("annotator:tester")]


def test_delete_takes_the_answer_back_and_undo_gives_it_again(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL)
    with review(scene) as terminal:
        press(terminal, "1", "k", DELETE)
        terminal.wait_for("correctness pass taken back")
        assert "[1 pass]" not in rubric_row(terminal.lines(), "correctness")
        assert answers(scene) == [None, None, None] and scene.listed()[0]["state"] == "todo"
        press(terminal, "u")
        terminal.wait_for("undid: 1 take back correctness pass")
    assert answers(scene) == ["pass", None, None] and scene.listed()[0]["state"] == "done"


def test_list_and_show_name_everybody(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rubric=PASS_FAIL)
    know(scene, *others_on(1), said(Target("trace", f"{1:032x}"), "correctness", "good", "", "CODE"))
    [first, *_] = scene.listed()
    assert [(row["author"], row["source"], row["updated_at"], row["mine"]) for row in first["annotations"]] == [
        ("alice", "API", "2026-11-21T12:00:00+00:00", False), ("gpt-judge", "API", "2026-11-21T12:00:00+00:00", False),
    ]  # fmt: skip
    assert [(row["target"], row["document_position"], row["label"]) for row in first["related"]] == [("trace", None, "good")]
    said_so = scene.run("show", first["id"])
    assert "correctness  fail  span reply  HUMAN annotator:alice  API  2026-11-21" in said_so
    assert "correctness  good  trace" in said_so and "CODE" in said_so
