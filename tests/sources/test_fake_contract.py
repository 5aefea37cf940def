import pytest

from annotator.sources.phoenix.wire import WholeSpan
from tests.fake_server import FakeServer
from tests.sources.contract import Ground, TraceServerContract, contract_spans


class TestFakeServer(TraceServerContract):
    @pytest.fixture(scope="class")
    def ground(self) -> Ground:
        spans = contract_spans()
        server = FakeServer([WholeSpan.model_validate(span).span() for span in spans])
        return Ground(server, server.url, spans)
