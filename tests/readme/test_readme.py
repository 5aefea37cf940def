"""What the README shows and names is what there is."""

import re
from pathlib import Path

import pytest

from annotator.cli.main import EPILOG, VERBS, parser
from annotator.config.paths import paths
from annotator.config.rubric_file import load_rubric
from annotator.config.settings import Settings, load_settings
from annotator.domain.annotation_config import CategoricalConfig
from annotator.keymap.check import check_label_keys
from annotator.keymap.load import load, names
from tests.readme.blocks import TEXT, files, first_column
from tests.readme_picture import README, with_filters, with_keys, with_picture

ROOT = README.parent
NEW = "python -m tests.readme_picture writes it anew"


def test_the_picture_is_what_the_demo_draws() -> None:
    assert with_picture(TEXT) == TEXT, NEW


def test_the_key_table_is_the_default_keymap() -> None:
    assert with_keys(TEXT) == TEXT, NEW


def test_the_filter_language_is_the_programs() -> None:
    assert with_filters(TEXT) == TEXT, NEW


def test_the_verbs_are_the_programs() -> None:
    verbs = re.findall(r"^    (\w+)  ", parser().format_help(), re.M)
    assert len(verbs) == len(VERBS)
    assert sorted(entry.split()[1] for entry in first_column("verb") if entry.startswith("annotator ")) == sorted(verbs)


def test_the_folders_are_those_of_the_package() -> None:
    folders = {path.name for path in (ROOT / "annotator").iterdir() if (path / "__init__.py").exists()}
    rows = re.findall(r"^\| (\d) \| `(\S+)` \|", TEXT, re.M)
    assert {name for _, name in rows} == folders | {"errors.py"}
    assert [level for level, _ in rows] == sorted(level for level, _ in rows)


def test_the_paths_named_exist() -> None:
    named = set(re.findall(r"`((?:annotator|tests|keymaps|\.ci)/[\w/.-]+)`", TEXT))
    assert len(named) > 5
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_variables_are_read_by_the_program() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "annotator").rglob("*.py"))
    assert [name for name in first_column("variable") if f'"{name}"' not in source] == []


def test_the_rubric_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "rubric.toml"
    path.write_text(files()["rubric.toml"])
    rubric = load_rubric(path)
    check_label_keys(load("default", None), rubric)
    assert isinstance(rubric.criteria[0].config, CategoricalConfig)
    assert {criterion.config.type for criterion in rubric.criteria} == {"CATEGORICAL", "CONTINUOUS", "FREEFORM"}


def test_the_config_names_every_setting(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(files()["config.toml"])
    settings = load_settings(path)
    assert settings == Settings(name="mira", keymap="vim", theme="terminal", dataset="golden", redact=settings.redact)
    assert [pattern.name for pattern in settings.redact] == ["email", "customer"]
    assert set(re.findall(r"^(\w+) =", files()["config.toml"], re.M)) == set(Settings.__dataclass_fields__)


def test_the_keymap_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(files()["keymaps/mine.toml"])
    assert load("mine", tmp_path).keys("note") == ("q",)


def test_every_shipped_keymap_is_named() -> None:
    (line,) = re.findall(r"^Shipped keymaps: (.*?)\. ", TEXT, re.M)
    assert sorted(re.findall(r"`([\w-]+)`", line)) == sorted(names(None))


def test_the_exit_codes_are_those_of_the_help() -> None:
    codes = re.findall(r"^\| (\d+) \| \w", TEXT[TEXT.index("## Exit codes") :], re.M)
    assert codes == re.findall(r"\b(\d+) [a-z]", EPILOG[EPILOG.index("exit codes:") :])


def test_the_store_lies_where_it_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = paths({})
    if found.config.is_relative_to(tmp_path / ".config"):  # Linux
        assert f"~/{found.store.relative_to(tmp_path)}" in TEXT
        assert f"~/{found.config.parent.relative_to(tmp_path)}/" in TEXT
