"""`python -m tests.benchmarks`: make the material, measure, print the table."""

import argparse
import compileall
import os
import platform
import sqlite3
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import annotator
from annotator.config.rubric_file import load_rubric
from tests.benchmarks import fetch, first_frame, imports, keys, reading, scale, size, stored, sync
from tests.benchmarks.material import DOCUMENT_RUBRIC, DOCUMENTS, SCORE_RUBRIC, USUAL, copies, long_trace, retrievals, write_lines
from tests.benchmarks.programs import Stage
from tests.benchmarks.table import Row, table

SUBJECTS = ("start", "keys", "store", "size", "import", "reading", "scale", "fetch", "sync")
SPANS = 2_000
FETCHED, SENT = 100_000, 10_000
"""Spans on the server, verdicts that wait for it: at most."""
OTHERS = 500
"""Rows of others on each item."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(sys.modules["tests.benchmarks"].__doc__ or ""))
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"{', '.join(SUBJECTS)}; all by default")
    parser.add_argument("--rounds", type=int, default=9, help="starts of each program")
    parser.add_argument("--keys", type=int, default=260, help="keys pressed for each figure")
    parser.add_argument("--spans", type=int, default=1_000_000, help="spans in the large stores, as far as a subject has more than so many")
    args = parser.parse_args()
    if unknown := set(args.subjects) - set(SUBJECTS):
        parser.error(f"no subject {', '.join(sorted(unknown))}")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without .pyc every start would measure the compiler
    compileall.compile_dir(str(Path(annotator.__file__).parent), quiet=1)
    with tempfile.TemporaryDirectory(prefix="annotator-benchmarks-") as folder:
        rows = measure(Path(folder), args.subjects or SUBJECTS, args.rounds, args.keys, args.spans)
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, {machine()}")
    print("p50 (min-max), from 50 values on p50 / p90 / p99; ratio of the p50s\n")
    print(table(rows))


def measure(folder: Path, subjects: list[str] | tuple[str, ...], rounds: int, count: int, spans: int) -> list[Row]:
    """Every figure of these subjects."""
    stage = Stage(folder)
    traces = write_lines(folder / "traces.jsonl", copies(USUAL, SPANS))
    rows: list[Row] = []
    store = folder / "store.db"
    stored.fill_store(store, traces)
    if "start" in subjects:
        few, many = folder / "few.db", folder / "many.db"
        stored.fill_many(few, 100)
        _, seconds = stored.fill_many(many, spans)
        say(f"{spans:,} spans filled in {seconds:.0f} s")
        rows += first_frame.measure(stage, store, few, many, spans, rounds)
        many.unlink()
    if "keys" in subjects:
        rubric = folder / "score.toml"
        rubric.write_text(SCORE_RUBRIC)
        scored, long = folder / "score.db", folder / "long.db"
        stored.fill_store(scored, traces, load_rubric(rubric))
        stored.fill_store(long, write_lines(folder / "long.jsonl", long_trace(600)))
        rows += keys.next_item(stage, store, count)
        crowded, of_documents, retrieved = folder / "crowded.db", folder / "documents.toml", folder / "retrieved.db"
        queue, _ = stored.fill_store(crowded, traces)
        stored.add_others(crowded, queue, count + 1, OTHERS)
        rows += keys.among_others(stage, crowded, count, OTHERS)
        of_documents.write_text(DOCUMENT_RUBRIC)
        retrieved_traces = write_lines(folder / "retrieved.jsonl", retrievals(count // DOCUMENTS + 1))
        stored.fill_store(retrieved, retrieved_traces, load_rubric(of_documents))
        rows += keys.next_document(stage, retrieved, count, DOCUMENTS)
        rows += keys.score(stage, scored, count)
        rows += keys.scrolling(stage, long, count)
    if "store" in subjects:
        judged = folder / "judged.db"
        queue, _ = stored.fill_store(judged, traces)
        rows += stored.committing(folder, judged, queue, 300)
    if "size" in subjects:
        rows += size.measure(stage, folder, rounds, count)
    if "import" in subjects:
        rows += imports.measure(stage, folder, 5)
        rows += imports.meanwhile(stage, folder, 100)
    if "reading" in subjects:
        rows += reading.measure(folder, rounds)
    if "scale" in subjects:
        rows += scale.measure(folder, spans)
    if "fetch" in subjects:
        fetched = min(spans, FETCHED)
        rows += fetch.measure(stage, folder, fetched, 3, min(count, fetched // 50))
    if "sync" in subjects:
        sent = min(spans, SENT)
        rows += sync.measure(stage, folder, sent, min(count, sent // 50))
    return rows


def machine() -> str:
    versions = f"Python {platform.python_version()}, Textual {version('textual')}, SQLite {sqlite3.sqlite_version}"
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {versions}"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
