"""A store in a folder of its own, and a clock."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.store.store import SqliteStore, open_store
from tests.store.scene import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Iterator[Callable[[], SqliteStore]]:
    """Opens the same file once more."""
    stores: list[SqliteStore] = []

    def again() -> SqliteStore:
        stores.append(open_store(tmp_path / "store" / "annotator.db", busy=0.05, clock=clock))
        return stores[-1]

    yield again
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], SqliteStore]) -> SqliteStore:
    return opened()
