"""The real Phoenix, started once for all tests that ask for it, and how many processes share the tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.phoenix_server import SECRET, PhoenixServer
from tests.server_configs import Configs

LONG = ("end_to_end", "faults", "screen", "workflow", "facts", "cli", "sources")
"""Folders whose files take minutes or wait long, those with the longest first."""


def pytest_xdist_auto_num_workers() -> int:
    """Two for each processor: more than half of the time, a test waits for a program, a server or a clock."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process ends long after the others."""
    places = {Path(__file__).parent / folder: place for place, folder in enumerate(LONG)}
    items.sort(key=lambda item: min((places[one] for one in item.path.parents if one in places), default=len(LONG)))


@pytest.fixture(scope="session")
def phoenix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoenixServer]:
    """Without authentication. A test uses a project of its own; one that stops the server starts it again."""
    server = PhoenixServer(tmp_path_factory.mktemp("phoenix"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def phoenix_with_auth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoenixServer]:
    """With authentication; `keys` has admin, alice (MEMBER), viewer (VIEWER) and system."""
    server = PhoenixServer(tmp_path_factory.mktemp("phoenix_with_auth"), PHOENIX_ENABLE_AUTH="true", PHOENIX_SECRET=SECRET)
    try:
        server.start()
        server.add_users()
        yield server
    finally:
        server.kill()


@pytest.fixture
def configs(phoenix: PhoenixServer) -> Iterator[Configs]:
    """Annotation configs of one test on `phoenix`."""
    with Configs(phoenix) as made:
        yield made
