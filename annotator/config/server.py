"""Which server and with which key, from the environment, in the order of Phoenix's own client (arize-phoenix-client 3.5, utils/config.py).

One rule is stricter: a key from the process environment never goes to a server that only a `.env.phoenix` file names.
"""

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from annotator.config.env_file import EnvFile, find_env_file
from annotator.domain.record import record
from annotator.domain.source import ServerSettings
from annotator.errors import UsageError

DEFAULT_URL = "http://127.0.0.1:6006"
ENDPOINT = "PHOENIX_ENDPOINT"
HOST = "PHOENIX_HOST"
PORT = "PHOENIX_PORT"
BASE_URL = "PHOENIX_BASE_URL"
API_KEY = "PHOENIX_API_KEY"
HEADERS = "PHOENIX_CLIENT_HEADERS"
_URLS = (ENDPOINT, "PHOENIX_COLLECTOR_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT", BASE_URL, HOST)
_LOCATION = (*_URLS, PORT)
_CLAIMING = tuple(key for key in _LOCATION if key != BASE_URL)
"""Any of these in the process environment shuts the file out; PHOENIX_BASE_URL, a late fallback, does not."""
_CREDENTIALS = (API_KEY, HEADERS)
_PROJECT = ("PHOENIX_PROJECT", "PHOENIX_PROJECT_NAME")
_TRACES_PATH = re.compile(r"/+v1/traces/*$")
_HEADER = re.compile(r"[ \t]*([\x21\x23-\x27*+\-.0-9A-Z^-z|~]+)[ \t]*=[ \t]*([\x21\x23-\x2b\x2d-:<-\[\]-~]*)[ \t]*")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@record
class FoundServer:
    """A server to talk to."""

    settings: ServerSettings
    explicit: bool
    """Somebody named it; False for the default on this machine."""
    warnings: tuple[str, ...] = ()
    """What was ignored, and why."""


def find_server(url: str = "", env: Mapping[str, str] = os.environ, folder: Path | None = None, kept: bool = False) -> FoundServer:
    """The server of `url`, else of the environment, else the default one; `folder` is where a `.env.phoenix` is looked for.

    `kept` says that nobody typed the URL now: a queue remembers it, and a file may have named it then.
    Raises UsageError for a URL that is none, and where a key would leave for a server that only a file names.
    """
    file = find_env_file(env, folder or Path.cwd())
    warnings = list(file.warnings)
    values, from_file = _tier(_LOCATION, _CLAIMING, env, file)
    keys, keys_from_file = _tier(_CREDENTIALS, _CREDENTIALS, env, file)
    candidates = [(key, values[key], from_file) for key in _URLS if key in values]
    if not from_file and ENDPOINT not in values and file.values.get(ENDPOINT):
        candidates.insert(0, (ENDPOINT, file.values[ENDPOINT], True))
    if not candidates and PORT in values:
        candidates = [(HOST, "127.0.0.1", from_file)]
    port = values.get(PORT, "6006")
    found, origin, named_by_file = DEFAULT_URL, "the default", False
    if url:
        found = normal_url(url)
        origin = without_password(found)
        named_by_file = kept and origin in _urls_of(file.values)
    elif candidates:
        found, key, named_by_file = _first_usable(candidates, port, warnings)
        origin = f"{key} in {file.path}" if named_by_file else key
    password = _password(found)
    found = without_password(found)
    if named_by_file and keys and not keys_from_file and found not in _urls_of(env):
        raise UsageError(
            f"{' and '.join(keys)} of the environment would be sent to {found}, which only {file.path} names.",
            f"Set {ENDPOINT} beside the key, put the key into {file.path}, or set PHOENIX_DISCOVER_CONFIG=false.",
        )
    headers = _headers(keys.get(HEADERS, ""), warnings)
    if password and "authorization" not in headers and API_KEY not in keys:
        headers["authorization"] = password
    api_key = "" if "authorization" in headers else keys.get(API_KEY, "")
    return FoundServer(ServerSettings(found, api_key, headers, origin), bool(url or candidates), tuple(warnings))


def find_project(env: Mapping[str, str] = os.environ, folder: Path | None = None) -> str:
    """PHOENIX_PROJECT, else PHOENIX_PROJECT_NAME; '' where neither is set."""
    values, _ = _tier(_PROJECT, _PROJECT, env, find_env_file(env, folder or Path.cwd()))
    return next((values[key] for key in _PROJECT if key in values), "")


