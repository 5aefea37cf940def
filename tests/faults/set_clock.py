"""annotator with a clock that a test sets: `python set_clock.py FILE ARGUMENTS…`; FILE holds the seconds that are added to the time."""

import sys
import time
from pathlib import Path

_real = time.time
_added = Path(sys.argv[1])


def _set() -> float:
    return _real() + float(_added.read_text() or 0)


if __name__ == "__main__":
    time.time = _set
    from annotator.cli.main import main

    sys.exit(main(sys.argv[2:]))
