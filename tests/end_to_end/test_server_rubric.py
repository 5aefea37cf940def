"""How to judge, from the server: the project's configs in their order, asked where there are many."""

from collections.abc import Callable
from typing import Any

from tests.end_to_end.workplace import CLIENT, Workplace, at, content, seed, small, span_ids, synced
from tests.phoenix_server import PhoenixServer
from tests.server_configs import Configs


def labels(*names: str) -> dict[str, Any]:
    return {"values": [{"label": name, "score": index} for index, name in enumerate(names)]}


def asks(*names: str) -> Callable[[list[str]], bool]:
    """The configs in view, from above the strip of last verdicts."""

    def shown(lines: list[str]) -> bool:
        end = next((index for index, line in enumerate(lines) if line.startswith(" last ")), 0)
        start = max((index for index, line in enumerate(lines[:end]) if line.startswith("──")), default=end)
        return [line[3:].split()[0] for line in lines[start + 1 : end] if line[3:].strip()] == list(names)

    return shown


def test_assigned_configs_oldest_first_all_three_kinds(phoenix: PhoenixServer, work: Workplace, configs: Configs) -> None:
    spans = small(3)
    project = seed(phoenix, spans)
    quality = configs.add("CATEGORICAL", "quality", **labels("bad", "good"))
    remark = configs.add("FREEFORM", "remark")
    certainty = configs.add("CONTINUOUS", "certainty", lower_bound=1, upper_bound=5)
    configs.add("CATEGORICAL", "elsewhere", **labels("a", "b"))
    configs.assign(project, certainty, remark, quality)
    with work.review(phoenix.url, "--project", project) as terminal:
        terminal.wait_for(at(1, 3))
        terminal.wait_for(asks(quality, remark, certainty))
        terminal.send("2")
        terminal.wait_for("1/2 answered")
        terminal.send("c")
        terminal.wait_for(f"─ {remark} ─")
        terminal.send("well put\r")
        terminal.wait_for("well put")
        terminal.send("4\r")
        terminal.wait_for(at(2, 3))
        terminal.send("1")
        terminal.wait_for("1/2 answered")
        terminal.wait_for(synced)
        terminal.leave()
    rows = {(row["span_id"], row["name"]): content(row) for row in phoenix.annotations(project)}
    first, second, _ = span_ids(spans)
    assert {key: (row["label"], row["score"], row["explanation"]) for key, row in rows.items()} == {
        (first, quality): ("good", 1.0, None),
        (first, remark): (None, None, "well put"),
        (first, certainty): (None, 4.0, None),
        (second, quality): ("bad", 0.0, None),
    }
    assert all(row["metadata"].keys() == {"annotator", "client", "seconds", "model"} for row in rows.values())
    assert all(row["metadata"]["client"] == CLIENT for row in rows.values())
    with work.review(phoenix.url, "--project", project) as terminal:
        lines = terminal.wait_for(at(2, 3))
        assert any("[1 bad]" in line for line in lines), "a partial answer is kept, and its item is the first without a verdict"


def test_more_than_five_are_asked_before_the_screen(phoenix: PhoenixServer, work: Workplace, configs: Configs) -> None:
    project = seed(phoenix, small(2))
    names = [configs.add("CATEGORICAL", f"config{number}", **labels("no", "yes")) for number in range(6)]
    configs.assign(project, *names)
    said = work.run("pull", phoenix.url, "--project", project, code=2)
    assert "more than five annotation configs" in said and f"--config NAME …: {', '.join(names)}" in said
    with work.review(phoenix.url, "--project", project) as terminal:
        lines = terminal.wait_for("numbers or names, separated by spaces:")
        assert any("Judge by which annotation configs?" in line for line in lines)
        assert [name for line in lines for name in names if line.endswith(name)] == names
        terminal.send(f"3 nothing {names[0]}\r")
        terminal.wait_for("'nothing' is not in the list")
        terminal.send(f"3 {names[0]}\r")
        terminal.wait_for(at(1, 2))
        terminal.wait_for(asks(names[2], names[0]))
        terminal.send("2")
        terminal.wait_for("1/2 answered")
        terminal.send("1")
        terminal.wait_for(at(2, 2))
        terminal.wait_for(synced)
    assert {row["name"]: row["result"]["label"] for row in phoenix.annotations(project)} == {names[2]: "yes", names[0]: "no"}


def test_configs_by_name(phoenix: PhoenixServer, work: Workplace, configs: Configs) -> None:
    project = seed(phoenix, small(2))
    quality = configs.add("CATEGORICAL", "quality", **labels("bad", "good"))
    said = work.run("pull", phoenix.url, "--project", project, "--config", quality.replace("quality", "qualty"), code=2)
    assert f"Did you mean '{quality}'?" in said
    with work.review(phoenix.url, "--project", project, "--config", "user_feedback", quality) as terminal:
        terminal.wait_for(at(1, 2))
        terminal.wait_for(asks("user_feedback", quality))


def test_user_feedback_is_never_taken_by_itself(phoenix: PhoenixServer, work: Workplace) -> None:
    """A server whose only config is the one that every Phoenix starts with."""
    project = seed(phoenix, small(1))
    with work.review(phoenix.url, "--project", project) as terminal:
        lines = terminal.wait_for(at(1, 1))
        terminal.wait_for(asks("correctness"))
        assert "--config user_feedback takes it" in " ".join(" ".join(lines).split())


def test_what_i_judged_elsewhere_comes_in_as_done(phoenix: PhoenixServer, work: Workplace) -> None:
    spans = small(5)
    project = seed(phoenix, spans)
    ids = span_ids(spans)

    def row(span_id: str, identifier: str, label: str) -> dict[str, Any]:
        result = {"label": label, "score": 1, "explanation": None}
        return {"span_id": span_id, "name": "correctness", "annotator_kind": "HUMAN", "identifier": identifier, "result": result}

    rows = [
        row(ids[0], "annotator:rita", "pass"), row(ids[1], "annotator:bob", "pass"),
        row(ids[2], "annotator:rita", "fail"), row(ids[3], "annotator:rita", "perhaps"),
    ]  # fmt: skip
    phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": rows})
    untouched = phoenix.annotations(project)
    with work.review(phoenix.url, "--project", project, "--rubric", work.rubric()) as terminal:
        terminal.wait_for(at(2, 5))
        terminal.wait_for(synced)
        terminal.leave()
    assert [item["state"] for item in work.items()] == ["done", "todo", "done", "todo", "todo"]
    work.run("push")
    assert phoenix.annotations(project) == untouched
