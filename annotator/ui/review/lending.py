"""A text in the person's editor: lent, and taken back as far as it can be."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from annotator.domain.record import record
from annotator.errors import UsageError
from annotator.ui.programs import editor

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

LARGEST = 16_000_000
"""Bytes of a file that is read back."""


@record
class Edited:
    """What the editor left."""

    text: str
    """Bytes that are no UTF-8 are kept as surrogates, so that the file can be given back as it was."""
    trouble: str = ""
    """Why it must not be kept as it is; '' where nothing is wrong."""


def edited(screen: "ReviewScreen", text: str, name: str) -> Edited | None:
    """Let a text be edited in $VISUAL or $EDITOR; None where it could not be, which is said. Raises UsageError without an editor."""
    command = editor(os.environ)
    program = Path(command[0]).name
    with tempfile.TemporaryDirectory(prefix="annotator-") as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode("utf-8", "surrogateescape") if text.isascii() or _encodes(text) else text.encode("utf-8", "replace"))
        path.chmod(0o600)
        try:
            code = screen.host.lend_terminal([*command, str(path)])
        except OSError as error:
            screen.desk.say(f"{program} cannot be started: {error.strerror}", "error")
            return None
        except SuspendNotSupported:
            screen.desk.say("there is no terminal to edit on", "error")
            return None
        screen.redraw()
        try:
            with path.open("rb") as file:
                found = file.read(LARGEST + 1)
        except OSError:
            return Edited(text, f"{program} left no file")
    back = found[:LARGEST].decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    if code:
        return Edited(back, f"{program} ended with exit code {code}")
    if any("\udc80" <= char <= "\udcff" for char in back):
        return Edited(back, "the file is no UTF-8 text")
    return Edited(back)


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def has_editor() -> bool:
    """A person said which one: $VISUAL or $EDITOR is set, and there."""
    if not any(os.environ.get(name, "").strip() for name in ("VISUAL", "EDITOR")):
        return False
    try:
        editor(os.environ)
    except UsageError:
        return False
    return True
