"""Every command runs something; every verb explains itself."""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from annotator.cli.main import EPILOG, VERBS, parser
from annotator.config.paths import SAMPLE_RUBRIC, SAMPLE_TRACES
from annotator.config.rubric_file import load_rubric
from annotator.domain.queue import Selection, SourceRef
from annotator.keymap.commands import COMMANDS
from annotator.keymap.load import load, names
from annotator.store.store import open_store
from annotator.ui.app import ReviewApp
from annotator.ui.session import Session
from tests.architecture.running import ROOT

ELSEWHERE = {
    "field": "text_field.py", "list": "chooser.py", "items": "item_list.py", "annotations": "annotations.py", "outbox": "outbox.py",
    "handover": "handing.py", "form": "rubric_form.py",
}  # fmt: skip
"""Contexts whose commands a widget or a window runs, and in which file."""


@contextmanager
def review(folder: Path) -> Iterator[ReviewApp]:
    """The application, not running, over an empty queue."""
    path = folder / "annotator.db"
    store = open_store(path)
    queue = store.create("queue", SourceRef(str(SAMPLE_TRACES)), Selection(), load_rubric(SAMPLE_RUBRIC))
    store.close()

    @contextmanager
    def nobody_drains() -> Iterator[bool]:
        yield False

    app = ReviewApp(Session(queue, "rita", "annotator:rita", load("default", None), lambda: open_store(path), nobody_drains))
    yield app
    app.store.close()


def test_every_command_of_the_review_screen_has_its_function(tmp_path: Path) -> None:
    wanted = {command.id for command in COMMANDS if command.context not in ELSEWHERE}
    with review(tmp_path) as app:
        assert set(app.review.table) | {"score_type"} == wanted
        assert all(callable(act) for act in app.review.table.values())


def test_a_key_before_the_first_item_is_no_step(tmp_path: Path) -> None:
    with review(tmp_path) as app:
        app.review.table["next_item"]()
        assert not app.review.desk.ended


@pytest.mark.parametrize("context", ELSEWHERE)
def test_every_other_command_is_run_by_its_window(context: str) -> None:
    (path,) = (ROOT / "annotator" / "ui").rglob(ELSEWHERE[context])
    written = set(re.findall(r'"(\w+)"', path.read_text()))
    assert {command.id for command in COMMANDS if command.context == context} <= written


@pytest.mark.parametrize("name", names(None))
def test_every_shipped_keymap_loads(name: str) -> None:
    keymap = load(name, None)
    assert all(keymap.keys(command.id) for command in COMMANDS)


def test_five_keymaps_are_shipped() -> None:
    assert names(None) == ("default", "left-hand", "numpad", "thumbs", "vim")


def _verbs() -> list[str]:
    return re.findall(r"^    (\w+)  ", parser().format_help(), re.M)


def test_every_verb_is_in_the_help() -> None:
    assert len(_verbs()) == len(VERBS) == 17


@pytest.mark.parametrize("verb", _verbs())
def test_a_verb_explains_itself_and_its_example_is_a_command_line(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parser().parse_args([verb, "--help"])
    assert stop.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())
    example = re.search(rf"example: annotator ({verb}\b[^|]*)", printed)
    assert example, printed
    assert parser().parse_args(shlex.split(example[1])).verb == verb


def test_the_examples_of_the_help_are_command_lines() -> None:
    examples = re.findall(r"^  annotator (.*?)   ", EPILOG, re.M)
    assert [parser().parse_args(shlex.split(example)).verb for example in examples] == ["demo", "review", "review"]
