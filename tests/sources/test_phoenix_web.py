"""Addresses of Phoenix's web pages."""

import subprocess
import sys

import pytest

from annotator.domain.source import ServerSettings
from annotator.sources.phoenix import Phoenix
from annotator.sources.phoenix.web import trace_url


@pytest.mark.parametrize(
    ("server", "page"),
    [
        ("http://127.0.0.1:6006", "http://127.0.0.1:6006/redirects/traces/{trace_id}"),
        ("https://example.org/team/phoenix/", "https://example.org/team/phoenix/redirects/traces/{trace_id}"),
        ("https://rita:secret@example.org", "https://example.org/redirects/traces/{trace_id}"),
    ],
)
def test_the_page_of_a_trace(server: str, page: str) -> None:
    assert trace_url(server) == page
    source = Phoenix(ServerSettings(server))
    assert source.capabilities.trace_url == page
    source.close()


def test_the_address_needs_no_network_library() -> None:
    program = "import sys; from annotator.sources.phoenix.web import trace_url; print({'httpx', 'pydantic'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "set()\n"
