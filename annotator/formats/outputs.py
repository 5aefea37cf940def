"""From a format and a place to the files that are written: one, one for each split, and what stands beside them."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from annotator.domain.exported import Exported
from annotator.domain.record import record
from annotator.errors import AnnotatorError, UsageError
from annotator.formats.dspy import Examples, loader
from annotator.formats.lines import EvalItems, FineTuning, Lines
from annotator.formats.output import whole_files
from annotator.formats.regression import Cases, Tested
from annotator.formats.tables import Csv, Parquet

LINES = {"jsonl": Lines, "openai-evals": EvalItems, "openai-ft": FineTuning, "dspy": Examples, "pytest": Cases}
SUFFIXES = {"csv": ".csv", "parquet": ".parquet"}
"""Of the data; the others' is .jsonl."""
MODULES = ("dspy", "pytest")
"""Formats with a Python file beside the data."""
APART = ("openai-ft", "pytest")
"""Formats that have no room for the split of an item."""
STDOUT = "-"


class Writer(Protocol):
    """One file's items, in order."""

    def write(self, one: Exported) -> str:
        """Why the item has no place in this format; '' where it was written."""

    def end(self) -> None: ...


@record
class Format:
    """What is written."""

    name: str
    queue: str
    configs: tuple[str, ...] = ()
    """Names of the rubric's configs, in order."""
    tested: Tested | None = None
    """Of the format pytest."""

    def writer(self, stream: BinaryIO) -> Writer:
        if self.name in SUFFIXES:
            return (Csv if self.name == "csv" else Parquet)(stream, self.configs)
        return LINES[self.name](stream)

    def module(self, data: str = "", lines: str = "") -> str:
        """The Python file beside the data, or with the data in it."""
        if self.tested is not None:
            return self.tested.module(self.queue, data, lines)
        return loader(data)

    def files(self, out: str, splits: Sequence[str]) -> dict[str, list[Path]]:
        """By split ('' for all together) the data file, and the module beside it. Raises UsageError."""
        path = Path(out).expanduser()
        folder = out.endswith("/") or path.is_dir()
        if splits and not folder and self.name in APART:
            raise UsageError(
                f"One file of {self.name} says nothing of splits.", f"Name a folder, which has a file for each: --out {path.stem}/"
            )
        suffix = SUFFIXES.get(self.name, ".jsonl")
        stem = "test_{}" if self.name == "pytest" else "{}"
        if folder:
            names = list(splits) or [re.sub(r"[^\w.-]+", "_", self.queue)]
            found = {split: path / (stem.format(name) + suffix) for split, name in zip(splits or [""], names, strict=True)}
        else:
            found = {"": path.with_suffix(suffix) if self.name in MODULES else path}
        if self.name == "pytest" and not all(data.name.startswith("test_") for data in found.values()):
            raise UsageError(f"pytest does not look into {path.name}.", "Begin the name with test_: --out tests/test_golden.py.")
        return {split: [data, data.with_suffix(".py")] if self.name in MODULES else [data] for split, data in found.items()}


@dataclass
class Outputs:
    """Open writers, by split or one under ''. What was written and left out is counted."""

    writers: dict[str, Writer]
    written: Counter[str] = field(default_factory=Counter)
    """By split; '' where there are none."""
    left: Counter[str] = field(default_factory=Counter)
    """By reason."""

    def write(self, one: Exported) -> None:
        reason = (self.writers.get("") or self.writers[one.split or ""]).write(one)
        if reason:
            self.left[reason] += 1
        else:
            self.written[one.split or ""] += 1

    def end(self) -> None:
        """Raises AnnotatorError where there is nothing: an empty golden set would pass for one."""
        for writer in self.writers.values():
            writer.end()
        if not self.written:
            raise nothing(self.left)


def nothing(left: Counter[str]) -> AnnotatorError:
    """That there is nothing to export, and why."""
    why = "; ".join(f"{count:,} {reason}" for reason, count in (+left).most_common(3))
    advice = "Judged items are exported that the filter lets through; --all takes every item."
    return AnnotatorError(f"Nothing was exported{f': {why}' if why else ''}.", advice)


@contextmanager
def into_files(kind: Format, out: str, splits: Sequence[str], force: bool) -> Iterator[Outputs]:
    """The files are there, all of them whole, when the block has ended well; else none is touched."""
    files = kind.files(out, splits)
    paths = [path for some in files.values() for path in some]
    if out.endswith("/"):
        Path(out).expanduser().mkdir(parents=True, exist_ok=True)
    with whole_files(paths, force) as streams:
        opened = dict(zip(paths, streams, strict=True))
        outputs = Outputs({split: kind.writer(opened[some[0]]) for split, some in files.items()})
        yield outputs
        outputs.end()
        for data, *modules in files.values():
            for module in modules:
                opened[module].write(kind.module(data.name).encode())


@contextmanager
def into_stream(kind: Format, stdout: BinaryIO) -> Iterator[Outputs]:
    """To standard output; a test file has its cases in itself."""
    stream = io.BytesIO() if kind.name == "pytest" else stdout
    outputs = Outputs({"": kind.writer(stream)})
    yield outputs
    outputs.end()
    if isinstance(stream, io.BytesIO):
        stdout.write(kind.module(lines=stream.getvalue().decode()).encode())
    stdout.flush()
