"""What an answer means that is not the JSON that was asked for. Texts are Phoenix 20.26's."""

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from annotator.domain.record import record
from annotator.errors import (
    AnnotatorError,
    Forbidden,
    MissingTargets,
    NotPhoenix,
    OutcomeUnknown,
    ProjectNotFound,
    RejectedRow,
    ServerError,
    ServerFailure,
    Unauthorized,
)

VERSION_HEADER = "x-phoenix-server-version"
GRAPHQL = "/graphql"
MISSING = re.compile(r"(?:Span|Trace|Session)s? with (?:IDs?|session_id) (.+?) (?:do not exist\.?|not found\.?)$", re.DOTALL)
NO_TARGETS = "None of the supplied"
FAILED = {408, 429, 500, 502, 503, 504, 507}
LONGEST_TEXT = 1_000_000
"""Bytes of an answer in which names of missing targets are looked for: 200 ids of a request take 7 kB."""
GATEWAY = {502, 504}
"""A proxy passed the request on and lost the answer: what it wrote is not known."""


class NotOffered(ServerError):
    """The server has no GraphQL, or one without what was asked for; nothing was done."""


@record
class Answer:
    """A response, whole. Header names are matched without case."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    content: bytes | bytearray

    @property
    def is_json(self) -> bool:
        """As a whole, or part by part."""
        return self.headers.get("content-type", "").partition(";")[0].strip().endswith(("json", "multipart/mixed"))

    @property
    def text(self) -> str:
        """The start of a text answer on one line, without control characters; '' for a web page."""
        if "html" in self.headers.get("content-type", ""):
            return ""
        return one_line(self.content[:4000].decode("utf-8", "replace"))


def one_line(text: str) -> str:
    """At most 300 characters, without control characters."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
    return shown if len(shown) <= 300 else shown[:299] + "…"


def refusal(answer: Answer, url: str, origin: str, has_key: bool, write: bool) -> AnnotatorError | None:
    """The error that an answer stands for, None for a JSON answer that succeeded. `origin` says for people where the URL is from."""
    status = answer.status
    if 200 <= status < 300:
        return None if answer.is_json else _web_page(answer, url, origin)
    said = f": {answer.text.rstrip('.')}" if answer.text else ""
    if 300 <= status < 400:
        to = one_line(answer.headers.get("location", "another place").partition("?")[0])
        return NotPhoenix(f"{url} sends on to {to}.", f"Use the URL of Phoenix itself, and an API key where it asks for a login{origin}.")
    if status == 401:
        advice = "Make a new key in Phoenix under Settings, and give it in PHOENIX_API_KEY."
        return Unauthorized(f"{url} does not accept the API key (401{said})." if has_key else f"{url} asks for an API key (401).", advice)
    if status == 403:
        return forbidden(url, answer.text)
    if status in FAILED:
        return _failure(answer, url, said, write)
    if answer.path == GRAPHQL and status in (404, 405):
        return NotOffered(f"{url} has no GraphQL ({status}{said}).", "Let any proxy before it pass /graphql, or update Phoenix.")
    if status == 404:
        return _not_found(answer, url, origin, said)
    if write and status in (400, 409, 413, 422):
        index, reason = _row(answer)
        return RejectedRow(f"{url} refuses a row ({status}: {reason or answer.text}).", "Change the row, or drop it.", index)
    known = VERSION_HEADER in answer.headers
    if not known and status in (405, 406):
        return _web_page(answer, url, origin)
    return ServerError(f"{url} refuses {answer.method} {answer.path} ({status}{said}).", "The server may be too old: update Phoenix.")


def forbidden(url: str, text: str) -> Forbidden:
    """What a refusal of rights means; `text` is the server's."""
    if "iewer" in text:
        advice = "Ask an administrator for the role MEMBER; verdicts wait here."
        return Forbidden(f"This key may only read: it is a viewer's on {url}.", advice)
    if "read-only" in text:
        return Forbidden(f"{url} is in read-only mode.", "Use a server that takes annotations; verdicts wait here.")
    said = f": {text.rstrip('.')}" if text else ""
    return Forbidden(f"This key may not do that on {url} (403{said}).", "Ask an administrator for the right to do it.")


def _web_page(answer: Answer, url: str, origin: str) -> NotPhoenix:
    version = answer.headers.get(VERSION_HEADER)
    parts = urlsplit(url)
    title = f"{url} answered {answer.path} with a web page, not with data."
    if version and parts.path.strip("/"):
        return NotPhoenix(title, f"That is a page of Phoenix: try its base URL, {parts.scheme}://{parts.netloc}{origin}.")
    if version:
        return NotPhoenix(title, f"Phoenix {version} does not have this endpoint: update it to 20.26 or newer.")
    return NotPhoenix(title, f"It may be a login page or another program: check the URL and any proxy before it{origin}.")


def _failure(answer: Answer, url: str, said: str, write: bool) -> ServerError:
    if write and answer.status in GATEWAY:
        return OutcomeUnknown(f"A proxy lost the answer of {url} to a write ({answer.status}).", "It is compared and sent again.")
    if answer.status == 507:
        title, advice = f"{url} has no room left (507{said}).", "Ask its administrator to free storage; verdicts wait here."
    elif answer.status == 429:
        title, advice = f"{url} asks to slow down (429{said}).", "It is tried again later."
    else:
        title, advice = f"{url} failed ({answer.status}{said}).", "It is tried again; if it stays so, look at the server's log."
    return ServerFailure(title, advice, _wait(answer), answer.status)


def _wait(answer: Answer) -> float | None:
    """Seconds, from Retry-After in either of its forms."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _not_found(answer: Answer, url: str, origin: str, said: str) -> AnnotatorError:
    text = answer.text
    named = MISSING.match(answer.content[:LONGEST_TEXT].decode("utf-8", "replace").strip())
    if named:
        ids = frozenset(named[1].split(", "))
        return MissingTargets(f"{text.rstrip('.')} (on {url}).", "They were deleted, or are on another server.", ids)
    if text.startswith(NO_TARGETS):
        return MissingTargets(f"{text} (on {url}).", "They were deleted, or are in another project.")
    if text.startswith("Project with"):
        return ProjectNotFound(f"{url} has no such project any more{said}.", "Choose one with --project.")
    if VERSION_HEADER not in answer.headers:
        return NotPhoenix(f"{url} has no Phoenix API (404 for {answer.path}).", f"Check the URL and any proxy before it{origin}.")
    if answer.method == "POST":
        return MissingTargets(f"{url} does not have a target (404{said}).", "It was deleted, or is on another server.")
    return ServerError(f"{url} does not have {answer.path} (404{said}).", "Check the URL and the project.")


def _row(answer: Answer) -> tuple[int | None, str]:
    """Index of the row and the reason, from {"detail": [{"loc": ["body", "data", 0, ...], "msg": ...}]}."""
    try:
        first = json.loads(answer.content)["detail"][0]
        place = first["loc"]
        index = place[2] if place[:2] == ["body", "data"] and len(place) > 2 and isinstance(place[2], int) else None
        return index, one_line(f"{place[-1]}: {first['msg']}")
    except (ValueError, KeyError, IndexError, TypeError):
        return None, ""
