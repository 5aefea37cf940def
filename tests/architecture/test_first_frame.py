"""What has been imported, and what has been drawn, when the first frame goes to the terminal."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.running import ROOT, SAMPLES, environment, run_verb
from tests.terminal import Terminal

LATER = {
    "httpx": "the network, 60 ms",
    "pydantic": "the network, 100 ms",
    "annotator.sources": "the network, and files",
    "textual.widgets._text_area": "typing",
    "annotator.workflow.fill": "the thread that fills",
    "annotator.workflow.sync": "the thread that syncs",
    "annotator.cli.pull": "another verb",
    "annotator.config.rubric_file": "a rubric's file",
    "annotator.config.toml_file": "a config file, where there is one",
}
"""Modules that the first frame of a resumed queue does without, and what needs them."""
PROGRAM = """
import gc, json, sys
from annotator.cli.main import main
from annotator.ui.app import ReviewApp
from annotator.ui.screens.review import ReviewScreen

seen = {}

class Watched(ReviewApp):
    def post_display_hook(self):
        review = self.review
        item = review.desk.item
        seen.setdefault("first", [item and item.position, review.trace.size.height, review.rubric.size.height, sorted(sys.modules)])
        super().post_display_hook()

    def exit(self, *said, **more):
        seen["collected"] = gc.isenabled()
        with open(sys.argv[1], "w") as file:
            json.dump(seen, file)
        super().exit(*said, **more)

import annotator.ui.app
annotator.ui.app.ReviewApp = Watched
sys.exit(main(["review"]))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of a review of the sample traces that is opened and left."""
    home: Path = tmp_path_factory.mktemp("home")
    run_verb(home, ["pull", str(SAMPLES)])
    out = home / "seen.json"
    with Terminal([sys.executable, "-c", PROGRAM, str(out)], env=environment(home), cwd=ROOT) as terminal:
        terminal.wait_for("correctness")
        terminal.leave()
    return dict(json.loads(out.read_text()))


@pytest.mark.parametrize("module", LATER)
def test_what_the_first_frame_needs_not_is_imported_after_it(seen: dict[str, Any], module: str) -> None:
    assert module not in seen["first"][3], LATER[module]


def test_the_first_frame_has_the_item_and_the_rubric(seen: dict[str, Any]) -> None:
    position, trace, rubric, modules = seen["first"]
    assert position == 1
    assert trace > 10
    assert rubric > 0
    assert "annotator.ui.screens.review" in modules
    assert not any(name.startswith(("annotator.ui.form", "annotator.ui.screens.rubric_form")) for name in modules)


def test_garbage_is_collected_from_then_on(seen: dict[str, Any]) -> None:
    assert seen["collected"] is True
