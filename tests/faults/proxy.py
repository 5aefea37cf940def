"""A proxy before a real server that keeps what was sent and breaks requests as it is told: cut, late, answered in the server's place."""

import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.phoenix_server import free_port

FATES = (
    "cut before", "cut within", "cut after", "late", "half an answer", "half JSON", "slow", "html", "html after", "500 after",
    "429", "429 wait", "500", "502", "503", "507",
)  # fmt: skip
"""The server gets nothing whole of `before`, `within`, numbers and `html`; all of the others, of `late` when the test says land()."""
SLOW_SECONDS = 0.05
HANG_SECONDS = 20.0
"""`hang`: the server gets the request, and the client no answer within this time."""
RETRY_AFTER = "2"
"""Seconds that `429 wait` asks for."""
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


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
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    @property
    def is_write(self) -> bool:
        """Of annotations or notes, or a deletion."""
        if self.path == "/graphql":
            return b"mutation" in self.body
        return self.method == "POST" and ("annotations" in self.path or "notes" in self.path)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The annotations or the note that it writes."""
        if self.method != "POST" or not self.path.startswith("/v1/"):
            return []
        sent = json.loads(self.body)["data"]
        return sent if isinstance(sent, list) else [sent]


@dataclass(frozen=True)
class Answer:
    """What the proxy answers in the server's place."""

    status: int
    kind: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


ANSWERS = {
    "html": Answer(200, "text/html", b"<!doctype html><title>Log in</title>"),
    "429 wait": Answer(429, "text/plain", b"Too Many Requests", (("Retry-After", RETRY_AFTER),)),
} | {str(status): Answer(status, "text/plain", b"Internal Server Error") for status in (401, 403, 429, 500, 502, 503, 504, 507)}
INSTEAD = {"500 after": ANSWERS["500"], "html after": Answer(200, "text/html", b"<!doctype html><title>Oops</title>")}
"""After the server has done what was asked."""
Decide = Callable[[Request], str | Answer]
"""The fate of a request, '' for none, or what it is answered; it may wait before."""


def chance(seed: int, share: float, fates: tuple[str, ...] = FATES) -> Decide:
    """A share of the requests fails, in ways that only the seed decides."""
    random = Random(seed)
    return lambda request: random.choice(fates) if random.random() < share else ""


def no_fault(request: Request) -> str:
    return ""


class FaultProxy(ThreadingHTTPServer):
    """`decide` gives each request its fate; `seen` has every request, with its fate, in the order of their arrival."""

    daemon_threads = True

    def __init__(self, upstream: int, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port or free_port()), Handler)
        self.upstream = upstream
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.decide: Decide = no_fault
        self.seen: list[tuple[Request, str]] = []
        self.closing = threading.Event()
        self._late: list[Request] = []

    @property
    def requests(self) -> list[Request]:
        return [request for request, _ in list(self.seen)]

    @property
    def posted(self) -> list[dict[str, Any]]:
        """Every row of every write, also of those that failed."""
        return [row for request in self.requests for row in request.rows]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed says nothing that a test should print."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def delays(self) -> bool:
        """A request is still on its way."""
        return bool(self._late)

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
            return answer.status, [pair for pair in answer.getheaders() if pair[0].lower() not in HOP], answer.read()
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
        decided = self.server.decide(request)
        fate = decided if isinstance(decided, str) else str(decided.status)
        self.server.seen.append((request, fate))
        own = decided if isinstance(decided, Answer) else ANSWERS.get(decided)
        with suppress(OSError):  # the client was killed, or the server is down: nobody hears an answer, and nobody gives one
            if own is not None:
                return self.answer(own)
            if self._cut_off(request, fate):
                return self.cut()
            if fate == "slow":
                time.sleep(SLOW_SECONDS)
            status, headers, content = self.server.forward(request)
            return self._hand_over(fate, Answer(status, "", content, tuple(headers)))
        self.cut()

    def _cut_off(self, request: Request, fate: str) -> bool:
        """What the server gets of a request that the proxy takes and does not answer."""
        if fate == "late" and request.method == "POST":
            self.server.keep(request)
        elif fate == "cut within" and request.body:
            self.server.forward_half(request)
        return fate in ("cut before", "cut within", "late")

    def _hand_over(self, fate: str, answer: Answer) -> None:
        """The server's answer, as far as the client gets it."""
        half = len(answer.body) // 2
        if fate in INSTEAD:
            self.answer(INSTEAD[fate])
        elif fate == "half JSON":
            self.answer(Answer(answer.status, "", answer.body[:half], answer.headers))
        elif fate == "half an answer":
            self.answer(answer, half)
            self.cut()
        elif fate in ("hang", "cut after"):
            if fate == "hang":
                self.server.closing.wait(HANG_SECONDS)
            self.cut()
        else:
            self.answer(answer)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = handle_request

    def answer(self, answer: Answer, sent: int | None = None) -> None:
        """`sent`: how many bytes of the body."""
        self.send_response_only(answer.status)
        kind = (("Content-Type", answer.kind),) if answer.kind else ()
        for name, value in (*kind, *answer.headers, ("Content-Length", str(len(answer.body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body[:sent])

    def cut(self) -> None:
        """End the connection without another word."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args: Any, **more: Any) -> None:
        pass


@contextmanager
def fault_proxy(upstream: int, port: int = 0) -> Iterator[FaultProxy]:
    """A proxy to a port of this machine, without faults until `decide` is set; nothing listens on its own port before and after."""
    with FaultProxy(upstream, port) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.decide = no_fault
            proxy.closing.set()
            proxy.shutdown()
            thread.join()
