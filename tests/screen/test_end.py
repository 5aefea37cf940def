"""The end of a queue: what was passed over."""

from pathlib import Path

from annotator.text.cells import width_of
from tests.screen.scene import ENTER, Scene, press, traces


def test_the_end_says_of_what_was_passed_over_what_was_asked_and_why_at_every_width(tmp_path: Path) -> None:
    asked = "日本語の問い " + "and many more words " * 20
    spans = traces(3)
    spans[1]["attributes"]["llm.input_messages"][0]["message"]["content"] = asked
    with Scene(tmp_path, spans).open((80, 24)) as terminal:
        press(terminal, "s", "S", "the reason goes on and on " * 4, ENTER, "j")
        lines = terminal.wait_for("End of the queue")
        assert any("1  skipped  question 001" in one for one in lines)
        for columns, rows in ((80, 24), (120, 40)):
            terminal.resize(columns, rows)
            lines = terminal.wait_for(lambda lines: any("2  skipped  the reason goes" in one and "日本語の問い" in one for one in lines))
            [said] = [one for one in lines if "日本語の問い" in one]
            assert "…  日本語の問い" in said and said.endswith("…") and width_of(said) <= columns
        assert any("3  todo     question 003" in one for one in lines)
