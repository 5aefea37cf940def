"""What the verbs print for people: names, labels and paths are data, and a terminal may be reading."""

import sys
import time

from annotator.text.escape import visible
from annotator.text.facts import counted


def say(text: str, aside: bool = False) -> None:
    """A line on stdout, or aside on stderr, with control characters made visible."""
    print(visible(text), file=sys.stderr if aside else sys.stdout)


def were(count: int, thing: str) -> str:
    """1 row was, 2 rows were."""
    return f"{counted(count, thing)} {'was' if count == 1 else 'were'}"


class Meter:
    """One line of progress on stderr, at most five times a second; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self.last = 0.0
        self.width = 0

    def __call__(self, text: str) -> None:
        if sys.stderr.isatty() and time.monotonic() - self.last > 0.2:
            self.last = time.monotonic()
            print(f"\r{text:<{self.width}}", end="", file=sys.stderr, flush=True)
            self.width = max(self.width, len(text))

    def end(self) -> None:
        if self.width:
            print(f"\r{'':<{self.width}}\r", end="", file=sys.stderr, flush=True)
