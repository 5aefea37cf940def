"""Verbs against a real Phoenix, and against what is none."""

import json
import secrets
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program, trace_lines
from tests.faults.proxy import FaultProxy, Request, fault_proxy
from tests.phoenix_server import PhoenixServer, phoenix_span
from tests.sources.broken_server import HTML, JSON, TEXT, Answer, broken

WAITING = "0 rows sent; waiting 1, parked 0\n"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path)
    made.environment["ANNOTATOR_NAME"] = "mira"
    return made


def project(phoenix: PhoenixServer, spans: int = 3) -> tuple[str, list[str]]:
    """A new project and its span ids, oldest first; its first two ids begin alike."""
    name = f"c{secrets.token_hex(4)}"
    ids = [f"{n:04x}{secrets.token_hex(6)}" for n in range(spans)]
    seconds = [f"2026-11-01T12:{n // 60:02}:{n % 60:02}+00:00" for n in range(spans)]
    phoenix.seed(name, [phoenix_span(span_id=one, start=at) for one, at in zip(ids, seconds, strict=True)])
    return name, ids


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ((200, HTML, b"<!doctype html>"), 2, ["answered /v1/projects with a web page", "login page"]),
        ((200, JSON, b'{"data": ['), 2, ["something else than Phoenix"]),
        ((500, TEXT, b"Internal Server Error"), 3, ["failed (500"]),
        ((401, TEXT, b"Invalid token"), 2, ["asks for an API key (401)", "PHOENIX_API_KEY"]),
        ((403, TEXT, b"The Phoenix REST API is disabled in read-only mode."), 2, ["read-only mode"]),
        ((302, {"Location": "https://login.example/?token=x"}, b""), 2, ["sends on to https://login.example/."]),
        ("hang up", 3, ["broke off its answer"]),
    ],
)
def test_a_server_that_is_none(program: Program, answer: Answer, code: int, said: list[str]) -> None:
    with broken(answer) as server:
        program.run("pull", server.url).error(code, server.url, *said)


def test_nothing_answers(program: Program) -> None:
    program.run("pull", "http://127.0.0.1:1").error(3, "http://127.0.0.1:1 cannot be reached", "Check that Phoenix runs there.")
    program.run("pull", env={"PHOENIX_HOST": "127.0.0.1", "PHOENIX_PORT": "1"}).error(3, "the URL is from PHOENIX_HOST")
    assert not [queue for queue in program.run("status", "--json").json["queues"]], "no queue is left behind"


def test_a_wrong_path_of_phoenix(program: Program, phoenix: PhoenixServer) -> None:
    program.run("pull", f"{phoenix.url}/projects").error(2, "with a web page", f"try its base URL, {phoenix.url}.")


def test_projects_that_are_not_there_or_empty_or_too_many(program: Program, phoenix: PhoenixServer) -> None:
    name, _ = project(phoenix)
    second, _ = project(phoenix)
    program.run("pull", phoenix.url, "--project", name[:-1]).error(2, f"no project {name[:-1]!r}", "Nearest:", name)
    program.run("pull", phoenix.url).error(2, "more than one project", "--project NAME", name, second)
    empty = f"e{secrets.token_hex(4)}"
    phoenix.done("POST", "/v1/projects", {"name": empty})
    program.run("pull", phoenix.url, "--project", empty).error(1, f"The project {empty!r} has no traces", "Send it traces")
    phoenix.seed(empty, [phoenix_span()])
    assert program.run("pull", phoenix.url, "--project", empty).done().lines == [f"{empty}: 1 item, everything is stored"]


