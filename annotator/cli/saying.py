"""What the verbs print for people: names, labels and paths are data, and a terminal may be reading."""

import sys

from annotator.text.escape import visible


def say(text: str, aside: bool = False) -> None:
    """A line on stdout, or aside on stderr, with control characters made visible."""
    print(visible(text), file=sys.stderr if aside else sys.stdout)
