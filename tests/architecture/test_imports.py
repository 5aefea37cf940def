"""What is imported when: seen in `sys.modules` of processes of their own."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.running import ROOT, SAMPLES, modules_of, run_verb

SLOW = {"textual", "httpx", "pydantic"}
"""Together half a second; needed by the screen and the network only."""
HEADLESS = ("status", "status --json", "list", "list --json", "show {id}", "annotate {id} correctness=pass", "keys", "queue list", "where")


def layers() -> list[list[str]]:
    """The layers of the import contract, top first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in found]


LAYERS = layers()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a store filled from the sample traces."""
    home = tmp_path_factory.mktemp("home")
    run_verb(home, ["pull", str(SAMPLES)])
    return home


@pytest.fixture(scope="module")
def item(home: Path) -> str:
    return run_verb(home, ["list"])[0].split()[2]


def test_help_imports_nothing_slow(tmp_path: Path) -> None:
    printed, modules = run_verb(tmp_path, ["--help"])
    assert "annotator demo" in printed
    assert not SLOW & modules


@pytest.mark.parametrize("verb", HEADLESS)
def test_verbs_without_screen_and_network_import_nothing_slow(home: Path, item: str, verb: str) -> None:
    printed, modules = run_verb(home, verb.format(id=item).split())
    assert printed
    assert not SLOW & modules


def test_filling_from_a_file_imports_no_screen_and_no_network(tmp_path: Path) -> None:
    printed, modules = run_verb(tmp_path, ["pull", str(SAMPLES)])
    assert "everything is stored" in printed
    assert not {"textual", "httpx"} & modules


def test_the_screen_imports_no_network() -> None:
    """httpx and pydantic are imported by the first thread that needs them, after the first frame."""
    modules = modules_of("annotator.ui", "annotator.cli")
    assert "textual" in modules
    assert not {"httpx", "pydantic"} & modules


def _siblings() -> Iterator[tuple[str, set[str]]]:
    """Each layer, and those that it may bring in: itself and what is below."""
    for index, names in enumerate(LAYERS):
        below = {name for lower in LAYERS[index + 1 :] for name in lower}
        for name in names:
            yield name, below | {name}


@pytest.mark.parametrize(("layer", "allowed"), _siblings(), ids=[name for names in LAYERS for name in names])
def test_a_layer_brings_in_nothing_from_above_or_beside(layer: str, allowed: set[str]) -> None:
    ours = {".".join(name.split(".")[:2]) for name in modules_of(layer) if name.startswith("annotator.")}
    assert layer in ours
    assert ours <= allowed


def test_every_folder_of_the_package_is_in_a_layer() -> None:
    package = ROOT / "annotator"
    folders = {f"annotator.{path.name}" for path in package.iterdir() if (path / "__init__.py").exists()}
    modules = {f"annotator.{path.stem}" for path in package.glob("*.py") if not path.stem.startswith("__")}
    assert folders | modules == {name for names in LAYERS for name in names}
