"""A proxy before a real Phoenix: it keeps what was sent, and answers itself, or waits, where a test says so."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.phoenix_server import PhoenixServer

HOP = {"connection", "keep-alive", "transfer-encoding", "host", "content-length", "date", "server"}
ROWS = ("/v1/span_annotations", "/v1/trace_annotations", "/v1/span_notes", "/v1/trace_notes")


@dataclass(frozen=True)
class Request:
    """What the program sent."""

    method: str
    target: str
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The annotations or the note of a write."""
        if self.method != "POST" or self.path not in ROWS:
            return []
        sent = json.loads(self.body)["data"]
        return sent if isinstance(sent, list) else [sent]


Answer = tuple[int, str, bytes]
"""Status, content type, body."""
Rule = Callable[[Request], Answer | None]
"""Its own answer, or None to ask Phoenix; it may wait before."""


class Proxy(ThreadingHTTPServer):
    """`rule` decides about each request; `seen` has them all in the order of their arrival."""

    daemon_threads = True

    def __init__(self, server: PhoenixServer, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.upstream = server.port
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.rule: Rule = lambda request: None
        self.seen: list[Request] = []

    @property
    def posted(self) -> list[dict[str, Any]]:
        """Every annotation and note that was sent."""
        return [row for request in list(self.seen) for row in request.rows]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Proxy

    def forward(self) -> None:
        request = Request(self.command, self.path, self.rfile.read(int(self.headers.get("content-length", 0))))
        self.server.seen.append(request)
        headers: list[tuple[str, str]] = []
        own = self.server.rule(request)
        if own is not None:
            status, kind, content = own
            headers = [("Content-Type", kind)]
        else:
            status, headers, content = self._ask(request)
        with suppress(OSError):  # the program was killed
            self.send_response(status)
            for name, value in (*headers, ("Content-Length", str(len(content)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    def _ask(self, request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            upstream.request(request.method, request.target, request.body or None, kept)
            answer = upstream.getresponse()
            return answer.status, [pair for pair in answer.getheaders() if pair[0].lower() not in HOP], answer.read()
        finally:
            upstream.close()

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = forward

    def log_message(self, *args: Any, **more: Any) -> None:
        pass


@contextmanager
def before(server: PhoenixServer, port: int = 0) -> Iterator[Proxy]:
    """A proxy before a server; nothing listens on its port before and after."""
    with Proxy(server, port) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.rule = lambda request: None
            proxy.shutdown()
            thread.join()
