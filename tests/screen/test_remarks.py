"""What is said of a queue's rules when it is filled."""

from pathlib import Path

from tests.screen.scene import PASS_FAIL, Scene, traces
from tests.terminal import Terminal


def test_a_slip_in_a_rule_is_said_when_the_queue_is_filled(tmp_path: Path) -> None:
    scene = Scene(tmp_path, traces(3), rubric=PASS_FAIL)
    command = [*scene.review, "--trigger", "llm.corectness < 0.5", "--trigger", "latency < 9h"]
    with Terminal(command, (140, 40), scene.environment, tmp_path) as terminal:
        said = "No annotation is named 'corectness' here (rule llm.corectness < 0.5); nearest: correctness."
        terminal.wait_for(lambda lines: any(said in line for line in lines))
