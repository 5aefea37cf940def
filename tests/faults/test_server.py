"""The server dies, ends or is locked while a person reviews: no key waits, it is said, and everything arrives later, once."""

import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from tests.end_to_end.workplace import Workplace, at, seed, small, span_ids, synced
from tests.faults.proxy import fault_proxy
from tests.phoenix_server import PhoenixServer


@pytest.mark.parametrize("how", ["SIGKILL", pytest.param("SIGTERM", marks=pytest.mark.soak)])
def test_the_server_ends_and_comes_back(phoenix: PhoenixServer, work: Workplace, how: str) -> None:
    """SIGTERM in the default run is in test_schedules.py."""
    spans = small(12)
    project = seed(phoenix, spans)
    judged = ["fail" if position % 2 else "pass" for position in range(1, 12)]
    try:
        with work.review(phoenix.url, "--project", project, "--rubric", work.rubric()) as terminal:
            terminal.wait_for(at(1, 12))
            for position, label in enumerate(judged, 1):
                if position == 4:
                    (phoenix.kill if how == "SIGKILL" else phoenix.stop)()
                terminal.send("1" if label == "pass" else "2")
                terminal.wait_for(at(position + 1, 12))
            terminal.send("nnobody home\r")
            terminal.wait_for("note added")
            terminal.wait_for(lambda lines: "offline" in lines[0])
            terminal.wait_for(lambda lines: b"cannot be reached" in terminal.raw)  # said once, before or after the note
            phoenix.start()
            terminal.wait_for(synced, timeout=90)
            terminal.leave()
            assert "not on" not in terminal.text()
    finally:
        phoenix.start()
    rows = phoenix.annotations(project)
    assert Counter((row["span_id"], row["name"]) for row in rows) == Counter(
        [*((span, "correctness") for span in span_ids(spans)[:11]), (span_ids(spans)[11], "note")]
    )
    arrived = {row["span_id"]: row["result"]["label"] for row in rows if row["name"] != "note"}
    assert arrived == dict(zip(span_ids(spans), judged, strict=False))
    assert work.outbox() == (0, 0)


def test_a_queue_opens_while_nothing_listens_and_push_sends_later(phoenix: PhoenixServer, work: Workplace) -> None:
    project = seed(phoenix, small(3))
    with fault_proxy(phoenix.port) as proxy:
        work.run("pull", proxy.url, "--project", project, "--rubric", work.rubric())
    with work.review(proxy.url, "--project", project) as terminal:
        terminal.wait_for(at(1, 3))
        terminal.send("2")
        terminal.wait_for(at(2, 3))
        terminal.wait_for(lambda lines: "offline" in lines[0])
        terminal.leave()
        assert f"1 row is not on {proxy.url} yet; annotator push sends it." in terminal.text()
    said = work.run("push", code=3)
    assert "cannot be reached" in said and "The rows are kept and wait." in said
    assert work.outbox() == (1, 0)
    with fault_proxy(phoenix.port, proxy.server_address[1]):
        work.run("push")
    assert [row["result"]["label"] for row in phoenix.annotations(project)] == ["fail"]


def test_offline_and_back(phoenix: PhoenixServer, work: Workplace) -> None:
    """`pull`, no network, `review --offline`, `push`."""
    spans = small(4)
    project = seed(phoenix, spans)
    with fault_proxy(phoenix.port) as proxy:
        assert "4 items" in work.run("pull", proxy.url, "--project", project, "--rubric", work.rubric())
    with work.review(proxy.url, "--project", project, "--offline") as terminal:
        terminal.wait_for(at(1, 4))
        assert "offline" in terminal.lines()[0]
        for position, key in enumerate("1212", 1):
            terminal.send(key)
            terminal.wait_for(at(position + 1, 4) if position < 4 else "End of the queue")
        terminal.send("u")
        terminal.wait_for("undid: 4 fail")
        terminal.leave()
    assert work.outbox() == (3, 0)
    with fault_proxy(phoenix.port, proxy.server_address[1]):
        work.run("push")
    arrived = {row["span_id"]: row["result"]["label"] for row in phoenix.annotations(project)}
    assert arrived == dict(zip(span_ids(spans), ["pass", "fail", "pass"], strict=False))
    assert work.outbox() == (0, 0)


def test_the_database_of_the_server_is_locked(phoenix: PhoenixServer, work: Workplace) -> None:
    """Phoenix answers 500 to each write, and reads as always."""
    spans = small(4)
    project = seed(phoenix, spans)
    with work.review(phoenix.url, "--project", project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(1, 4))
        terminal.wait_for(synced)
        with closing(sqlite3.connect(phoenix.folder / "phoenix.db", isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            for position, key in enumerate("121", 1):
                terminal.send(key)
                terminal.wait_for(at(position + 1, 4))
            terminal.wait_for("failed (500")
            terminal.wait_for(lambda lines: "offline" in lines[0] and "↑3" in lines[0].replace(" ", ""))
            said = work.run("push", code=3)
            assert "failed (500" in said and "The rows are kept and wait." in said
            assert phoenix.annotations(project) == []
            other.execute("ROLLBACK")
        terminal.wait_for(synced, timeout=60)
        terminal.leave()
    arrived = {row["span_id"]: row["result"]["label"] for row in phoenix.annotations(project)}
    assert arrived == dict(zip(span_ids(spans), ["pass", "fail", "pass"], strict=False))
    assert work.outbox() == (0, 0)
