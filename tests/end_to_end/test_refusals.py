"""What goes wrong is one clear sentence and a next step; nothing is lost, and the rest goes on."""

import json
import secrets

import pytest

from tests.end_to_end.workplace import Workplace, at, seed, small, span_ids, synced
from tests.faults.proxy import Answer, Request, fault_proxy, no_fault
from tests.phoenix_server import PhoenixServer
from tests.sources.broken_server import HTML, broken
from tests.terminal import Terminal


def told(terminal: Terminal, code: int, *parts: str) -> None:
    """The program ended with a sentence and a next step."""
    assert terminal.exit_code() == code
    lines = [line for line in terminal.lines() if line and not line.startswith("connecting to")]
    assert lines[0].startswith("annotator: ") and any(line.startswith("  ") for line in lines[1:]), terminal.text()
    text = "".join(terminal.lines())
    assert "Traceback" not in terminal.text()
    for part in parts:
        assert part in text, terminal.text()


def test_wrong_key(phoenix_with_auth: PhoenixServer, tmp_path_factory: pytest.TempPathFactory) -> None:
    """At the start, without any, and on a queue that is there already."""
    server = phoenix_with_auth
    project = seed(server, small(2))
    good, bad = {"PHOENIX_API_KEY": server.keys["alice"]}, {"PHOENIX_API_KEY": "not-a-key"}
    work = Workplace(tmp_path_factory.mktemp("alice"), name=None)
    with work.review(server.url, "--project", project, env=bad, size=(200, 40)) as terminal:
        told(terminal, 2, "does not accept the API key (401", "PHOENIX_API_KEY")
    with work.review(server.url, "--project", project, size=(200, 40)) as terminal:
        told(terminal, 2, "asks for an API key (401)", "PHOENIX_API_KEY")
    work.env |= good
    work.run("pull", server.url, "--project", project, "--rubric", work.rubric())
    with work.review(server.url, "--project", project, env=bad) as terminal:
        terminal.wait_for(at(1, 2))
        terminal.wait_for("does not accept the API key (401")
        terminal.wait_for(lambda lines: "stopped" in lines[0])
        terminal.send("2")
        terminal.wait_for(at(2, 2))
        terminal.leave()
    assert server.annotations(project) == []
    work.run("push")
    assert [row["result"]["label"] for row in server.annotations(project)] == ["fail"]


def test_a_viewer_reads_and_stores_nothing(phoenix_with_auth: PhoenixServer, tmp_path_factory: pytest.TempPathFactory) -> None:
    server = phoenix_with_auth
    project = seed(server, small(2))
    work = Workplace(tmp_path_factory.mktemp("viewer"), name=None, PHOENIX_API_KEY=server.keys["viewer"])
    with work.review(server.url, "--project", project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(1, 2))
        assert "read-only" in terminal.lines()[0], "before the first key"
        for key in ("1", "n", ".", "s"):
            terminal.send(key)
            terminal.wait_for("The API key is a viewer's: it may only read.")
            terminal.send("?")
            terminal.wait_for("Everywhere")
            terminal.send("\x1b")
            terminal.wait_for(at(1, 2))
        terminal.send("j")
        terminal.wait_for(at(2, 2))
        terminal.wait_for(lambda lines: "read-only" in lines[0])
        terminal.leave()
    assert all(item["state"] == "todo" and not item["annotations"] for item in work.items())
    assert work.outbox() == (0, 0)


def test_deleted_spans_are_parked_and_the_rest_goes_on(phoenix: PhoenixServer, work: Workplace) -> None:
    spans = small(6)
    ids = span_ids(spans)
    project = seed(phoenix, spans)
    work.run("pull", phoenix.url, "--project", project, "--rubric", work.rubric())
    for gone in (spans[1], spans[3]):
        phoenix.done("DELETE", f"/v1/traces/{gone['context']['trace_id']}")
    with work.review(phoenix.url, "--project", project) as terminal:
        for position, key in enumerate("12121", 1):
            terminal.wait_for(at(position, 6))
            terminal.send(key)
        terminal.wait_for(at(6, 6))
        terminal.wait_for(lambda lines: "! 2 parked" in lines[0] and "↑" not in lines[0])
        assert {row["span_id"]: row["result"]["label"] for row in phoenix.annotations(project)} == {
            ids[0]: "pass", ids[2]: "pass", ids[4]: "pass"
        }  # fmt: skip
        terminal.send("b")
        lines = terminal.wait_for("do not exist")
        shown = "\n".join(lines)
        assert "correctness = fail 0" in shown and ids[1] in shown and ids[3] in shown
        phoenix.seed(project, [spans[1]])
        terminal.send("r")
        terminal.wait_for("it is sent again")
        terminal.send("\x1b")
        terminal.wait_for(lambda lines: "! 1 parked" in lines[0] and "↑" not in lines[0])
        terminal.send("b")
        terminal.wait_for(ids[3])
        terminal.send("r")
        terminal.wait_for("it is sent again")
        terminal.send("\x1b")
        terminal.wait_for(lambda lines: "! 1 parked" in lines[0] and "↑" not in lines[0])
        terminal.send("b")
        terminal.wait_for(ids[3])
        terminal.send("x")
        terminal.wait_for("given up; the verdict stays in the store")
        terminal.wait_for("Everything is on the server.")
        terminal.send("\x1b")
        terminal.wait_for(synced)
        terminal.leave()
    arrived = {row["span_id"]: row["result"]["label"] for row in phoenix.annotations(project)}
    assert arrived == {ids[0]: "pass", ids[1]: "fail", ids[2]: "pass", ids[4]: "pass"}
    assert work.judged() == arrived | {ids[3]: "fail"}
    assert work.outbox() == (0, 0)


