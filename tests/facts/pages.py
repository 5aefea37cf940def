"""The recorded sets as `annotator show` prints them: a set's facts, its files, and the pages of what was pulled."""

import contextlib
import gzip
import io
import json
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.cli.main import main

FOLDER = Path(__file__).parent.parent / "traces"


@dataclass(frozen=True)
class Fact:
    """What a reviewer must be able to see, and the strings that show it on the page of one trace."""

    see: str
    page: tuple[str, ...]


def _facts() -> dict[str, list[Fact]]:
    listed = tomllib.loads((Path(__file__).parent / "facts.toml").read_text())
    return {name: [Fact(fact["see"], tuple(fact["page"])) for fact in facts] for name, facts in listed.items()}


FACTS = _facts()


def files(name: str) -> list[str]:
    """The files that each hold the whole set, by their shape: otlp.json, phoenix-spans.jsonl, ..."""
    shapes = [path.name.removeprefix(f"{name}.").removesuffix(".gz") for path in sorted(FOLDER.glob(f"{name}.*.gz"))]
    return [shape for shape in shapes if "logs" not in shape]


def unpacked(name: str, shape: str, folder: Path) -> Path:
    """A file of a set as it was recorded, under a name that says nothing."""
    path = folder / "recorded"
    with gzip.open(FOLDER / f"{name}.{shape}.gz") as packed, path.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return path


def run(*argv: str) -> str:
    """What a verb prints, in this process. AssertionError where it does not end with 0."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(argv)
    assert code == 0, f"annotator {' '.join(argv)}: {code}\n{err.getvalue()}"
    return out.getvalue()


def pages(store: Path, *source: str) -> dict[str, str]:
    """Pull a source into a store; the page of each of its traces."""
    run("pull", *source, "--as", "mira", "--store", str(store))
    items = [json.loads(line) for line in run("list", "--json", "--store", str(store)).splitlines()]
    return {trace_id: run("show", trace_id, "--store", str(store)) for trace_id in dict.fromkeys(item["trace_id"] for item in items)}


def missing(fact: Fact, shown: Sequence[str]) -> list[str]:
    """What the best page lacks; nothing where a page shows the fact."""
    lacks = [[text for text in fact.page if text not in page] for page in shown]
    return min(lacks, key=len, default=list(fact.page))
