"""HTTP to a Phoenix server: one connection pool, every failure an error of errors.py, nothing retried but a question cut short."""

import json
import re
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from annotator import __version__
from annotator.domain.source import ServerSettings
from annotator.errors import ConfigError, NotPhoenix, OutcomeUnknown, RejectedRow, ServerError, Unreachable
from annotator.sources.phoenix.refusal import VERSION_HEADER, Answer, refusal

CONNECT_SECONDS = 10
READ_SECONDS = 30
WRITE_SECONDS = 60
"""A one-row write waited 4.8 s behind another client's 3000-row batch."""
KEEP_SECONDS = 3
"""Phoenix closes an idle connection after 5 s; a write on one that is just being closed has an unknown outcome."""
LONGEST_SECONDS = 600
"""Of one answer, however steadily it drips: 128 MB at 1.7 Mbit/s."""
MOST_BYTES = 128 << 20
CUT_SHORT = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

Params = Sequence[tuple[str, str | int]]
Model = TypeVar("Model", bound=BaseModel)


class TooLarge(ServerError):
    """An answer above MOST_BYTES."""


class Client:
    """For several threads, as httpx's client is."""

    def __init__(self, settings: ServerSettings) -> None:
        """Connects to nothing. Raises ConfigError for a URL or header that cannot be used."""
        base = settings.url.rstrip("/")
        self.url = settings.named
        """For people: without a user name and password."""
        self.server = settings.url
        """The server of an annotation's identity."""
        self.version = ""
        self._date = ""
        self._base = base
        self._origin = settings.origin
        self._has_key = settings.has_key
        secure = self._check_url(base)
        headers = self._headers(settings)
        try:
            self._http = httpx.Client(
                headers=headers,
                limits=httpx.Limits(keepalive_expiry=KEEP_SECONDS),
                # Loading the CA certificates takes 62 ms, which plain http does without: this context trusts nobody.
                verify=httpx.create_ssl_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                trust_env=not settings.is_local,
            )
        except (ImportError, OSError, ValueError) as error:
            raise ConfigError(f"No connection can be set up: {error}.", "Check HTTP_PROXY, ALL_PROXY and SSL_CERT_FILE.") from error

    def close(self) -> None:
        self._http.close()

    def age(self, written_at: str) -> float | None:
        """Seconds since then by the clock of the server, which every answer tells; None where either is no time."""
        try:
            now = parsedate_to_datetime(self._date)
            at = datetime.fromisoformat(written_at)
            return (now - (at if at.tzinfo else at.replace(tzinfo=UTC))).total_seconds()
        except (ValueError, TypeError):
            return None

    def older_than(self, *version: int) -> bool:
        """False while the server's version is not known."""
        numbers = tuple(int(part) for part in re.findall(r"\d+", self.version)[:3])
        return bool(numbers) and numbers < version

    def at_least(self, *version: int) -> bool:
        """False while the server's version is not known."""
        return bool(re.search(r"\d", self.version)) and not self.older_than(*version)

    def get(self, path: str, model: type[Model], params: Params = ()) -> Model:
        """GET of a JSON answer; sent once more on a new connection where the first was cut short."""
        answer = self._ask("GET", path, params)
        try:
            return model.model_validate_json(answer.content)
        except ValidationError as error:
            raise self._strange(path) from error

    def query(self, path: str, body: Any) -> Any:
        """POST of JSON that changes nothing: as safe to repeat as a GET."""
        answer = self._ask("POST", path, (), json.dumps(body).encode())
        try:
            return json.loads(answer.content)
        except (ValueError, RecursionError) as error:
            raise self._strange(path) from error

    def tables(self, path: str, body: Any) -> list[Any]:
        """POST of JSON that changes nothing and is answered with several parts of JSON. ValueError for one that is not."""
        answer = self._ask("POST", path, (), json.dumps(body).encode())
        head = f"Content-Type: {answer.headers.get('content-type', '')}\r\n\r\n".encode()
        parts = message_from_bytes(head + answer.content).get_payload()
        return [json.loads(str(part.get_payload())) for part in parts if isinstance(part, Message)]

    def post(self, path: str, body: Any, params: Params = ()) -> Any:
        """POST of JSON, which may write. Raises OutcomeUnknown where the answer never came whole."""
        return self._write("POST", path, body, params)

    def put(self, path: str, body: Any) -> Any:
        """PUT of JSON, as `post`."""
        return self._write("PUT", path, body)

    def _write(self, method: str, path: str, body: Any, params: Params = ()) -> Any:
        try:
            content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise RejectedRow(f"A row cannot be sent as JSON: {error}.", "Change its text or score.") from error
        try:
            answer = self._exchange(method, path, params, content, write=True)
            return json.loads(answer.content)
        except (*CUT_SHORT, ValueError, RecursionError) as error:
            raise OutcomeUnknown(
                f"{self.url} broke off its answer to a write; it may be applied.", "It is compared and sent again when the server answers."
            ) from error

    def _ask(self, method: str, path: str, params: Params, content: bytes | None = None) -> Answer:
        """Sent once more on a new connection where the first was cut short."""
        try:
            return self._exchange(method, path, params, content)
        except CUT_SHORT:
            try:
                return self._exchange(method, path, params, content)
            except CUT_SHORT as error:
                raise self._unreachable("broke off its answer", error) from error

    def _exchange(self, method: str, path: str, params: Params, content: bytes | None = None, write: bool = False) -> Answer:
        request = self._http.build_request(
            method,
            self._base + path,
            params=list(params) or None,
            content=content,
            headers={"Content-Type": "application/json"} if content is not None else None,
            timeout=httpx.Timeout(WRITE_SECONDS if write else READ_SECONDS, connect=CONNECT_SECONDS),
        )
        try:
            response = self._http.send(request, stream=True)
            try:
                received = self._receive(response, path)
            finally:
                response.close()
        except NEVER_SENT as error:
            raise self._unreachable("cannot be reached", error) from error
        except httpx.TimeoutException as error:
            if write:
                raise OutcomeUnknown(
                    f"{self.url} did not answer a write within {WRITE_SECONDS} s; it may be applied, now or later.",
                    "It is compared and sent again when the server answers.",
                ) from error
            raise self._unreachable(f"did not answer within {READ_SECONDS} s", error) from error
        except httpx.DecodingError as error:
            raise NotPhoenix(f"{self.url} answered {path} with bytes that do not unpack.", "Check any proxy before it.") from error
        self.version = response.headers.get(VERSION_HEADER, self.version)
        self._date = response.headers.get("date", "")
        answer = Answer(method, path, response.status_code, response.headers, received)
        problem = refusal(answer, self.url, self._from, self._has_key, write)
        if problem is not None:
            raise problem
        return answer

    def _receive(self, response: httpx.Response, path: str) -> bytearray:
        """The body, unpacked, of at most MOST_BYTES within LONGEST_SECONDS."""
        received = bytearray()
        began = time.monotonic()
        for chunk in response.iter_bytes():
            received += chunk
            if len(received) > MOST_BYTES:
                raise TooLarge(f"The answer of {self.url} to {path} is larger than {MOST_BYTES >> 20} MB.", "Narrow what is asked for.")
            if time.monotonic() - began > LONGEST_SECONDS:
                raise httpx.ReadTimeout(f"the answer took longer than {LONGEST_SECONDS} s", request=response.request)
        return received

    @property
    def _from(self) -> str:
        return f" (the URL is from {self._origin})" if self._origin not in ("", self.url) else ""

    def _strange(self, path: str) -> NotPhoenix:
        title = f"{self.url} answered {path} with something else than Phoenix does."
        return NotPhoenix(title, f"Check the URL and any proxy before it{self._from}.")

    def _unreachable(self, what: str, error: Exception) -> Unreachable:
        reason = str(error).strip()
        secured = "Check http or https, and the certificate (SSL_CERT_FILE names your own)"
        advice = secured if "SSL" in reason else "Check that Phoenix runs there"
        return Unreachable(f"{self.url} {what}{f' ({reason})' if reason else ''}.", f"{advice}{self._from}.")

    def _check_url(self, base: str) -> bool:
        try:
            parts = urlsplit(base)
            host, _ = parts.hostname or "", parts.port
            httpx.URL(base)
        except (ValueError, httpx.InvalidURL):
            host = ""
        if not host or parts.scheme not in ("http", "https"):
            raise ConfigError(f"{self.url} is not the URL of a server.", f"Write http://HOST:PORT or https://HOST{self._from}.")
        return parts.scheme == "https"

    def _headers(self, settings: ServerSettings) -> dict[str, str]:
        headers = {"User-Agent": f"annotator/{__version__}", "Accept": "application/json", **settings.headers}
        if settings.is_local:
            headers = {"Accept-Encoding": "identity", **headers}  # packing takes a server 0.1 ms a span, and no network is spared
        if settings.api_key.strip():
            headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
            headers["Authorization"] = f"Bearer {settings.api_key.strip()}"
        for name, value in headers.items():
            if not (name + value).isascii() or not (name + value).isprintable():
                what = "API key" if name == "Authorization" else f"header {name!r}"
                raise ConfigError(f"The {what} for {self.url} holds a character that no header may have.", "Copy it again.")
        return headers
