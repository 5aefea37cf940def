"""What is known of the way to the terminal."""

import io
import sys
import threading

from annotator.ui.outlet import WINDOW, Outlet


def outlet() -> Outlet:
    return Outlet(io.StringIO(), lambda: None)


def send(way: Outlet, size: int) -> None:
    way.write(way.give("x" * size, ask=True))


def test_an_answer_to_a_question_from_before_a_resize_never_holds_frames_back() -> None:
    """The late answer is taken for the next question's; that one's own must not take back what was heard."""
    way = outlet()
    send(way, WINDOW)
    way.begin()
    send(way, WINDOW)
    heard = [way.heard(), way.heard()]
    assert heard == [way.given, way.given]
    way.shown = heard[-1]
    assert way.has_room and way.has_shown(way.given)


def test_answers_are_heard_while_the_screen_looks_whether_there_is_room() -> None:
    """Looked at twice, the newest question would be taken away in between, within 100,000 rounds."""
    way = outlet()
    ended = threading.Event()

    def listen() -> None:
        while not ended.is_set():
            way.heard()

    listening = threading.Thread(target=listen)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    listening.start()
    try:
        for _ in range(200_000):
            way.give("x", ask=True)
            assert not way.has_room, "what was given is still to be written"
    finally:
        sys.setswitchinterval(interval)
        ended.set()
        listening.join()
