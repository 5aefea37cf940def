"""A server that means harm: bodies without an end, lists without an end, JSON of any depth or type."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]
HEADERS = {"Content-Type": "application/json", "x-phoenix-server-version": "20.26.1"}


def begin(request: BaseHTTPRequestHandler, length: int | None) -> None:
    """Status line and headers; without a length the body ends with the connection."""
    request.send_response(200)
    for name, value in HEADERS.items():
        request.send_header(name, value)
    request.send_header(*(("Connection", "close") if length is None else ("Content-Length", str(length))))
    request.end_headers()
    request.close_connection = length is None


def body(content: bytes) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        begin(request, len(content))
        request.wfile.write(content)

    return answer


def ten_gigabytes(request: BaseHTTPRequestHandler) -> None:
    """Until the client hangs up."""
    begin(request, 10 << 30)
    piece = b'{"data": [' + b'"x",' * 250_000
    with suppress(OSError):
        for _ in range(10 << 10):
            request.wfile.write(piece)


@contextmanager
def hostile(answers: Callable[[str], Answer | None]) -> Iterator[str]:
    """A server whose answer to a path `answers` chooses; projects and the user are as they should be where it says None. Its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            usual: dict[str, object] = {"data": [], "next_cursor": None}
            if self.path.startswith("/v1/projects?"):
                usual["data"] = [{"id": "UDox", "name": "p"}]
            if self.path.startswith("/v1/user"):
                usual = {"data": {"auth_method": "ANONYMOUS"}}
            (answers(self.path) or body(json.dumps(usual).encode()))(self)

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
