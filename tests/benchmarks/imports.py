"""`annotator pull` of a big file beside the least that an import does, each a program of its own; and the keys meanwhile."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from tests.benchmarks.clocked import Clocked
from tests.benchmarks.material import USUAL, recorded
from tests.benchmarks.programs import Stage
from tests.benchmarks.table import Row, figures

BARE = """
import json, sqlite3, sys, zlib
file, store, inner = sys.argv[1], sys.argv[2], sys.argv[3:]
db = sqlite3.connect(store, isolation_level=None)
for pragma in ("page_size = 8192", "journal_mode = WAL", "synchronous = FULL"):
    db.execute(f"PRAGMA {pragma}")
db.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, name TEXT, payload BLOB)")
def keep(rows):
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT INTO record (name, payload) VALUES (?, ?)", rows)
    db.execute("COMMIT")
rows, size = [], 0
with open(file, "rb") as lines:
    for line in lines:
        record = json.loads(line)
        if inner:
            for one in record[inner[0]]:
                rows.append((one["name"], zlib.compress(json.dumps(one).encode(), 3)))
        else:
            rows.append((next(iter(record)), zlib.compress(line, 3)))
        size += len(line)
        if size > 700_000:
            keep(rows)
            rows, size = [], 0
keep(rows)
"""
"""Parse each line, compress it, insert it; as many bytes a transaction as ours. With a key: so for each record of a page."""
GOAL = 1 / 0.9
SMALLER = 0.4
MB = 1_000_000


def measure(stage: Stage, folder: Path, rounds: int, size: int = 100 * MB) -> list[Row]:
    """Rows for one request a line, pages, and one span a line."""
    rows = []
    for name, lines in (("requests", requests()), ("spans", spans()), ("pages", pages())):
        path = folder / f"{name}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            while file.tell() < size:
                file.writelines(islice(lines, 20))
        peers = {"a line": []} if name != "pages" else {"a line": [], "a span": ["data"]}
        seconds: dict[str, list[float]] = {peer: [] for peer in ("", *peers)}
        peaks = []
        for _ in range(rounds):
            for peer, inner in peers.items():
                seconds[peer].append(_timed(stage, ["-c", BARE, str(path), "{store}", *inner])[0])
            taken, peak = _timed(stage, ["-m", "annotator", "pull", str(path), "--store", "{store}"])
            seconds[""].append(taken)
            peaks.append(peak)
        what = f"pull {size / MB:.0f} MB, {name}"
        rows += [Row(what, "s", figures(seconds[""]), f"json, zlib, insert {peer}", figures(seconds[peer]), GOAL) for peer in peers]
        rows.append(Row(f"memory, {what}", "MB", figures(peaks)))
        kept = sum(part.stat().st_size for part in stage.folder.glob("import.db*"))
        rows.append(Row(f"store, {what}", "MB", figures([kept / MB]), "its JSON", figures([path.stat().st_size / MB]), SMALLER))
        path.unlink()
    return rows


def _timed(stage: Stage, arguments: Sequence[str]) -> tuple[float, float]:
    """Seconds of a program with a store of its own, and the largest memory of it and its processes together in MB."""
    store = stage.folder / "import.db"
    for path in stage.folder.glob("import.db*"):
        path.unlink()
    argv = [sys.executable, *(argument.replace("{store}", str(store)) for argument in arguments)]
    started = time.perf_counter()
    with subprocess.Popen(argv, env=stage.env, cwd=stage.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        taken = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{argv[1:4]} ended with {process.returncode}")
    return taken, peak


def _memory(pid: int) -> float:
    total = 0.0
    with suppress(OSError):
        total = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(_memory(int(child)) for child in (task / "children").read_text().split())
    return total


def _copied(value: str, copy: int) -> str:
    return f"{copy:06x}{value[6:]}"


def _spans() -> Iterator[dict[str, Any]]:
    """The recorded spans, again and again under new ids."""
    found = recorded(USUAL)
    for copy in range(1 << 24):
        for span in found:
            context = {key: _copied(value, copy) for key, value in span["context"].items()}
            yield span | {"context": context, "parent_id": span["parent_id"] and _copied(span["parent_id"], copy)}


def spans() -> Iterator[str]:
    """Phoenix spans, one a line."""
    for span in _spans():
        yield json.dumps(span, ensure_ascii=False) + "\n"


def pages() -> Iterator[str]:
    """Pages of 100 as `GET /v1/projects/{project}/spans` answers."""
    rest = _spans()
    while page := list(islice(rest, 100)):
        yield json.dumps({"data": page, "next_cursor": "x"}, ensure_ascii=False) + "\n"


def requests() -> Iterator[str]:
    """OTLP export requests of one trace each."""
    traces: dict[str, list[dict[str, Any]]] = {}
    for span in recorded(USUAL):
        traces.setdefault(span["context"]["trace_id"], []).append(span)
    for copy in range(1 << 24):
        for trace in traces.values():
            scope = {"scope": {"name": "openinference"}, "spans": [_otlp(span, copy) for span in trace]}
            resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "benchmark"}}]}
            yield json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}, ensure_ascii=False) + "\n"


def _otlp(span: dict[str, Any], copy: int) -> dict[str, Any]:
    attributes = [{"key": "openinference.span.kind", "value": {"stringValue": span["span_kind"]}}]
    for key, value in span["attributes"].items():
        kind = "boolValue" if isinstance(value, bool) else "intValue" if isinstance(value, int) else "doubleValue"
        text = value if isinstance(value, str) else json.dumps(value)
        attributes.append({"key": key, "value": {kind: value} if isinstance(value, int | float) else {"stringValue": text}})
    parent = {"parentSpanId": _copied(span["parent_id"], copy)} if span["parent_id"] else {}
    ids = {"traceId": _copied(span["context"]["trace_id"], copy), "spanId": _copied(span["context"]["span_id"], copy)}
    times = {"startTimeUnixNano": "1760000000000000000", "endTimeUnixNano": "1760000001000000000"}
    return ids | parent | {"name": span["name"], "kind": 1, **times, "attributes": attributes, "status": {"code": 1}}


def words(number: int) -> str:
    """Unlike those of the next number in every place, so that a screen that changes from one to the other paints all of them."""
    letters = str.maketrans("0123456789abcdef", ("abcdefghijklmnop", "qrstuvwxyzQRSTUV")[number % 2])
    return blake2b(str(number).encode(), digest_size=9).hexdigest().translate(letters)


def meanwhile(stage: Stage, folder: Path, count: int, size: int = 100 * MB) -> list[Row]:
    """The next item, while a big file is imported behind the screen, and when it is in."""
    path = folder / "talks.jsonl"
    first = recorded(USUAL)[0]
    filler = "and what was said before stays as it was, in so many words\n" * 60
    with path.open("w", encoding="utf-8") as file:
        for number in range(size // 4000):
            context = {"trace_id": f"{number:032x}", "span_id": f"{number:016x}"}
            attributes = {"input.value": f"{words(number)}\n{filler}", "output.value": "yes"}
            file.write(json.dumps(first | {"context": context, "parent_id": None, "span_kind": "CHAIN", "attributes": attributes}) + "\n")
    with stage.annotator(folder / "talks.db", str(path)) as program:
        program.first(words(0))
        busy = _walk(program, 1, count)
        program.until(lambda text: f"/ {size // 4000:,} " in text or f"/ {size // 4000} " in text)
        program.settle(2)
        idle = _walk(program, count + 1, count)
    return [Row(f"next item while {size / MB:.0f} MB come in", "ms", figures(busy), "when they are in", figures(idle))]


def _walk(program: Clocked, first: int, count: int) -> list[float]:
    taken = []
    for number in range(first, first + count):
        taken.append(program.press_for("j", words(number)))
        time.sleep(0.01)
    return taken