def test_a_queue_from_a_server_and_back(program: Program, phoenix: PhoenixServer) -> None:
    name, ids = project(phoenix)
    env = {"PHOENIX_ENDPOINT": phoenix.url, "PHOENIX_PROJECT_NAME": name}
    assert program.run("pull", "--order", "oldest", env=env).done().lines == [f"{name}: 3 items, everything is stored"]
    said = program.run("annotate", ids[1], "correctness=fail", "--explanation", "why").done()
    assert said.lines[-1] == f"span {ids[1]}: done; 1 row waits for annotator push"
    status = program.run("status", "--json").done().json
    states = {"items": 3, "todo": 2, "done": 1, "skipped": 0, "deferred": 0, "flagged": 0}
    assert status == {
        "store": str(program.store), "annotator": "mira", "server": {"url": phoenix.url, "version": "20.26.1", "reachable": True},
        "queues": [
            {"name": name, "source": phoenix.url, "project": name, "target": "root", "filter": "", "rules": [], "shared": None, **states}
        ],
        "outbox": {"waiting": 1, "parked": 0},
    }  # fmt: skip
    offline = program.run("status", "--json", "--offline").done().json
    assert offline["server"] == {"url": phoenix.url, "version": "", "reachable": False}
    assert [row["synced"] for row in listed(program, ids[1])["annotations"]] == [False]
    assert program.run("push").done().lines == ["1 row sent; waiting 0, parked 0"]
    [row] = phoenix.annotations(name, ids)
    assert (row["span_id"], row["identifier"], row["annotator_kind"], row["name"]) == (ids[1], "annotator:mira", "HUMAN", "correctness")
    assert row["result"] == {"label": "fail", "score": 0.0, "explanation": "why"} and row["metadata"]["annotator"] == "mira"
    expected = {"name": "correctness", "label": "fail", "score": 0.0, "explanation": "why", "annotator_kind": "HUMAN"}
    [known] = listed(program, ids[1])["annotations"]
    assert datetime.fromisoformat(known.pop("updated_at")).tzinfo is not None
    mine = {"identifier": "annotator:mira", "mine": True, "author": "mira", "source": None}
    assert known == {**expected, **mine, "synced": True}


def listed(program: Program, item: str) -> Any:
    return next(record for record in program.run("list", "--json").done().records if record["id"] == item)


def test_what_others_judged_is_not_mine_and_what_i_judged_elsewhere_is_done(program: Program, phoenix: PhoenixServer) -> None:
    name, ids = project(phoenix)
    verdict = {"name": "correctness", "annotator_kind": "HUMAN", "result": {"label": "pass", "score": 1}}
    rows = [verdict | {"span_id": one, "identifier": f"annotator:{who}"} for one, who in zip(ids, ("mira", "bob"), strict=False)]
    phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": rows})
    program.run("pull", phoenix.url, "--project", name).done()
    assert [listed(program, one)["state"] for one in ids] == ["done", "todo", "todo"]
    [row] = listed(program, ids[0])["annotations"]
    assert row["mine"] and row["synced"]


def test_push_says_what_is_parked_and_takes_decisions(program: Program, phoenix: PhoenixServer) -> None:
    name, ids = project(phoenix)
    program.run("pull", phoenix.url, "--project", name).done()
    for one in ids:
        program.run("annotate", one, "correctness=pass").done()
    for gone in ids[:2]:
        assert phoenix.call("DELETE", f"/v1/spans/{gone}")[0] == 204
    pushed = program.run("push")
    assert (pushed.code, pushed.lines) == (1, ["1 row sent; waiting 0, parked 2"])
    assert pushed.err.count("parked: correctness on span") == 2 and "do not exist" in pushed.err and "--retry" in pushed.err
    assert len(phoenix.annotations(name, ids)) == 1, "the rest went"
    assert program.run("push", "--retry").code == 1
    assert program.run("push", "--drop").done().lines == ["0 rows sent; waiting 0, parked 0"]
    assert listed(program, ids[0])["annotations"][0]["label"] == "pass", "it stays here"
    program.run("push", "--drop", "--retry").error(2, "not allowed with")


