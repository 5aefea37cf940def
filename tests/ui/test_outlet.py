"""What is known of the way to the terminal."""

import io

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
