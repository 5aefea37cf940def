"""How long to leave a server alone that failed or does not answer."""

import random
from collections.abc import Callable

from annotator.errors import AnnotatorError, Unreachable

LONGEST_PAUSE = 60.0
LONGEST_ASKED = 3600.0
"""A server that asks for more than an hour is asked again all the same."""
PROBE_SECONDS = 5.0
"""How often a server that cannot be reached is asked for a sign of life, with the smallest of requests."""


def pause(tries: int, error: AnnotatorError | None = None) -> float:
    """Seconds before the next try: what the server asked for, else doubling from one, with jitter so that many clients do not come
    back together.
    """
    asked = getattr(error, "retry_after", None)
    if asked:
        return float(min(LONGEST_ASKED, asked))
    return float(min(LONGEST_PAUSE, 2.0 ** min(tries, 10)) * random.uniform(0.5, 1.0))


def wait_out(error: AnnotatorError, seconds: float, wait: Callable[[float], bool], probe: Callable[[], object]) -> bool:
    """Wait so long, or until the server answers again where it could not be reached; True where it did.

    `wait` waits so many seconds, True where nothing is to be waited for any more; `probe` asks the server, and raises where it is silent.
    """
    left = seconds
    while isinstance(error, Unreachable) and left > PROBE_SECONDS:
        if wait(PROBE_SECONDS):
            return False
        left -= PROBE_SECONDS
        try:
            probe()
        except Unreachable:
            continue
        except AnnotatorError:  # an answer too
            pass
        return True
    wait(left)
    return False