def test_push_without_the_server_keeps_everything(program: Program, phoenix: PhoenixServer) -> None:
    name, ids = project(phoenix)
    with fault_proxy(phoenix.port) as proxy:
        program.run("pull", proxy.url, "--project", name).done()
        program.run("annotate", ids[0], "correctness=pass").done()
        proxy.decide = lambda request: "cut before"
        program.run("push").error(3, "broke off", "The rows are kept and wait.", out=WAITING)
        proxy.decide = lambda request: "html"
        program.run("push").error(2, "web page", "The rows are kept and wait.", out=WAITING)
        proxy.decide = lambda request: "cut after" if request.rows else ""
        program.run("push").error(3, "it may be applied", out=WAITING)
        proxy.decide = lambda request: ""
        assert program.run("push").done().lines == ["1 row sent; waiting 0, parked 0"]
        assert len(proxy.posted) == 1, "what was applied is not sent again"
    program.run("annotate", ids[1], "correctness=pass").done()
    program.run("push").error(3, "cannot be reached", "The rows are kept and wait.", out=WAITING)
    assert program.run("status", "--json").done().json["outbox"] == {"waiting": 1, "parked": 0}


def test_push_to_a_server_what_came_from_a_file(program: Program, phoenix: PhoenixServer) -> None:
    lines = trace_lines(3)
    for prefix in ("aaaa0", "bbbb0", "cccc0"):
        lines = lines.replace(prefix, secrets.token_hex(2) + "0")
    spans = [json.loads(line) for line in lines.splitlines()]
    ids = [span["context"]["span_id"] for span in spans if span["parent_id"] is None]
    name = f"f{secrets.token_hex(4)}"
    phoenix.seed(name, spans)
    (program.folder / "traces.jsonl").write_text(lines)
    program.run("pull", "traces.jsonl").done()
    program.run("annotate", ids[0], "correctness=fail", "--note", "a note").done()
    assert program.run("push").done().lines == ["0 rows sent; waiting 0, parked 0"] and phoenix.annotations(name, ids) == []
    program.run("push", "--to", phoenix.url, "--project", name + "x").error(2, "no project", name)
    pushed = program.run("push", "--to", phoenix.url, "--project", name).done()
    assert pushed.lines == [f"traces: 2 rows wait for {phoenix.url}", "2 rows sent; waiting 0, parked 0"]
    assert sorted((row["name"], row["result"]["label"], row["result"]["explanation"]) for row in phoenix.annotations(name, ids)) == [
        ("correctness", "fail", None), ("note", None, "a note"),
    ]  # fmt: skip
    assert program.run("push", "--to", phoenix.url, "--project", name).done().lines[0] == f"traces: 0 rows wait for {phoenix.url}"
    program.run("push", "--to", "http://127.0.0.1:1").error(2, f"belongs to {phoenix.url}")
    program.run("annotate", ids[1], "correctness=pass").done()
    program.run("push").done()
    assert len(phoenix.annotations(name, ids)) == 3, "from now on it goes there"


def test_push_of_a_file_to_nowhere_changes_nothing(program: Program) -> None:
    (program.folder / "traces.jsonl").write_text(trace_lines(1))
    program.run("pull", "traces.jsonl").done()
    program.run("annotate", "aaaa", "correctness=fail").done()
    program.run("push", "--to", "http://127.0.0.1:1").error(3, "cannot be reached")
    program.run("push", "--to", "nowhere").error(2, "is not the URL")
    assert program.run("status", "--json").done().json["queues"][0]["project"] == "" and program.run("push").done().code == 0


def wait_for(proxy: FaultProxy, process: "subprocess.Popen[bytes]", path: str) -> None:
    deadline = time.monotonic() + 60
    while not any(fate == "hang" and request.path.endswith(path) for request, fate in proxy.seen):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)