def normal_url(url: str) -> str:
    """A base URL in the one way that we keep it: lower-case scheme and host, no default port, no /v1/traces, no slash at its end.

    Raises UsageError for what is no http(s) URL.
    """
    wrong = UsageError(f"{without_password(url)!r} is not the URL of a server.", f"Write it like {DEFAULT_URL} or https://phoenix.example.com.")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise wrong from None
    scheme = parts.scheme
    if scheme not in _DEFAULT_PORTS or not parts.hostname or re.search(r"[\x00-\x20\x7f]", url.strip()):
        raise wrong
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    user, at, _ = parts.netloc.rpartition("@")
    shown_port = "" if port is None or port == _DEFAULT_PORTS[scheme] else f":{port}"
    path = _TRACES_PATH.sub("", parts.path).rstrip("/")
    return urlunsplit((scheme, f"{user}{at}{host}{shown_port}", path, "", ""))


def without_password(url: str) -> str:
    """The URL as it is kept and shown."""
    return re.sub(r"//[^/@]*@", "//", url, count=1)


def _password(url: str) -> str:
    """The name and password in a URL as the value of an Authorization header (RFC 7617); '' for none."""
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    named = ":".join(map(unquote, user.partition(":")[::2]))
    return f"Basic {b64encode(named.encode()).decode()}" if at else ""


def _tier(keys: Iterable[str], claiming: Iterable[str], env: Mapping[str, str], file: EnvFile) -> tuple[dict[str, str], bool]:
    """The values of a group, and whether the file has them: one that claims the group in the process environment shuts the file out."""
    claiming = tuple(claiming)
    process = {key: value for key in keys if (value := env.get(key, "").strip())}
    in_file = {key: value for key in keys if (value := file.values.get(key, "")) and key.startswith("PHOENIX_")}
    if any(key in process for key in claiming) or (process and not any(key in in_file for key in claiming)):
        return process, False
    return in_file, bool(in_file)


def _first_usable(candidates: list[tuple[str, str, bool]], port: str, warnings: list[str]) -> tuple[str, str, bool]:
    """URL, variable and whether a file has it; a value that is no URL gives way to the next, as in Phoenix's client."""
    problems: list[UsageError] = []
    for key, value, from_file in candidates:
        try:
            return normal_url(_host_url(value, port) if key == HOST else value), key, from_file
        except UsageError as error:
            problems.append(UsageError(f"{key}: {error.title}", error.advice))
            warnings.append(f"{key} is ignored: {error.title}")
    raise problems[0]


def _host_url(host: str, port: str) -> str:
    """PHOENIX_HOST is what a server binds to: a bare host goes with PHOENIX_PORT, one with a scheme or a port as it stands."""
    if re.match(r"https?://", host, re.IGNORECASE):
        return host
    if not port.isdecimal():
        raise UsageError(f"{PORT} is {port!r}, not a number.", f"Set {PORT} to a number, or unset it.")
    host = "127.0.0.1" if host == "0.0.0.0" else host
    return f"http://{host}" if ":" in host else f"http://{host}:{port}"


def _urls_of(values: Mapping[str, str]) -> set[str]:
    """Every URL that an environment or a file names."""
    port = values.get(PORT, "").strip() or "6006"
    urls = set()
    for key in _URLS:
        value = values.get(key, "").strip()
        try:
            urls.add(without_password(normal_url(_host_url(value, port) if key == HOST else value)))
        except UsageError:
            continue
    return urls


def _headers(text: str, warnings: list[str]) -> dict[str, str]:
    """`Authorization=Bearer%20x,x-tenant=b`: URL-encoded, names in lower case; a part that is none is skipped and said."""
    headers: dict[str, str] = {}
    for number, part in enumerate(text.split(","), 1):
        found = _HEADER.fullmatch(part)
        name, value = (unquote(found[1]).strip().lower(), unquote(found[2]).strip()) if found else ("", "")
        if found and name and re.fullmatch(r"[!-~]+", name) and value.isprintable():
            headers[name] = value
        elif part.strip():
            warnings.append(f"Part {number} of {HEADERS} is skipped: it is no URL-encoded name=value.")
    return headers
