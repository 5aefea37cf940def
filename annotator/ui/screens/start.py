"""The start screen: what there is to review, where nothing was named."""

import threading
from collections.abc import Callable
from pathlib import Path

from textual import on
from textual.app import App
from textual.message import Message
from textual.screen import Screen

from annotator.keymap.keymap import Keymap
from annotator.text.line import Piece, line
from annotator.ui.compositor import LeanCompositor
from annotator.ui.driver import ReviewDriver
from annotator.ui.widgets.chooser import Choice, Chooser

TRACE_FILES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".gz")
FILES_SHOWN = 20


class Projects(Message):
    """The projects of a server on the default port."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__()


class StartApp(App[str], inherit_bindings=False):
    """Returns `demo`, a path, `queue NAME`, or `URL PROJECT`; None where it was closed."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, keymap: Keymap, queues: list[str], folder: Path, url: str, probe: Callable[[], list[str]]) -> None:
        super().__init__(driver_class=ReviewDriver, ansi_color=True)
        self.keymap, self.url, self.probe = keymap, url, probe
        self.choices = [Choice(f"queue {name}", line(Piece(name, "strong")), "queue") for name in queues]
        self.choices += [Choice(str(path), line(Piece(path.name)), "file here") for path in trace_files(folder)]
        self.choices.append(Choice("demo", line(Piece("demo", "strong")), "sample traces, no set-up"))

    def get_default_screen(self) -> Screen[None]:
        screen = super().get_default_screen()
        screen._compositor = LeanCompositor()
        return screen

    def on_mount(self) -> None:
        self._ask("looking for a Phoenix on the default port …")
        threading.Thread(target=lambda: self.post_message(Projects(self.probe())), daemon=True).start()

    @on(Projects)
    def _found(self, message: Projects) -> None:
        """Offer the projects above the files; the list is shown anew."""
        at = sum(choice.detail == "queue" for choice in self.choices)
        self.choices[at:at] = [Choice(f"{self.url} {name}", line(Piece(name, "strong")), self.url) for name in message.names]
        self.pop_screen()
        self._ask("what to review?")

    def _ask(self, title: str) -> None:
        self.push_screen(Chooser(f"annotator · {title}", self.choices, self._command), self._chosen)

    def _command(self, key: str) -> str | None:
        command = self.keymap.command(("list", "everywhere"), key)
        return "list_close" if command and command.id == "quit" else command.id if command else None

    def _chosen(self, choice: str | None) -> None:
        self.exit(choice)


def trace_files(folder: Path) -> list[Path]:
    """Files of the folder that may hold traces, newest first."""
    found = [path for path in folder.iterdir() if path.is_file() and path.suffix in TRACE_FILES]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[:FILES_SHOWN]
