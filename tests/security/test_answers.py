"""A hostile server ends in one clear sentence, within bounded memory, and what is stored stays."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.queue import Selection
from annotator.domain.source import ServerSettings
from annotator.errors import OutcomeUnknown, ServerError
from annotator.sources.phoenix import Phoenix, client
from tests.cli.program import Program
from tests.security.hostile_server import Answer, body, hostile, ten_gigabytes

MOST_MB = 450
"""Of address space, for the program that reads a body without an end."""
DEEP = b'{"data": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"


def circle(request: BaseHTTPRequestHandler) -> None:
    """Two pages in turn."""
    again = "cursor=a" in request.path
    body(json.dumps({"data": [], "next_cursor": "b" if again else "a"}).encode())(request)


def endless() -> Answer:
    """The same page with ever new cursors."""
    numbers = itertools.count()
    return lambda request: body(json.dumps({"data": [], "next_cursor": f"c{next(numbers)}"}).encode())(request)


WRONG_TYPES = [b"[]", b"null", b"7", b'"text"', b'{"data": 7}', b'{"data": [7]}', b'{"data": [{}]}', b'{"data": null}', b"", b"\xff\xfe"]
SOMETHING_ELSE = "something else than Phoenix"
LISTS: dict[str, Callable[[Phoenix], object]] = {
    "/v1/projects?": lambda server: server.projects(),
    "/traces?": lambda server: list(server.pages(Selection())),
    "/spans?": lambda server: list(server.spans(["a" * 32])),
    "/v1/annotation_configs?": lambda server: server.configs(),
    "/span_annotations?": lambda server: server.read("span", ["b" * 16]),
}


@pytest.mark.parametrize("part", LISTS)
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(ten_gigabytes, "larger than", id="10 GB"),
        pytest.param(endless(), "never ends its list of", id="endless"),
        pytest.param(circle, "never ends its list of", id="a circle"),
        pytest.param(body(DEEP), SOMETHING_ELSE, id="deep"),
        *(pytest.param(body(wrong), SOMETHING_ELSE, id=repr(wrong)) for wrong in WRONG_TYPES),
    ],
)
def test_a_list(part: str, answer: Answer, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_BYTES", 2_000_000)
    with hostile(lambda path: answer if part in path else None) as url, pytest.raises(ServerError) as caught:
        LISTS[part](Phoenix(ServerSettings(url), "p"))
    assert said in caught.value.title and url in caught.value.title and caught.value.advice


@pytest.mark.parametrize("wrong", [*WRONG_TYPES, b'{"data": []}', b'{"data": [{"id": ""}]}', DEEP], ids=lambda wrong: repr(wrong[:20]))
def test_an_answer_to_a_write(wrong: bytes) -> None:
    """What does not name the row proves nothing."""
    row = Annotation(Identity("", Target("span", "b" * 16), "q", "annotator:rita"), label="x")
    with hostile(lambda path: body(wrong) if "sync=true" in path else None) as url, pytest.raises(OutcomeUnknown):
        Phoenix(ServerSettings(url), "p").put([row])


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited by the shell's ulimit -v")
def test_pull(tmp_path: Path) -> None:
    """The whole program: one sentence, bounded memory, and what was there stays."""
    program = Program(tmp_path)
    program.run("pull", "-", "--queue", "mine", stdin='{"input": "a question", "output": "an answer"}\n')
    said = tmp_path / "said"
    with hostile(lambda path: ten_gigabytes if "/traces?" in path else None) as url, said.open("wb") as err:
        argv = program.argv("pull", url, "--project", "p", "--as", "rita", "--queue", "theirs")
        limited = ["sh", "-c", f'ulimit -v {MOST_MB << 10} || exit 9; exec "$@"', "sh", *argv]
        code = subprocess.run(limited, env=program.environment, cwd=tmp_path, stdin=subprocess.DEVNULL, stderr=err, check=False).returncode
    text = said.read_text()
    assert code in (1, 2, 3) and "larger than 128 MB" in text and url in text, (code, text)
    assert program.run("list", "--queue", "mine", "--json").records, "what was there is there"
