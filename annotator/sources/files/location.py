"""The files that a location names."""

import hashlib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from stat import S_ISREG

from annotator.errors import BadFile
from annotator.sources.files.shapes import ACCEPTED

SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".gz")


def files_at(location: str) -> list[Path]:
    """The file itself, or the trace files of a folder by name: its own, or where it has none those of the folders in it.

    Several locations, each on a line of its own, are those of each.
    """
    path = Path(location)
    if "\n" in location and not path.exists():
        return list(dict.fromkeys(path for one in location.split("\n") for path in files_at(one)))
    try:
        if path.is_dir():
            found = _trace_files(path, "*") or _trace_files(path, "**/*")
            if not found:
                raise BadFile(f"The folder {location} holds no trace files.", f"Put {', '.join(SUFFIXES)} files there: {ACCEPTED}.")
            return found
        if not path.exists():
            raise BadFile(f"There is no file {location}.", _nearest(path))
    except OSError as error:
        raise cannot_read(location, error) from error
    return [path]


def stamp(paths: Sequence[Path]) -> str:
    """Of the files' names, sizes, times and inodes; '' for none, and where one is no plain file (a pipe)."""
    seen = []
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            return ""
        if not S_ISREG(found.st_mode):
            return ""
        seen.append((str(path), found.st_size, found.st_mtime_ns, found.st_ino))
    return hashlib.blake2b(repr(seen).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest() if seen else ""


def cannot_read(name: str, error: OSError) -> BadFile:
    """What the operating system says, as a BadFile."""
    return BadFile(f"{name} cannot be read: {error.strerror}.", "Check the name and the rights of the file.")


def _trace_files(folder: Path, pattern: str) -> list[Path]:
    return sorted(
        path for path in folder.glob(pattern) if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    )


def _nearest(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"There is no folder {folder} either; check the path."
    near = get_close_matches(path.name, [entry.name for entry in folder.iterdir()], n=1, cutoff=0.5)
    return f"Did you mean {folder / near[0]}?" if near else "Check the path; a folder, - (standard input) and a server's URL work too."
