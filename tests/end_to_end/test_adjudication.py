"""Two people differ on a real server; one of them settles it, in a row beside both."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

from tests.end_to_end.workplace import Workplace, at, seed, small, span_ids, synced
from tests.phoenix_server import PhoenixServer


def test_a_user_settles_what_others_said_in_a_row_beside_her_own(phoenix_with_auth: PhoenixServer, tmp_path: Path) -> None:
    server = phoenix_with_auth
    key = server.keys["alice"]
    her = server.done("GET", "/v1/user", key=key)["data"]["id"]
    spans = small(3)
    first, second, third = span_ids(spans)
    project = seed(server, spans)
    work = Workplace(tmp_path, name=None, PHOENIX_API_KEY=key)
    work.run("pull", server.url, "--project", project, "--rubric", work.rubric())
    for span_id in (first, second, third):
        work.run("annotate", span_id, "correctness=pass")
    work.run("push")
    rows = [
        {
            "span_id": span_id, "name": "correctness", "annotator_kind": kind, "identifier": identifier,
            "result": {"label": label, "score": float(label == "pass")},
        }
        for kind, identifier in (("HUMAN", "bob"), ("LLM", "judge"))
        for span_id, label in ((first, "pass"), (second, "fail"))
    ]  # fmt: skip
    server.done("POST", "/v1/span_annotations?sync=true", {"data": rows}, key=server.keys["admin"])
    made: dict[str, Any] = json.loads(work.run("report", "--json", "--pull"))
    [config] = made["groups"][0]["configs"]
    assert (config["units"], config["tied"], [one["id"] for one in made["disagreements"]]) == (2, 1, [second])
    command = re.search(r"annotator review (--adjudicate .*)", work.run("report"))
    assert command
    with work.review(*shlex.split(command[1])) as terminal:
        terminal.wait_for(at(1, 1))
        terminal.send("2")
        terminal.wait_for("End of the queue")
        terminal.wait_for(synced)
        terminal.leave()
    held = {row["identifier"]: row for row in server.annotations(project, [second])}
    assert {identifier: row["result"]["label"] for identifier, row in held.items()} == {
        f"px-app:{her}": "pass", "bob": "fail", "judge": "fail", "annotator:alice:adjudicated": "fail",
    }  # fmt: skip
    assert held["annotator:alice:adjudicated"]["user_id"] == her
    judged = json.loads(work.run("report", "--json", "--queue", project))["groups"][0]["configs"][0]["judges"][0]
    assert (judged["true_positives"], judged["true_negatives"], judged["accuracy"]["value"]) == (1, 1, 1.0)
    assert work.outbox() == (0, 0)
    with work.review("--queue", project) as terminal:  # she is herself again
        terminal.wait_for("3 done")
