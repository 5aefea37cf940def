"""Files that are there whole or not at all."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from annotator.errors import UsageError


@contextmanager
def whole_files(paths: Sequence[Path], force: bool) -> Iterator[list[BinaryIO]]:
    """Streams of files that get their names together, when the block ends well; nothing is left of them when it does not.

    Raises UsageError where one is there already (unless `force`), or cannot be made.
    """
    for path in paths:
        _check(path, force)
    temporary = [path.with_name(f".{path.name}.{secrets.token_hex(4)}.part") for path in paths]
    try:
        with ExitStack() as stack:
            streams: list[BinaryIO] = []
            try:
                for path in temporary:
                    streams.append(stack.enter_context(path.open("xb")))
            except OSError as error:
                raise cannot(paths[len(streams)], error) from error
            try:
                yield streams
                for stream in streams:
                    stream.flush()
                    os.fsync(stream.fileno())
            except OSError as error:
                raise cannot(paths[0], error) from error
        for path in paths:
            _check(path, force)
        for part, path in zip(temporary, paths, strict=True):
            os.replace(part, path)
    finally:
        for part in temporary:
            part.unlink(missing_ok=True)


def _check(path: Path, force: bool) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder.", "Name a file; a folder is for --split.")
    if path.exists() and not force:
        raise UsageError(f"{path} is there already.", "Name another file, or add --force to replace it.")


def cannot(path: Path, error: OSError) -> UsageError:
    """That a file cannot be written, and why."""
    return UsageError(f"{path} cannot be written: {error.strerror or error}.", "Choose another place, or make room.")
