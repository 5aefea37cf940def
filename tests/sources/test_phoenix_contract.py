import secrets
from collections.abc import Iterator

import pytest

from annotator.domain.source import ServerSettings
from annotator.sources.phoenix import Phoenix
from tests.phoenix_server import PhoenixServer
from tests.sources.contract import Ground, TraceServerContract, contract_spans


class TestPhoenix(TraceServerContract):
    @pytest.fixture(scope="class")
    def ground(self, phoenix: PhoenixServer) -> Iterator[Ground]:
        project = f"a/b ü {secrets.token_hex(4)}"
        spans = contract_spans()
        phoenix.seed(project, spans)
        server = Phoenix(ServerSettings(phoenix.url), project)
        yield Ground(server, phoenix.url, spans)
        server.close()
