"""Which server with which key, and what is to be known before the key goes there."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.cli.saying import say
from annotator.config.server import DEFAULT_URL, FoundServer, find_server
from annotator.domain.queue import Queue
from annotator.domain.source import ServerSettings
from annotator.errors import AnnotatorError

if TYPE_CHECKING:
    from annotator.sources.phoenix import Phoenix

_said: list[str] = []


def is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def find(url: str = "", kept: bool = False) -> FoundServer:
    """`find_server`; what it ignored is said on stderr, once."""
    found = find_server(url, kept=kept)
    for warning in found.warnings:
        _warn(warning)
    return found


def connector(server: ServerSettings) -> "Callable[[str], Phoenix]":
    """From a project to the server. httpx and pydantic (200 ms) are imported by the thread that connects first."""
    if server.in_the_clear:
        _warn(f"The API key goes to {server.named} unencrypted: anyone on the way can read it. Use https where the server has it.")

    def connect(project: str) -> "Phoenix":
        from annotator.sources.phoenix import Phoenix

        return Phoenix(server, project)

    return connect


def settings_of(queue: Queue) -> ServerSettings | None:
    """How to reach the queue's server: its URL, and the environment's key for it."""
    return kept_server(queue.source.server) if queue.source.server else None


def trace_url(queue: Queue) -> str:
    """Where a person sees the queue's traces, also offline; '' for a queue without a server."""
    if not queue.source.server:
        return ""
    from annotator.sources.phoenix.web import trace_url as of_server

    return of_server(queue.source.server)


def kept_server(url: str) -> ServerSettings:
    """A server that a queue remembers. The environment's key goes there only where the environment names it, or names none."""
    found, named = find(url, kept=True).settings, find()
    if not named.explicit:
        return found
    return named.settings if named.settings.url == found.url else ServerSettings(found.url, origin=found.origin)


def named_by_environment() -> bool:
    """A Phoenix variable names a server."""
    return find().explicit


def probe_default_server() -> list[str]:
    """The projects of a Phoenix on the default port; none where nothing answers."""
    try:
        return list(connector(find(DEFAULT_URL).settings)("").projects())
    except AnnotatorError:
        return []


def _warn(text: str) -> None:
    if text not in _said:
        _said.append(text)
        say(f"annotator: {text}", aside=True)


def warned() -> str:
    """The first thing that was said so, for a screen that covers it; '' for nothing."""
    return _said[0] if _said else ""
