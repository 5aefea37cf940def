"""The real Phoenix, started once for all tests that ask for it."""

from collections.abc import Iterator

import pytest

from tests.phoenix_server import SECRET, PhoenixServer
from tests.server_configs import Configs


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
