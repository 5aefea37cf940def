"""A store, and a desk: a person with a store, a clock and a server in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from annotator.store.store import SqliteStore, open_store
from tests.fake_server import FakeServer
from tests.workflow.scene import Clock, Desk, traces


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "annotator.db", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def make_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    """Makes one desk; its server has the spans of its items."""
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    made: list[Desk] = []

    def make(items: int = 3, **more: Any) -> Desk:
        made.append(Desk(tmp_path, FakeServer(traces(items)), items=items, **more))
        return made[-1]

    yield make
    for desk in made:
        desk.store.close()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()
