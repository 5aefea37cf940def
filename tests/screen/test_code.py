"""Code in an answer gets its colours after the frame that shows it; the next item's come with it."""

from pathlib import Path

from tests.screen.scene import Scene, shows, span
from tests.terminal import Terminal


def answering(number: int) -> dict[str, object]:
    root = span(number)
    answer = f"answer {number:03}\n\n```python\ndef total_{number}(items):\n    return sum(items)  # all\n```"
    root["attributes"]["llm.output_messages"] = [{"message": {"role": "assistant", "content": answer}}]
    return root


def colour(terminal: Terminal, word: str) -> str:
    """The colour of a word's first letter; '' where it is not on the screen."""
    for y, line in enumerate(terminal.lines()):
        if (x := line.find(word)) >= 0:
            return terminal.colour(x, y)
    return ""


def test_code_is_coloured(tmp_path: Path) -> None:
    with Scene(tmp_path, [answering(1), answering(2)]).open((80, 24)) as terminal:
        terminal.wait_for(lambda lines: colour(terminal, "def total_1") == "magenta")
        assert colour(terminal, "# all") not in ("", "default") and colour(terminal, "(items)") == "default"
        terminal.send("j")
        terminal.wait_for(shows(2))
        terminal.wait_for(lambda lines: colour(terminal, "def total_2") == "magenta")
