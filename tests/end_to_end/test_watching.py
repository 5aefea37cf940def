"""A queue that is watched while a project fills: nothing on the screen moves, everything comes once, also over outages and starts."""

import secrets
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.end_to_end.workplace import PASS_FAIL, Workplace, at, seed, small
from tests.faults.proxy import FaultProxy, fault_proxy, no_fault
from tests.phoenix_server import PhoenixServer, phoenix_span
from tests.terminal import Terminal

QUALITY = "[[config]]\nname = 'quality'\ntype = 'continuous'\nlower_bound = 0\nupper_bound = 100\n"
ENTER, PAGE_DOWN, CTRL_Q = "\r", "\x1b[6~", "\x11"


def watching(work: Workplace) -> None:
    """As often as may be."""
    config = work.folder / "xdg_config_home" / "annotator" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("watch_seconds = 1\n")


def now() -> str:
    return datetime.now(UTC).isoformat()


def fresh(name: str, **more: Any) -> dict[str, Any]:
    """A span of just now."""
    attributes = {"input.value": f"question {name}", "output.value": f"answer {name}", "llm.model_name": "model-1"}
    return phoenix_span(name, kind="LLM", start=now(), ms=1, attributes=attributes, **more)


def of_trace(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A span below another."""
    return fresh(f"below {row['name']}", trace_id=row["context"]["trace_id"], parent_id=row["context"]["span_id"], **more)


def says(text: str) -> Callable[[list[str]], bool]:
    return lambda lines: text in lines[0]


def listings(proxy: FaultProxy) -> int:
    return sum(request.path.endswith("/traces") for request in proxy.requests)


def after_rounds(proxy: FaultProxy, terminal: Terminal, count: int) -> None:
    """So many rounds begin, and all but the last end."""
    end = listings(proxy) + count
    deadline = time.monotonic() + 60
    while listings(proxy) < end:
        assert time.monotonic() < deadline, "no round began"
        terminal.read_for(0.1)


def test_nothing_moves_while_the_queue_grows(phoenix: PhoenixServer, work: Workplace) -> None:
    watching(work)
    first = small(3)
    first[0]["attributes"]["output.value"] = "\n".join(f"line {n} of a long answer" for n in range(200))
    project = seed(phoenix, first)
    with fault_proxy(phoenix.port) as proxy:
        with work.review(proxy.url, "--project", project, "--rubric", work.rubric(QUALITY), "--watch") as terminal:
            terminal.wait_for(at(1, 3))
            terminal.wait_for(says("phoenix"))
            terminal.send(PAGE_DOWN)
            terminal.read_until_quiet()
            terminal.send("4")
            before = terminal.read_until_quiet()
            assert any("line 4" in line for line in before)
            # No news: one request a round, and nothing else.
            after_rounds(proxy, terminal, 2)
            start = len(proxy.requests)
            after_rounds(proxy, terminal, 3)
            assert {request.path.rpartition("/")[2] for request in proxy.requests[start:]} == {"traces"}
            assert terminal.lines() == before
            # A whole trace, one that runs, and the one on the screen grows.
            running = fresh("later")
            phoenix.seed(project, [fresh("news"), of_trace(running), of_trace(first[0])])
            terminal.wait_for(says(" 1 / 4 "))
            terminal.wait_for(says("1 new"))
            assert terminal.lines()[1:] == before[1:]
            after_rounds(proxy, terminal, 3)
            assert at(1, 4)(terminal.lines()), "the trace that runs is no item"
            phoenix.seed(project, [running])
            terminal.wait_for(says(" 1 / 5 "))
            assert terminal.lines()[1:] == before[1:], "the item, its scroll position, what was typed"
            # The server is away and comes back; reviewing goes on.
            proxy.decide = lambda request: "cut before"
            terminal.wait_for(says("offline"))
            kept = [line for line in terminal.lines()[1:-2] if line]
            assert kept == [line for line in before[1:-2] if line]
            phoenix.seed(project, [fresh("during the outage")])
            proxy.decide = no_fault
            terminal.wait_for(says(" 1 / 6 "), timeout=60)
            terminal.wait_for(says("phoenix"))
            terminal.send("2" + ENTER)
            terminal.wait_for(at(2, 6))
            terminal.send("k")
            terminal.wait_for("below trace 1")
            terminal.send(CTRL_Q)
            assert terminal.exit_code() == 0
        ids = [item["id"] for item in work.items()]
        assert len(set(ids)) == len(ids) == 6 and ids[:3] == [row["context"]["span_id"] for row in first]
        assert [row["score"] for item in work.items() for row in item["annotations"]] == [42.0]
        # Another start finds what came between, and nothing twice.
        phoenix.seed(project, [fresh("between")])
        with work.review(proxy.url, "--project", project, "--watch") as terminal:
            terminal.wait_for(at(2, 7))
            after_rounds(proxy, terminal, 3)
            terminal.send(CTRL_Q)
            assert terminal.exit_code() == 0
    assert [item["id"] for item in work.items()][:6] == ids and len(work.items()) == 7


def test_at_the_end_news_is_offered_and_no_held_digit_judges_it(phoenix: PhoenixServer, work: Workplace) -> None:
    watching(work)
    project = seed(phoenix, small(1))
    with (
        fault_proxy(phoenix.port) as proxy,
        work.review(proxy.url, "--project", project, "--rubric", work.rubric(PASS_FAIL), "--watch") as terminal,
    ):
        terminal.wait_for(at(1, 1))
        terminal.wait_for(says("phoenix"))
        terminal.send("1")
        terminal.wait_for("What is new is looked for")
        phoenix.seed(project, [fresh("one"), fresh("two")])
        deadline = time.monotonic() + 60
        while "2 items came" not in terminal.text():
            assert time.monotonic() < deadline
            terminal.send("1")
            terminal.read_for(0.04)
        for _ in range(10):
            terminal.send("1")
            terminal.read_for(0.04)
        assert "End of the queue" in terminal.text() and "2 items came: Enter goes on" in terminal.flowing()
        assert len(work.judged()) == 1
        terminal.send(ENTER)
        terminal.wait_for(at(2, 3))
        assert "new" not in terminal.lines()[0].split("/h")[-1]
        terminal.read_until_quiet()
        terminal.send("2")
        terminal.wait_for(at(3, 3))
        assert sorted(work.judged().values()) == ["fail", "pass"]
        terminal.leave()


def test_an_empty_project_is_watched_until_something_comes(phoenix: PhoenixServer, work: Workplace) -> None:
    watching(work)
    project = f"empty-{secrets.token_hex(4)}"
    phoenix.done("POST", "/v1/projects", {"name": project})
    with work.review(phoenix.url, "--project", project, "--rubric", work.rubric(PASS_FAIL), "--watch") as terminal:
        terminal.wait_for("No traces here match")
        phoenix.seed(project, [fresh("first")])
        terminal.wait_for("1 item came")
        terminal.send("1")
        terminal.read_until_quiet()
        terminal.send(ENTER)
        terminal.wait_for(at(1, 1))
        terminal.leave()
    assert work.judged() == {}


def test_pull_says_what_comes_until_it_is_stopped(phoenix: PhoenixServer, work: Workplace) -> None:
    watching(work)
    project = seed(phoenix, small(2))
    with fault_proxy(phoenix.port) as proxy, work.start("pull", proxy.url, "--project", project, "--watch") as process:
        assert process.stdout is not None
        assert "2 items" in process.stdout.readline() and "Ctrl+C stops" in process.stdout.readline()
        phoenix.seed(project, [fresh("three")])
        assert "1 item came" in process.stdout.readline()
        proxy.decide = lambda request: "cut before"
        phoenix.seed(project, [fresh("four"), fresh("five")])
        time.sleep(2)
        proxy.decide = no_fault
        assert "2 items came" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
        assert process.returncode == 130 and rest == "" and said.count("Tried again") == 1 and "there again" in said
        assert "Traceback" not in said
    assert len({item["id"] for item in work.items()}) == len(work.items()) == 5
    assert "question" in work.run("show", work.items()[-1]["id"]), "payloads are here"
    assert "pipe" in work.run("pull", "-", "--watch", code=2)
    assert "--offline" in work.run("pull", phoenix.url, "--project", project, "--watch", "--offline", code=2)
