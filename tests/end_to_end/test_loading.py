"""A long queue opens at its first item while the rest loads, is left in the middle, and goes on where it was."""

import threading
from collections import Counter

from tests.end_to_end.workplace import Workplace, at, seed, small, synced
from tests.faults.proxy import FaultProxy, Request, fault_proxy
from tests.phoenix_server import PhoenixServer

TRACES = 2000


class Gate:
    """Lets so many pages of the listing through, and holds the next one until more are let."""

    def __init__(self, proxy: FaultProxy) -> None:
        self.pages = 0
        self.open = threading.Semaphore(0)
        proxy.decide = self.decide

    def decide(self, request: Request) -> str:
        if request.path.endswith("/traces"):
            self.open.acquire()
            self.pages += 1
        return ""

    def let(self, pages: int) -> None:
        self.open.release(pages)


def test_two_thousand_traces(phoenix: PhoenixServer, work: Workplace) -> None:
    project = seed(phoenix, small(TRACES))
    with fault_proxy(phoenix.port) as proxy:
        gate = Gate(proxy)
        with work.review(proxy.url, "--project", project, "--rubric", work.rubric()) as terminal:
            gate.let(1)
            terminal.wait_for(at(1, 100))
            assert "loading 100" in terminal.lines()[0], "there is more"
            terminal.send("1")
            terminal.wait_for(at(2, 100))
            terminal.send("2")
            terminal.wait_for(at(3, 100))
            assert gate.pages == 1
            gate.let(6)
            terminal.wait_for(lambda lines: "loading 700" in lines[0])
            terminal.wait_for(at(3, 700))
            terminal.send("1")
            terminal.wait_for(at(4, 700))
            terminal.send("\x11")
            assert terminal.exit_code() == 0, "leaving waits for nobody"
        gate.let(1)  # for the thread that was held
        listed = [request for request in proxy.requests if request.path.endswith("/traces")]
        with work.review(proxy.url, "--project", project) as terminal:
            terminal.wait_for(at(4, 700))
            gate.let(100)
            terminal.wait_for(at(4, TRACES))
            terminal.wait_for(lambda lines: "loading" not in lines[0], timeout=120)
            terminal.wait_for(synced)
            terminal.send("2")
            terminal.wait_for(at(5, TRACES))
            terminal.wait_for(synced)
            terminal.leave()
        again = [request for request in proxy.requests if request.path.endswith("/traces")][len(listed) :]
        assert "cursor" in again[0].query and len(again) <= 14, "the listing went on where it was"
        spans = [request for request in proxy.requests if request.path.endswith("/spans")]
        fetched = Counter(trace_id for request in spans for trace_id in request.query["trace_id"])
        assert len(fetched) == TRACES
        assert sum(count - 1 for count in fetched.values()) <= 100, "only what was under way came twice"
    items = work.items()
    assert len({item["id"] for item in items}) == len(items) == TRACES
    assert [item["annotations"][0]["label"] for item in items[:4]] == ["pass", "fail", "pass", "fail"]
    assert len(phoenix.annotations(project, [item["id"] for item in items])) == 4
