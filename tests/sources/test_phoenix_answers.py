"""Every answer that is not the API's becomes one sentence and a next step."""

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.source import ServerSettings
from annotator.errors import (
    AnnotatorError,
    ConfigError,
    Forbidden,
    MissingTargets,
    NotPhoenix,
    OutcomeUnknown,
    ProjectNotFound,
    RejectedRow,
    ServerError,
    ServerFailure,
    Unauthorized,
    Unreachable,
)
from annotator.sources.phoenix import Phoenix, client
from tests.sources.broken_server import HTML, JSON, TEXT, Answer, broken

ROW = Annotation(Identity("", Target("span", "a" * 16), "q", "annotator:a"), label="x")
PROJECTS = (200, JSON, b'{"data":[{"id":"UDox","name":"p","new":1}],"next_cursor":null,"more":{}}')
KEY = "px-secret-key"


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ((200, HTML, b"<html>Log in</html>"), NotPhoenix, "web page"),
        ((200, TEXT, b"hello"), NotPhoenix, "web page"),
        ((200, JSON, b'{"data": [{"id'), NotPhoenix, "something else"),
        ((200, JSON, b'{"detail": []}'), NotPhoenix, "something else"),
        ((302, {"Location": "https://sso.test/login?state=secret"}, b""), NotPhoenix, "https://sso.test/login."),
        ((404, HTML, b"<html>404</html>"), NotPhoenix, "no Phoenix API"),
        ((401, TEXT, b"Invalid token"), Unauthorized, "Invalid token"),
        ((403, TEXT, b"The Phoenix REST API is disabled in read-only mode."), Forbidden, "read-only"),
        ((403, HTML, b"<html>"), Forbidden, "may not"),
        ((404, TEXT, b"Project with ID P not found"), ProjectNotFound, "no such project"),
        ((404, TEXT, b"other"), ServerError, "404: other"),
        ((422, TEXT, b"Invalid cursor"), ServerError, "Invalid cursor"),
        ((429, TEXT, b"slow"), ServerFailure, "slow down"),
        ((500, TEXT, b"Internal \x1b[31mServer\nError"), ServerFailure, "500: Internal \ufffd[31mServer Error"),
        ((504, HTML, b"<html>"), ServerFailure, "504"),
        ((507, TEXT, b"full"), ServerFailure, "no room"),
        ((200, JSON | {"Content-Length": "100"}, b'{"data"'), Unreachable, "broke off"),
        ((200, JSON | {"Content-Encoding": "gzip"}, b"no gzip"), NotPhoenix, "unpack"),
        ("hang up", Unreachable, "broke off"),
    ],
)
def test_reading(answer: Answer, error: type[AnnotatorError], said: str) -> None:
    with broken(answer) as server, pytest.raises(error) as caught:
        server.client(api_key=KEY).projects()
    assert type(caught.value) is error
    assert said in caught.value.title and server.url in caught.value.title and "\n" not in caught.value.title
    assert caught.value.advice and KEY not in str(caught.value) and "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, HTML, b"<html>Log in</html>"), NotPhoenix),
        ((200, JSON, b'{"data": [{"id'), OutcomeUnknown),
        ((200, JSON | {"Content-Length": "100"}, b'{"data"'), OutcomeUnknown),
        ("hang up", OutcomeUnknown),
        ((500, TEXT, b"Internal Server Error"), ServerFailure),
        ((502, HTML, b"<html>"), OutcomeUnknown),
        ((503, TEXT, b""), ServerFailure),
        ((504, HTML, b"<html>"), OutcomeUnknown),
        ((400, TEXT, b"The name 'note' is reserved"), RejectedRow),
        ((413, HTML, b"<html>"), RejectedRow),
        ((403, TEXT, b"Viewers cannot perform this action."), Forbidden),
        ((405, TEXT, b"Method Not Allowed"), ServerError),
        ((404, TEXT, b"nothing that can be read"), MissingTargets),
    ],
)
def test_writing_is_never_tried_twice(answer: Answer, error: type[AnnotatorError]) -> None:
    with broken(answer) as server, pytest.raises(error) as caught:
        server.client().put([ROW])
    assert type(caught.value) is error and len(server.seen) == 1


def test_a_reset_get_is_tried_once_more() -> None:
    with broken("hang up", PROJECTS) as server:
        assert server.client().projects() == ["p"]
    assert len(server.seen) == 2


def test_the_server_says_when_to_come_back() -> None:
    with broken((503, TEXT | {"Retry-After": "17"}, b"")) as server, pytest.raises(ServerFailure) as caught:
        server.client().put([ROW])
    assert caught.value.retry_after == 17.0
    with broken((429, TEXT | {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"")) as server, pytest.raises(ServerFailure) as caught:
        server.client().put([ROW])
    assert caught.value.retry_after == 0.0


def test_a_slow_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    monkeypatch.setattr(client, "WRITE_SECONDS", 0.2)
    with broken("hang") as server:
        with pytest.raises(Unreachable, match="within"):
            server.client().projects()
        with pytest.raises(OutcomeUnknown, match="within"):
            server.client().put([ROW])
    assert len(server.seen) == 2


def test_a_huge_answer_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_BYTES", 1000)
    with broken((200, JSON, b" " * 1001)) as server, pytest.raises(ServerError, match="larger than"):
        server.client().projects()


def test_a_row_that_is_no_json_is_not_sent() -> None:
    with broken((200, JSON, b"{}")) as server, pytest.raises(RejectedRow):
        server.client().put([Annotation(ROW.identity, explanation="\ud800")])
    assert not server.seen


def test_the_sub_path_key_and_headers_are_sent() -> None:
    with broken(PROJECTS) as server:
        server.client("/phoenix", api_key=f"{KEY}\n", headers={"authorization": "other", "x-a": "b"}).projects()
    path, headers = server.seen[0]
    assert path.startswith("/phoenix/v1/projects?")
    assert headers["authorization"] == f"Bearer {KEY}" and headers["x-a"] == "b"


@pytest.mark.parametrize("url", ["localhost:6006", "ftp://a", "http://", "http://a:b:c", "http://a:99999", ""])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(ConfigError):
        Phoenix(ServerSettings(url))


def test_a_key_that_no_header_may_hold() -> None:
    with pytest.raises(ConfigError) as caught:
        Phoenix(ServerSettings("http://127.0.0.1:1", api_key="prüf\x00"))
    assert "prüf" not in str(caught.value)


def test_a_password_in_the_url_is_not_said() -> None:
    with pytest.raises(Unreachable) as caught:
        Phoenix(ServerSettings("http://u:geheim@127.0.0.1:1", origin="--server")).projects()
    assert "geheim" not in str(caught.value) and "--server" in caught.value.advice


def test_an_old_server_is_read_only() -> None:
    with broken((200, HTML | {"x-phoenix-server-version": "12.4.0"}, b"<html>"), PROJECTS) as server:
        phoenix = server.client()
        assert phoenix.capabilities.read_only == ""
        assert phoenix.user().name == ""
        assert phoenix.version == "12.4.0" and "15.5" in phoenix.capabilities.read_only
        with pytest.raises(Forbidden):
            phoenix.put([ROW])
    assert len(server.seen) == 1


def test_a_missing_endpoint_names_the_version() -> None:
    with broken((200, HTML | {"x-phoenix-server-version": "19.1.0"}, b"<html>")) as server, pytest.raises(NotPhoenix) as caught:
        server.client().projects()
    assert "19.1.0" in caught.value.advice
