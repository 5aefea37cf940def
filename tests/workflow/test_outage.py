"""How long a server is left alone."""

import pytest

from annotator.errors import AnnotatorError, ServerFailure, Unauthorized, Unreachable
from annotator.workflow.outage import LONGEST_ASKED, LONGEST_PAUSE, PROBE_SECONDS, pause, wait_out


@pytest.mark.parametrize(("tries", "most"), [(0, 1), (3, 8), (6, LONGEST_PAUSE), (400, LONGEST_PAUSE)])
def test_pauses_double_up_to_a_minute(tries: int, most: float) -> None:
    assert all(most / 2 <= pause(tries) <= most for _ in range(50))


@pytest.mark.parametrize(("asked", "wanted"), [(7.0, 7.0), (200.0, 200.0), (1e9, LONGEST_ASKED)])
def test_what_the_server_asks_for_is_waited(asked: float, wanted: float) -> None:
    assert pause(3, ServerFailure("busy", retry_after=asked)) == wanted


@pytest.mark.parametrize("error", [Unreachable("gone"), ServerFailure("busy"), ServerFailure("busy", retry_after=0.0)])
def test_nothing_asked_for_is_the_usual_pause(error: AnnotatorError) -> None:
    assert 0.5 <= pause(0, error) <= 1


def waited(
    error: AnnotatorError, seconds: float, answers: list[AnnotatorError | None], stopped_after: int = 1000
) -> tuple[bool, float, int]:
    """Whether the server was found again, the seconds that were waited, and the probes."""
    waits: list[float] = []
    left = list(answers)

    def wait(some: float) -> bool:
        waits.append(some)
        return len(waits) >= stopped_after

    def probe() -> None:
        if (answer := left.pop(0)) is not None:
            raise answer

    found = wait_out(error, seconds, wait, probe)
    return found, sum(waits), len(answers) - len(left)


GONE = Unreachable("gone")


def test_a_server_that_comes_back_is_found_within_seconds() -> None:
    assert waited(GONE, 60, [GONE, GONE, None]) == (True, 3 * PROBE_SECONDS, 3)


def test_a_refusal_is_an_answer() -> None:
    assert waited(GONE, 60, [Unauthorized("who?")]) == (True, PROBE_SECONDS, 1)


def test_a_server_that_stays_away_is_waited_for_to_the_end() -> None:
    assert waited(GONE, 12, [GONE] * 9) == (False, 12, 2)


def test_a_server_that_answers_with_failures_is_left_alone() -> None:
    assert waited(ServerFailure("busy"), 60, []) == (False, 60, 0)


def test_leaving_ends_the_wait() -> None:
    assert waited(GONE, 60, [GONE] * 9, stopped_after=2) == (False, 2 * PROBE_SECONDS, 1)
