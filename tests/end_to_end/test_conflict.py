"""Another client changed my row: nothing is overwritten in silence, and one key decides."""

import pytest

from tests.end_to_end.test_changes import RITA, put
from tests.end_to_end.workplace import CLIENT, Workplace, at, content, seed, small, span_ids, synced
from tests.phoenix_server import PhoenixServer


@pytest.mark.parametrize(("key", "said"), [("m", "it is sent again"), ("t", "theirs is kept")])
def test_a_row_that_another_client_changed(phoenix: PhoenixServer, work: Workplace, key: str, said: str) -> None:
    spans = small(3)
    first, second, _ = span_ids(spans)
    project = seed(phoenix, spans)
    with work.review(phoenix.url, "--project", project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(1, 3))
        terminal.send("1")
        terminal.wait_for(at(2, 3))
        terminal.wait_for(synced)
        put(phoenix, first, RITA, "fail", 0.25, explanation="seen in the web UI", metadata={"by": "bob"})
        (theirs,) = phoenix.annotations(project)
        terminal.send("k")
        terminal.wait_for(at(1, 3))
        terminal.send("esounds fine\r")
        terminal.wait_for("changed by another client; b decides")
        assert phoenix.annotations(project) == [theirs], "nothing is overwritten before a person decides"
        terminal.wait_for("1 parked")
        terminal.send("\r")
        terminal.wait_for(at(2, 3))
        terminal.send("2")
        terminal.wait_for(at(3, 3))
        terminal.wait_for(lambda lines: "↑" not in lines[0])
        assert {row["span_id"] for row in phoenix.annotations(project)} == {first, second}, "the rest goes on"
        terminal.send("b")
        lines = terminal.wait_for("theirs: fail 0.25 seen in the web UI")
        assert any("correctness = pass 1 sounds fine" in line for line in lines)
        terminal.send(key)
        terminal.wait_for(said)
        terminal.send("\x1b")
        terminal.wait_for(synced)
        (now,) = [row for row in phoenix.annotations(project) if row["span_id"] == first]
        if key == "t":
            assert now == theirs
        else:
            assert now["metadata"].pop("seconds") >= 0
            assert content(now) == {
                "target": first, "name": "correctness", "identifier": RITA, "kind": "HUMAN", "label": "pass", "score": 1.0,
                "explanation": "sounds fine", "metadata": {"annotator": "rita", "client": CLIENT, "model": "model-1"},
            }  # fmt: skip
        terminal.send("k")
        terminal.wait_for(at(2, 3))
        terminal.send("k")
        terminal.wait_for("[2 fail]" if key == "t" else "[1 pass]")
    assert work.outbox() == (0, 0)
    (kept,) = next(item for item in work.items() if item["id"] == first)["annotations"]
    assert (kept["label"], kept["explanation"]) == (("fail", "seen in the web UI") if key == "t" else ("pass", "sounds fine"))
    assert kept["synced"]
