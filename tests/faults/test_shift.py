"""Eight hours of a shift at once: 5,000 verdicts on a terminal while the server fails and the window changes; memory and work stay flat."""

import os
import statistics
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.end_to_end.workplace import Workplace, at, seed, small, span_ids, synced
from tests.faults.proxy import chance, fault_proxy
from tests.phoenix_server import PhoenixServer
from tests.terminal import Terminal

VERDICTS = 5000
SHARE = 0.1
"""Of the requests that fail."""
SIZES = ((120, 40), (80, 24), (200, 60), (100, 30))
RESIZED = 97
"""Verdicts between two resizes."""
LOOKED = 25
"""Verdicts between two looks at the memory."""
GROWTH = 1.05
"""How much the last quarter may hold of what the second held."""
IGNORED = "ignored"
"""Said of a key that came before the terminal had shown the item, or so soon that it may be a held one; news may replace it."""
LOOKS = 0.02
"""Seconds between an item's appearance and a key, in which the terminal says that it has shown it."""
TICK = os.sysconf("SC_CLK_TCK")


def resident(terminal: Terminal) -> float:
    """Megabytes."""
    pages = int(Path(f"/proc/{terminal.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def used(terminal: Terminal) -> float:
    """Seconds of processor time."""
    fields = Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


class Shift:
    """What was measured, by quarter."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.seconds: list[float] = []
        self.memory: list[float] = []
        self.work: list[float] = [used(terminal)]
        self.ignored = 0

    def verdict(self, key: str, position: int, total: int) -> None:
        self.terminal.read_for(LOOKS)
        before = time.perf_counter()
        arrived = at(position + 1, total) if position < total else lambda lines: any("End of the queue" in line for line in lines)
        self.terminal.send(key)
        while not arrived(self._looked(arrived)):
            self.ignored += 1
            self.terminal.read_until_quiet()
            self.terminal.send(key)
        self.seconds.append(time.perf_counter() - before)
        if position % LOOKED == 0:
            self.memory.append(resident(self.terminal))
        if position % (total // 4) == 0:
            self.work.append(used(self.terminal))

    def _looked(self, arrived: Callable[[list[str]], bool]) -> list[str]:
        """The screen once the next item is there, or once it is clear that the key was not taken, as a person sees it."""
        with suppress(AssertionError):
            return self.terminal.wait_for(lambda lines: arrived(lines) or any(IGNORED in line for line in lines), timeout=3)
        return self.terminal.read_until_quiet()

    def quarters(self, figures: list[float]) -> list[list[float]]:
        each = len(figures) // 4
        return [sorted(figures[number * each : (number + 1) * each]) for number in range(4)]

    def report(self) -> str:
        rows = ["quarter      p50 ms   p90 ms   cpu s    RSS MB (median, most)"]
        latency, memory = self.quarters(self.seconds), self.quarters(self.memory)
        for number in range(4):
            taken, held = latency[number], memory[number]
            p50, p90 = 1000 * taken[len(taken) // 2], 1000 * taken[len(taken) * 9 // 10]
            cpu = self.work[number + 1] - self.work[number]
            rows.append(f"{number + 1}          {p50:8.1f} {p90:8.1f} {cpu:8.1f} {statistics.median(held):8.1f} {held[-1]:8.1f}")
        return "\n".join([*rows, f"{self.ignored} keys were ignored, and said to be"])


@pytest.mark.soak
def test_a_shift(phoenix: PhoenixServer, work: Workplace) -> None:
    number = int.from_bytes(os.urandom(4))
    print(f"seed {number}")
    random = Random(number)
    spans = small(VERDICTS)
    project = seed(phoenix, spans)
    keys = "".join(random.choice("12") for _ in range(VERDICTS))
    with fault_proxy(phoenix.port) as proxy:
        work.run("pull", proxy.url, "--project", project, "--rubric", work.rubric(), "--queue", "shift", "--limit", str(VERDICTS))
        with work.review("--queue", "shift") as terminal:
            terminal.wait_for(at(1, VERDICTS))
            terminal.wait_for(synced)
            proxy.decide = chance(number, SHARE)
            shift = Shift(terminal)
            for position, key in enumerate(keys, 1):
                if position > 1 and keys[position - 2] == key:
                    terminal.read_for(0.11)  # the same key again within 100 ms is a held one
                shift.verdict(key, position, VERDICTS)
                if position % RESIZED == 0 and position < VERDICTS:
                    terminal.resize(*SIZES[position // RESIZED % len(SIZES)])
                    terminal.read_until_quiet()
            proxy.decide = lambda request: ""
            print(shift.report())
            terminal.wait_for(synced, timeout=300)
            terminal.leave()
        failed = Counter(fate for _, fate in proxy.seen if fate)
        assert failed, "nothing failed"
        print(f"{len(proxy.seen)} requests, {sum(failed.values())} of them failed: {dict(failed)}")
        proxy.land()
        work.run("push")
    rows = phoenix.annotations(project, span_ids(spans))
    assert max(Counter((row["span_id"], row["name"], row["identifier"]) for row in rows).values()) == 1
    decided = dict(zip(span_ids(spans), ({"1": "pass", "2": "fail"}[key] for key in keys), strict=True))
    assert {row["span_id"]: row["result"]["label"] for row in rows} == decided
    assert work.outbox() == (0, 0)
    _, second, _, last = (statistics.median(held) for held in shift.quarters(shift.memory))
    assert last <= second * GROWTH, f"{last:.1f} MB after {second:.1f} MB"
