"""A certificate that nobody vouches for ends the connection, whatever the environment says; one's own authority can be named."""

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.sources.broken_server import JSON, BrokenServer

CERTIFICATES = Path(__file__).parent / "certificates"
"""Made for these tests, for localhost and 127.0.0.1, until 2126: openssl req -x509 -newkey ec -days 36500 -nodes …"""
KEY = {"PHOENIX_API_KEY": "px-secret"}


@pytest.fixture
def server() -> Iterator[BrokenServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "certificate.pem", CERTIFICATES / "key.pem")
    with BrokenServer([(200, JSON, b'{"data": [], "next_cursor": null}')]) as plain:
        plain.socket = context.wrap_socket(plain.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=plain.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield plain
        plain.shutdown()
        thread.join()


SWITCHES: tuple[dict[str, str], ...] = (
    {},
    {"PYTHONHTTPSVERIFY": "0"},
    {"CURL_CA_BUNDLE": ""},
    {"REQUESTS_CA_BUNDLE": ""},
    {"SSL_CERT_FILE": ""},
)


@pytest.mark.parametrize("switch", SWITCHES, ids=str)
def test_nothing_switches_it_off(switch: dict[str, str], server: BrokenServer, tmp_path: Path) -> None:
    url = f"https://localhost:{server.server_address[1]}"
    result = Program(tmp_path).run("pull", url, "--project", "p", env=KEY | {"PHOENIX_ENDPOINT": url} | switch)
    result.error(3, "certificate", "SSL_CERT_FILE")
    assert server.seen == [], "not even a request was sent"


def test_an_authority_of_ones_own(server: BrokenServer, tmp_path: Path) -> None:
    url = f"https://localhost:{server.server_address[1]}"
    trusted = {"SSL_CERT_FILE": str(CERTIFICATES / "certificate.pem")}
    result = Program(tmp_path).run("pull", url, "--project", "p", env=KEY | {"PHOENIX_ENDPOINT": url} | trusted)
    result.error(2, "project 'p'")
    assert [headers["authorization"] for _, headers in server.seen] == ["Bearer px-secret"]
