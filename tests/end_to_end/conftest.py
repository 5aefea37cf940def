"""One person's place of work for each test."""

from pathlib import Path

import pytest

from tests.end_to_end.workplace import Workplace


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "work")
