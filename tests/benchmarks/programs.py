"""The programs that are timed, each with the folder and the environment it gets."""

import os
import shutil
import sys
from pathlib import Path

from tests.benchmarks.clocked import Clocked

MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello")
Hello().run()
"""
SCROLLING = """
import os
os.environ["TEXTUAL_ANIMATIONS"] = "none"
from rich.segment import Segment
from textual.app import App
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
class Text(ScrollView, can_focus=True):
    def on_mount(self):
        self.lines = open("text").read().splitlines()
        self.virtual_size = Size(100, len(self.lines))
    def render_line(self, y):
        return Strip([Segment(self.lines[y + self.scroll_offset.y])]).crop_extend(0, self.size.width, self.rich_style)
class Scrolling(App):
    def compose(self):
        yield Text()
Scrolling().run()
"""
VISIDATA_ROWS = 20_000


class Stage:
    """A folder with a home of its own, and the programs started in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        home = str(folder)
        self.env = {
            "PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(Path(__file__).parents[2]), "ANNOTATOR_NAME": "ann",
            "HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home,
            "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        (folder / "hello.py").write_text(MINIMAL)
        (folder / "scrolling.py").write_text(SCROLLING)

    def annotator(self, store: Path, *options: str) -> Clocked:
        """The review screen on the store's queue; a source among the options fills a new one."""
        return self._start(sys.executable, "-m", "annotator", "review", *options, "--store", str(store))

    def minimal(self) -> Clocked:
        """Textual with one line of text."""
        return self._start(sys.executable, "hello.py")

    def visidata(self, rows: int) -> Clocked:
        table = self.folder / f"{rows}.csv"
        if not table.exists():
            table.write_text("row,name,words\n" + "".join(f"row{n},name {n % 97},{n * 7919} words of row {n}\n" for n in range(rows)))
        return self._start("vd", "--config=/dev/null", table.name)

    def neomutt(self, mails: int) -> Clocked:
        box = self.folder / "mbox"
        if not box.exists():
            date = "Thu, 1 Jan 2026 00:00:00 +0000"
            box.write_text("".join(
                f"From ann@example.com Thu Jan  1 00:00:00 2026\nFrom: ann@example.com\nTo: bob@example.com\nDate: {date}\n"
                f"Message-ID: <{n}@example.com>\nSubject: letter {n:05} about number {n * 7919}\n\nText of letter {n}.\n\n"
                for n in range(mails)
            ))  # fmt: skip
        return self._start("neomutt", "-n", "-F", "/dev/null", "-e", f"set folder={self.folder}", "-R", "-f", "mbox")

    def vim(self, lines: int) -> Clocked:
        self._write_text(lines)
        return self._start("vim", "-u", "NONE", "-N", "-R", "text")

    def scroll_view(self, lines: int) -> Clocked:
        """Textual's own ScrollView over the same text, without animations."""
        self._write_text(lines)
        return self._start(sys.executable, "scrolling.py")

    def _write_text(self, lines: int) -> None:
        text = "".join(f"line{n} " + f"a sentence of {n * 7919} words " * (1 + n % 3) + "\n" for n in range(lines))
        (self.folder / "text").write_text(text)

    def _start(self, *argv: str) -> Clocked:
        return Clocked(argv, self.env, str(self.folder))


def installed(program: str) -> bool:
    return shutil.which(program) is not None
