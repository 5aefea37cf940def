"""Who judges is asked on the first day, before there is a screen."""

import tomllib
from pathlib import Path

from tests.screen.scene import Scene, shows
from tests.terminal import Terminal


def test_a_key_pressed_too_early_becomes_nobodys_name(tmp_path: Path) -> None:
    scene = Scene(tmp_path, env={"ANNOTATOR_NAME": ""})
    with Terminal(scene.review, (100, 30), scene.environment, scene.folder) as terminal:
        terminal.wait_for(lambda lines: any(line.startswith("name:") for line in lines))
        terminal.send("\x1bOS\r")
        terminal.wait_for(lambda lines: any("That is not a name" in line for line in lines))
        terminal.send("mira\r")
        terminal.wait_for(shows(1))
        terminal.leave()
    config = tmp_path / "config" / "annotator" / "config.toml"
    assert tomllib.loads(config.read_text()) == {"name": "mira"}
    assert scene.queue()["items"] == 3


def test_a_kept_name_that_is_none_is_said_with_its_place(tmp_path: Path) -> None:
    scene = Scene(tmp_path, env={"ANNOTATOR_NAME": ""})
    config = tmp_path / "config" / "annotator" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('name = "\\u001bOS"\n')
    with Terminal(scene.review, (100, 30), scene.environment, scene.folder) as terminal:
        terminal.wait_for(lambda lines: any("change it in" in line and "config.toml" in "".join(lines) for line in lines))
