"""A small HTTP server on this machine that answers as it is told: for what a real Phoenix does not do on demand."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from annotator.domain.source import ServerSettings
from annotator.sources.phoenix import Phoenix

Answer = tuple[int, dict[str, str], bytes] | Literal["hang up", "hang"]
"""Status, headers, body; or hang up without a word; or say nothing until the test is over."""


class BrokenServer(ThreadingHTTPServer):
    """`answers` are given in turn, the last one again and again."""

    daemon_threads = True

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.closing = threading.Event()
        self.answers = list(answers)
        self.seen: list[tuple[str, dict[str, str]]] = []
        """Path and headers of every request; names in lower case."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def client(self, path: str = "", **settings: Any) -> Phoenix:
        return Phoenix(ServerSettings(self.url + path, **settings), "p")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BrokenServer

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        following = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        if following == "hang":
            self.server.closing.wait(20)
        if isinstance(following, str):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, headers, body = following
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if int(headers.get("Content-Length", len(body))) != len(body):
            self.close_connection = True

    do_GET = do_POST = answer

    def log_message(self, *args: Any, **more: Any) -> None:
        pass


JSON = {"Content-Type": "application/json", "x-phoenix-server-version": "20.26.1"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
TEXT = {"Content-Type": "text/plain", "x-phoenix-server-version": "20.26.1"}


@contextmanager
def broken(*answers: Answer) -> Iterator[BrokenServer]:
    with BrokenServer(answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
