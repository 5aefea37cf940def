"""One person's place of work for each test, and nothing of this machine's settings."""

import os
from pathlib import Path

import pytest

from tests.end_to_end.workplace import Workplace


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "work")


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For commands that run in this process."""
    for name in os.environ:
        if name.startswith(("PHOENIX_", "OTEL_", "ANNOTATOR_")):
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PHOENIX_DISCOVER_CONFIG", "false")
