"""What lies where, and how long it is."""

import subprocess
import sysconfig
from fnmatch import fnmatch
from pathlib import Path

from tests.architecture.running import ROOT

TOP = {"README.md", "pyproject.toml", "keymaps", "annotator", "tests", ".ci", "LICENSE", ".gitignore"}
LONGEST = 400
"""Lines. A file has one subject."""


def test_the_import_contracts_hold() -> None:
    linter = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "5 kept, 0 broken" in done.stdout


def test_the_top_level_holds_what_it_should() -> None:
    ignored = [".git", *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split())]
    found = {path.name for path in ROOT.iterdir() if not any(fnmatch(path.name, pattern) for pattern in ignored)}
    assert found == TOP


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text().splitlines()) for folder in ("annotator", "tests") for path in (ROOT / folder).rglob("*.py")}
    assert len(lengths) > 100
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST} == {}


def test_every_package_says_what_it_is() -> None:
    """A folder with nothing to say in one line has no subject."""
    silent = [str(path.relative_to(ROOT)) for path in (ROOT / "annotator").rglob("__init__.py") if not path.read_text().strip()]
    assert silent == []
