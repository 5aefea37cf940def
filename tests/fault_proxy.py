"""A proxy before a real server that breaks requests as it is told: cut, late, answered in the server's place, half, or not at all."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import urlsplit

FATES = (
    "cut before", "cut within", "cut after", "late", "half an answer", "half JSON", "slow", "html", "html after", "500 after",
    "429", "500", "502", "503", "507",
)  # fmt: skip
"""The server gets nothing whole of `before`, `within`, numbers and `html`; all of the others, of `late` when the test says land()."""
SLOW_SECONDS = 0.05
HANG_SECONDS = 20.0
"""`hang`: the server gets the request, and the client no answer within this time."""


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The annotations or the note that it writes."""
        if self.method != "POST" or not self.path.startswith("/v1/"):
            return []
        sent = json.loads(self.body)["data"]
        return sent if isinstance(sent, list) else [sent]


Decide = Callable[[Request], str]
"""The fate of a request; '' for none."""


def chance(seed: int, share: float, fates: tuple[str, ...] = FATES) -> Decide:
    """A share of the requests fails, in ways that only the seed decides."""
    random = Random(seed)
    return lambda request: random.choice(fates) if random.random() < share else ""


class FaultProxy(ThreadingHTTPServer):
    """`decide` gives each request its fate; `seen` has every request, with its fate, in the order of their arrival."""

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = upstream
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.decide: Decide = lambda request: ""
        self.seen: list[tuple[Request, str]] = []
        self.closing = threading.Event()
        self._late: list[Request] = []

    @property
    def posted(self) -> list[dict[str, Any]]:
        """Every row of every write, also of those that failed."""
        return [row for request, _ in list(self.seen) for row in request.rows]

    def land(self) -> None:
        """Late requests reach the server, in their order."""
        while self._late:
            self.forward(self._late.pop(0))

    def keep(self, request: Request) -> None:
        self._late.append(request)

    def forward(self, request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
        """What the server answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        try:
            connection.request(request.method, request.target, request.body or None, dict(request.headers))
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def forward_half(self, request: Request) -> None:
        """The server gets the head and half of the body, and then the end of the connection."""
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        raw = f"{request.method} {request.target} HTTP/1.1\r\n{head}\r\n".encode() + request.body
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=10) as connection:
            connection.sendall(raw[: len(raw) - max(1, len(request.body) // 2)])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FaultProxy

    def handle_request(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        kept = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "accept-encoding")}
        request = Request(self.command, self.path, kept, body)
        fate = self.server.decide(request)
        self.server.seen.append((request, fate))
        if fate == "late" and request.method == "POST":
            self.server.keep(request)
            return self.cut()
        if fate == "cut within" and body:
            self.server.forward_half(request)
            return self.cut()
        if fate in ("cut before", "cut within", "late"):
            return self.cut()
        if fate == "html":
            return self.answer(200, "text/html", b"<!doctype html><title>Log in</title>")
        if fate.isdecimal():
            return self.answer(int(fate), "text/plain", b"Internal Server Error")
        if fate == "slow":
            time.sleep(SLOW_SECONDS)
        status, headers, content = self.server.forward(request)
        kind = next((value for name, value in headers if name.lower() == "content-type"), "text/plain")
        if fate == "hang":
            self.server.closing.wait(HANG_SECONDS)
            return self.cut()
        if fate == "cut after":
            return self.cut()
        if fate == "500 after":
            return self.answer(500, "text/plain", b"Internal Server Error")
        if fate == "html after":
            return self.answer(200, "text/html", b"<!doctype html><title>Oops</title>")
        if fate == "half JSON":
            return self.answer(status, kind, content[: len(content) // 2], headers)
        if fate == "half an answer":
            self.answer(status, kind, content, headers, sent=len(content) // 2)
            return self.cut()
        return self.answer(status, kind, content, headers)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = handle_request

    def answer(self, status: int, kind: str, content: bytes, headers: list[tuple[str, str]] | None = None, sent: int | None = None) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers or ():
            if name.lower() == "x-phoenix-server-version":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[:sent])

    def cut(self) -> None:
        """End the connection without another word."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args: Any, **more: Any) -> None:
        pass


@contextmanager
def fault_proxy(upstream: int) -> Iterator[FaultProxy]:
    """A proxy to a port of this machine, without faults until `decide` is set."""
    with FaultProxy(upstream) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.closing.set()
            proxy.shutdown()
            thread.join()
