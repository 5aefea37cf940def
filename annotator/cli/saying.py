"""What the verbs print for people: names, labels and paths are data, and a terminal may be reading."""

import sys

from annotator.text.escape import visible
from annotator.text.facts import counted


def say(text: str, aside: bool = False) -> None:
    """A line on stdout, or aside on stderr, with control characters made visible."""
    print(visible(text), file=sys.stderr if aside else sys.stdout)


def were(count: int, thing: str) -> str:
    """1 row was, 2 rows were."""
    return f"{counted(count, thing)} {'was' if count == 1 else 'were'}"
