"""The file that `--log` names: what was done and where it failed; never a payload or a key."""

import logging
import os
import traceback
from collections.abc import Iterator
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from typing import Any

from annotator.errors import AnnotatorError, UsageError

SIZE = 1_000_000
KEPT = 2
"""Bytes of the file, and how many full ones are kept beside it."""


def log_to(path: str) -> None:
    """Raises UsageError where it cannot be written."""
    try:
        target = _Private(path, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The log {path} cannot be written: {error.strerror}.", "Name a file in a folder that is there.") from None
    target.setFormatter(WithoutPayloads("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("annotator")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(target)


class _Private(RotatingFileHandler):
    """Each file is for its owner alone."""

    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        return open(self.baseFilename, self.mode, encoding=self.encoding, errors="backslashreplace", opener=opener)  # type: ignore[return-value]


class WithoutPayloads(logging.Formatter):
    """Tracebacks without the words of errors that are not ours: those of pydantic, json or KeyError quote what they were given."""

    def formatException(self, ei: Any) -> str:
        return "\n".join(_told(ei[1]))


def _told(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _told(before)
        yield "after which:"
    yield "Traceback:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
    yield f"{type(error).__name__}: {error}" if isinstance(error, AnnotatorError | OSError) else type(error).__name__
