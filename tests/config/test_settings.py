"""The config file: read with care, and changed in one place only."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.config.paths import paths
from annotator.config.settings import Settings, load_settings, save_name
from annotator.errors import ConfigError
from tests.config.refused import refused


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "config.toml") == Settings("", "default", "", True)


def test_every_setting(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('\ufeffname = " mira "\nkeymap = "vim"\ntheme = "nord"\nauto_advance = false\nwatch_seconds = 2.5\n')
    assert load_settings(path) == Settings("mira", "vim", "nord", False, watch_seconds=2.5)


@pytest.mark.parametrize(
    ("text", "title", "advice"),
    [
        ('name = "a"\nkeymp = "vim"', ":2: unknown key 'keymp'", "Did you mean keymap?"),
        ('auto_advance = "no"', ":1: auto_advance is a string", "auto_advance = false"),
        ("\nname = 3", ":2: name is a number", "quotes"),
        ("name = mira", ":1: not TOML", "quotes"),
        ("watch_seconds = 0.5", ":1: watch_seconds is between 1 and 86400", "for 10"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, title: str, advice: str) -> None:
    refused(tmp_path / "config.toml", text, title, advice)


def test_the_name_is_replaced_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    save_name(path, "mira")
    assert path.read_bytes() == b'name = "mira"\n'
    path.write_bytes(b"# mine\r\nkeymap = 'vim' # keep\r\n  name='x' # who\r\n[other]\r\nname = \"not me\"\r\n")
    save_name(path, 'a "b" \\ \x7f ä')
    expected = '# mine\r\nkeymap = \'vim\' # keep\r\n  name="a \\"b\\" \\\\ \\u007f ä" # who\r\n[other]\r\nname = "not me"\r\n'
    assert path.read_bytes().decode() == expected
    assert [entry.name for entry in path.parent.iterdir()] == ["config.toml"]


def test_a_name_that_cannot_be_replaced_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    for text in ('name = """\nmany\n"""\n', "not toml", '"name" = "x"\n'):
        path.write_text(text)
        with pytest.raises(ConfigError):
            save_name(path, "mira")
        assert path.read_text() == text
    with pytest.raises(ConfigError):
        save_name(tmp_path / "other.toml", "half \ud800")
    assert not (tmp_path / "other.toml").exists()


@given(st.text())
def test_any_name_comes_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    path = tmp_path_factory.getbasetemp() / "names.toml"
    path.write_text('keymap = "vim"\n')
    save_name(path, name)
    assert tomllib.loads(path.read_bytes().decode()) == {"name": name, "keymap": "vim"}
    assert load_settings(path).name == name.strip()


def test_the_store_can_be_elsewhere(tmp_path: Path) -> None:
    assert paths({"ANNOTATOR_STORE": str(tmp_path / "x.db")}).store == tmp_path / "x.db"
    assert paths({"ANNOTATOR_STORE": "~/x.db"}).store == Path.home() / "x.db"
    assert paths({"ANNOTATOR_STORE": " "}).store == paths({}).store
    assert paths({}).store.name == "annotator.db"
    assert paths({}).keymaps.parent == paths({}).config.parent