def test_push_lists_what_is_parked(phoenix: PhoenixServer, work: Workplace) -> None:
    spans = small(2)
    project = seed(phoenix, spans)
    work.run("pull", phoenix.url, "--project", project, "--rubric", work.rubric())
    for span in span_ids(spans):
        work.run("annotate", span, "correctness=fail")
    phoenix.done("DELETE", f"/v1/traces/{spans[0]['context']['trace_id']}")
    said = work.run("push", code=1)
    assert f"parked: correctness on span {span_ids(spans)[0]}: " in said and "--retry" in said and "1 row sent; waiting 0, parked 1" in said
    said = work.run("push", "--drop")
    assert "0 rows sent; waiting 0, parked 0" in said
    assert [row["span_id"] for row in phoenix.annotations(project)] == [span_ids(spans)[1]]


def test_an_empty_project(phoenix: PhoenixServer, work: Workplace) -> None:
    project = f"empty-{secrets.token_hex(4)}"
    phoenix.done("POST", "/v1/projects", {"name": project})
    with work.review(phoenix.url, "--project", project) as terminal:
        terminal.wait_for("No traces here match.")
        assert "--project" in terminal.text()
        terminal.send("12nsu.")
        terminal.wait_for(lambda lines: any("nothing to undo" in line or "no item" in line for line in lines))
        phoenix.seed(project, small(1))
        terminal.leave()
    with work.review(phoenix.url, "--project", project) as terminal:
        terminal.wait_for(at(1, 1))


def test_a_project_that_there_is_not(phoenix: PhoenixServer, work: Workplace) -> None:
    project = seed(phoenix, small(1), "support-bot")
    with work.review(phoenix.url, "--project", project.replace("support", "suport"), size=(200, 40)) as terminal:
        told(terminal, 2, "has no project", f"Nearest: {project}")
    said = work.run("pull", phoenix.url, "--project", project.replace("support", "suport"), code=2)
    assert f"Nearest: {project}" in said


@pytest.mark.parametrize(
    ("url", "code", "part"),
    [
        ("{url}/projects", 2, "try its base URL"),
        ("http://127.0.0.1:9", 3, "cannot be reached"),
        ("http://", 2, "is not the URL of a server"),
        ("https://127.0.0.1:{port}", 3, "Check http or https"),
    ],
)
def test_wrong_urls(phoenix: PhoenixServer, work: Workplace, url: str, code: int, part: str) -> None:
    with work.review(url.format(url=phoenix.url, port=phoenix.port), size=(200, 40)) as terminal:
        told(terminal, code, part)
    assert part in work.run("pull", url.format(url=phoenix.url, port=phoenix.port), code=code)


def test_another_program_answers(work: Workplace) -> None:
    with broken((200, HTML, b"<html>log in</html>")) as server, work.review(server.url, size=(200, 40)) as terminal:
        told(terminal, 2, "with a web page, not with data", "login page")


FAILURES = [
    ("500", "offline", "failed (500"),
    ("429 wait", "offline", "asks to slow down (429"),
    ("507", "offline", "has no room left (507"),
    ("html", "stopped", "with a web page"),
]


@pytest.mark.parametrize(("fate", "state", "said"), FAILURES)
def test_writes_fail_for_a_while(phoenix: PhoenixServer, work: Workplace, fate: str, state: str, said: str) -> None:
    project = seed(phoenix, small(4))
    with fault_proxy(phoenix.port) as proxy, work.review(proxy.url, "--project", project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(1, 4))
        proxy.decide = lambda request: fate if request.rows else ""
        terminal.send("1")
        terminal.wait_for(at(2, 4))
        terminal.wait_for(said)
        terminal.wait_for(lambda lines: state in lines[0])
        terminal.send("2")
        terminal.wait_for(at(3, 4))
        assert phoenix.annotations(project) == []
        proxy.decide = no_fault
        terminal.wait_for(synced)
    assert sorted(row["result"]["label"] for row in phoenix.annotations(project)) == ["fail", "pass"]


def test_a_row_that_the_server_refuses_is_parked(phoenix: PhoenixServer, work: Workplace) -> None:
    """422 as FastAPI says it: the row's place is in `loc`."""
    spans = small(4)
    bad = span_ids(spans)[1]
    project = seed(phoenix, spans)

    def refuse(request: Request) -> str | Answer:
        places = [index for index, row in enumerate(request.rows) if row["span_id"] == bad]
        detail = [{"type": "value_error", "loc": ["body", "data", index, "result"], "msg": "no such thing"} for index in places]
        return Answer(422, "application/json", json.dumps({"detail": detail}).encode()) if places else ""

    with fault_proxy(phoenix.port) as proxy, work.review(proxy.url, "--project", project, "--rubric", work.rubric()) as terminal:
        proxy.decide = refuse
        for position, key in enumerate("121", 1):
            terminal.wait_for(at(position, 4))
            terminal.send(key)
        terminal.wait_for(at(4, 4))
        terminal.wait_for(lambda lines: "! 1 parked" in lines[0] and "↑" not in lines[0])
        assert {row["span_id"] for row in phoenix.annotations(project)} == {span_ids(spans)[0], span_ids(spans)[2]}
        terminal.send("b")
        terminal.wait_for("422: result: no such thing")
        proxy.decide = no_fault
        terminal.send("r")
        terminal.wait_for("it is sent again")
        terminal.send("\x1b")
        terminal.wait_for(synced)
    assert len(phoenix.annotations(project)) == 3