@pytest.mark.parametrize("where", ["/traces", "/spans"])
def test_pull_is_interrupted_and_goes_on(program: Program, phoenix: PhoenixServer, where: str) -> None:
    """By Ctrl+C in the second page of the listing, or in the third piece of the payloads."""
    name, ids = project(phoenix, 330)
    with fault_proxy(phoenix.port) as proxy:
        seen = 0

        def decide(request: Request) -> str:
            nonlocal seen
            seen += request.path.endswith(where)
            return "hang" if seen == (2 if where == "/traces" else 3) and request.path.endswith(where) else ""

        proxy.decide = decide
        argv = program.argv("pull", proxy.url, "--project", name, "--order", "oldest")
        with subprocess.Popen(argv, env=program.environment, cwd=program.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            wait_for(proxy, process, where)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err.decode()) == (130, b"", "annotator: interrupted; what was stored is kept\n")
        half = program.run("status", "--json", "--offline").done().json["queues"][0]["items"]
        assert half == (100 if where == "/traces" else 330)
        proxy.decide = lambda request: ""
        before = len(proxy.seen)
        resumed = program.run("pull", proxy.url, "--project", name, "--order", "oldest").done()
        assert resumed.lines == [f"{name}: 330 items, everything is stored"]
        again = [request.path.rpartition("/")[2] for request, _ in proxy.seen[before:]]
        requests = again.count("spans")
        assert requests == 4 if where == "/traces" else requests in (2, 3), "at most what was on its way is fetched again"
    records = program.run("list", "--json").done().records
    assert [record["id"] for record in records] == ids


def test_who_judges_with_a_key(program: Program, phoenix_with_auth: PhoenixServer) -> None:
    server = phoenix_with_auth
    name, ids = project(server)
    del program.environment["ANNOTATOR_NAME"]
    key = {"PHOENIX_API_KEY": server.keys["alice"]}
    program.run("pull", server.url, "--project", name).error(2, "asks for an API key (401)", "PHOENIX_API_KEY")
    program.run("pull", server.url, "--project", name, env={"PHOENIX_API_KEY": "wrong"}).error(2, "does not accept the API key (401")
    program.run("pull", server.url, "--project", name, env=key).done()
    program.run("annotate", ids[0], "correctness=pass").done()
    program.run("push").error(2, "asks for an API key (401)", "The rows are kept and wait.", out=WAITING)
    program.run("push", env={"PHOENIX_API_KEY": server.keys["viewer"]}).error(2, "viewer", "The rows are kept and wait.", out=WAITING)
    refused = program.run("push", env={"PHOENIX_API_KEY": server.keys["admin"]})
    assert refused.code == 2 and "began under another user's key" in refused.err and server.annotations(name, ids) == []
    assert program.run("push", env=key).code == 0
    [row] = server.annotations(name, ids)
    assert row["identifier"] == f"px-app:{row['user_id']}" and row["metadata"]["annotator"] == "alice"
    status = program.run("status", "--json", env=key).done().json
    assert status["annotator"] == "alice" and status["server"]["reachable"]


def test_a_span_that_the_server_cannot_give_is_named_and_the_rest_loads(program: Program, phoenix: PhoenixServer) -> None:
    name, trace_id, bad, good = f"c{secrets.token_hex(4)}", secrets.token_hex(16), secrets.token_hex(8), secrets.token_hex(8)
    kind = {"key": "openinference.span.kind", "value": {"intValue": "7"}}
    times = {"startTimeUnixNano": "1795228944074301000", "endTimeUnixNano": str(2**64 - 1)}
    texts = (("openinference.span.kind", "LLM"), ("llm.model_name", "m"), ("output.value", "what was said"))
    attributes = [{"key": key, "value": {"stringValue": text}} for key, text in texts]
    fine = {"spanId": good, "parentSpanId": bad, "attributes": attributes, **times, "endTimeUnixNano": "1795228945074301000"}
    spans = [
        {"traceId": trace_id, "spanId": bad, "name": "odd", "attributes": [kind], **times},
        {"traceId": trace_id, "name": "fine", **fine},
    ]
    phoenix.seed_otlp(name, {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    result = program.run("pull", phoenix.url, "--project", name)
    assert (result.code, result.lines) == (1, [f"{name}: 1 item, everything is stored"])
    assert f"did not give span {bad} of trace {trace_id}" in result.err
    shown = program.run("show", trace_id).done().out
    assert "what was said" in shown and "the source did not give its content" in shown
