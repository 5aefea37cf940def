"""Images, sounds and files that travel in a trace, saved as files of their own."""

import base64
import binascii
import mimetypes
import os
import re
from pathlib import Path

from annotator.domain.message import Part
from annotator.errors import BadFile, StoreError

SUFFIXES = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "audio/wav": ".wav", "audio/x-wav": ".wav",
    "audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/ogg": ".ogg", "application/pdf": ".pdf", "text/plain": ".txt",
    "application/json": ".json", "video/mp4": ".mp4",
}  # fmt: skip
"""The usual ending of the usual types; `mimetypes` depends on the machine."""
BEGINNINGS = (
    (b"\x89PNG\r\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"%PDF-", ".pdf"), (b"OggS", ".ogg"), (b"ID3", ".mp3"),
)  # fmt: skip
"""How files of a type begin, for parts without a type."""
PASSIVE = re.compile(r"(image|audio|video)/[\w.+-]+|application/(pdf|json)|text/plain")
"""Types that may be opened by a double click: all others are saved as .bin, so that no display runs what a trace brought."""
MOST = 1000
"""Files of one name and day in one folder."""


def save(part: Part, folder: Path, stem: str) -> Path:
    """Write the bytes of a part to a new file `stem[-N].suffix`, readable by its owner; nothing is ever replaced.

    Raises BadFile where the data is no base64, StoreError where it cannot be written.
    """
    data = decoded(part)
    suffix = suffix_of(part.mime, data)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:60] or part.kind
    for number in range(MOST):
        path = folder / f"{name}{f'-{number + 1}' if number else ''}{suffix}"
        try:
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise _unwritable(path, error) from None
        try:
            with open(opened, "wb") as file:
                file.write(data)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise _unwritable(path, error) from None
        return path
    raise StoreError(f"{folder} holds {MOST} files named {name}.", "Move them elsewhere.")


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written: {error.strerror}.", "Make room in that folder, or start annotator in another.")


def harmless(path: Path) -> bool:
    """False for what is only kept, and not to be opened: nobody knows what a program makes of it."""
    return path.suffix != ".bin"


def decoded(part: Part) -> bytes:
    """The bytes of a part. Raises BadFile where its data is no base64, or none travelled in the trace."""
    data = part.data.strip()
    if data.startswith("data:"):
        data = data.partition(",")[2]
    data = re.sub(r"\s+", "", data).translate(str.maketrans("-_", "+/"))
    if not data:
        raise BadFile(f"The trace names this {part.kind}, but its data did not travel in it.", "")
    try:
        return base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadFile(f"The data of this {part.kind} is no base64: it was cut or changed before it came here.", "") from None


def suffix_of(mime: str | None, data: bytes) -> str:
    """The ending of a file of this type; `.bin` for what is not known, or could be run by a click."""
    kind = (mime or "").partition(";")[0].strip().lower()
    if not kind:
        if data[:4] == b"RIFF":
            return {b"WAVE": ".wav", b"WEBP": ".webp"}.get(data[8:12], ".bin")
        return next((suffix for beginning, suffix in BEGINNINGS if data.startswith(beginning)), ".bin")
    if kind == "image/svg+xml" or not PASSIVE.fullmatch(kind):
        return ".bin"
    return SUFFIXES.get(kind) or mimetypes.guess_extension(kind) or ".bin"
