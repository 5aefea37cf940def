"""An empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.store.store import SqliteStore, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "annotator.db")
    yield opened
    opened.close()
