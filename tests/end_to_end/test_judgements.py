"""Every judgement made by keys is on the server as it was meant, and nothing else is."""

from typing import Any

from tests.end_to_end.workplace import CLIENT, PASS_FAIL, Row, Workplace, at, content, recorded, seed, small, span_ids, synced
from tests.phoenix_server import PhoenixServer, phoenix_span

THREE_KINDS = """
name = "refunds"
version = "7"
[[config]]
name = "correctness"
type = "categorical"
values = [{label = "pass", score = 1}, {label = "fail", score = 0}]
[[config]]
name = "failure"
type = "categorical"
values = ["facts", "tone"]
when = "correctness = fail"
[[config]]
name = "confidence"
type = "continuous"
lower_bound = 0
upper_bound = 100
[[config]]
name = "comment"
type = "freeform"
"""


def mine(rows: list[Row]) -> list[dict[str, Any]]:
    """Rows in a fixed order. Seconds must be a number; what is left is compared exactly."""
    found = [content(row) for row in rows]
    for row in found:
        if row["name"] != "note":
            seconds = row["metadata"].pop("seconds")
            assert isinstance(seconds, float | int) and 0 <= seconds < 600
    return sorted(found, key=lambda row: (row["target"], row["name"], row["explanation"] or ""))


def row(target: str, name: str, label: str | None, score: float | None, explanation: str | None = None, **metadata: Any) -> dict[str, Any]:
    known = {"annotator": "rita", "client": CLIENT, "rubric": "refunds@7", "model": "model-1"} | metadata
    return {
        "target": target, "name": name, "identifier": "annotator:rita", "kind": "HUMAN",
        "label": label, "score": score, "explanation": explanation, "metadata": known,
    }  # fmt: skip


def note(target: str, text: str) -> dict[str, Any]:
    return {"target": target, "name": "note", "kind": "HUMAN", "label": None, "score": None, "explanation": text, "metadata": {}}


def test_three_kinds_notes_and_explanations(phoenix: PhoenixServer, work: Workplace) -> None:
    spans = small(7)
    spans[1]["attributes"] |= {"tag.tags": ["beta", "eu"], "llm.prompt_template.version": "v3"}
    one, two, three, four, *_ = span_ids(spans)
    project = seed(phoenix, spans)
    with work.review(phoenix.url, "--project", project, "--rubric", work.rubric(THREE_KINDS)) as terminal:
        terminal.wait_for(at(1, 7))
        terminal.send("185\r")
        terminal.wait_for(at(2, 7))
        terminal.send("c")
        terminal.wait_for("─ comment ─")
        terminal.send("Could be kinder,\x0aand shorter: \x1b[200~ümlaut 日本 [b]x[/b]\x1b[201~")
        terminal.wait_for("[b]x[/b]")
        terminal.send("\r")
        terminal.send("2")
        terminal.wait_for("▸ failure")
        terminal.send("2")
        terminal.wait_for("▸ confidence")
        terminal.send("eShouts at the customer\r")
        terminal.wait_for("explained")
        terminal.send("nsee ticket 42\r")
        terminal.wait_for("note added")
        terminal.send(b"\x1b[C")
        terminal.wait_for("50▏")
        terminal.send(b"\x1b[C\x1b[1;2C")
        terminal.wait_for("61▏")
        terminal.send("\r")
        terminal.wait_for(at(3, 7))
        terminal.send(".")
        terminal.wait_for(at(4, 7))
        terminal.send("1\x1b[F\r")
        terminal.wait_for(at(5, 7))
        terminal.send("e")
        terminal.wait_for("explain confidence of item 4")
        terminal.send("certain\r")
        terminal.wait_for("explained")
        terminal.send("s")
        terminal.wait_for(at(6, 7))
        terminal.send("Dwaits for Bo\r")
        terminal.wait_for(at(7, 7))
        terminal.send("f")
        terminal.wait_for(synced)
        terminal.leave()
    rows = mine(phoenix.annotations(project))
    notes = [found for found in rows if found["name"] == "note"]
    assert [found.pop("identifier").rpartition(":")[0] for found in notes] == ["annotator:rita"]
    beta: Any = {"tags": ["beta", "eu"], "prompt_version": "v3"}
    expected = [
        row(one, "correctness", "pass", 1.0),
        row(one, "confidence", None, 85.0),
        row(two, "comment", None, None, "Could be kinder,\nand shorter: ümlaut 日本 [b]x[/b]", **beta),
        row(two, "correctness", "fail", 0.0, **beta),
        row(two, "failure", "tone", None, "Shouts at the customer", **beta),
        row(two, "confidence", None, 61.0, **beta),
        note(two, "see ticket 42"),
        row(three, "correctness", "fail", 0.0),
        row(three, "failure", "tone", None),
        row(three, "confidence", None, 61.0),
        row(four, "correctness", "pass", 1.0),
        row(four, "confidence", None, 100.0, "certain"),
    ]
    assert rows == sorted(expected, key=lambda found: (found["target"], found["name"], found["explanation"] or ""))
    states = {item["id"]: (item["state"], item["reason"]) for item in work.items()}
    assert [states[span] for span in span_ids(spans)] == [
        *[("done", "")] * 4, ("skipped", ""), ("deferred", "waits for Bo"), ("flagged", ""),
    ]  # fmt: skip


def test_real_traces_of_many_frameworks(phoenix: PhoenixServer, work: Workplace) -> None:
    spans = recorded("langchain-langgraph", "llamaindex-rag", "openai-agents", "vercel-ai-openinference", most=24)
    roots = {span["context"]["span_id"] for span in spans if span["parent_id"] is None}
    project = seed(phoenix, spans)
    with work.review(phoenix.url, "--project", project, "--rubric", work.rubric(PASS_FAIL), size=(80, 24)) as terminal:
        for position in range(1, 25):
            terminal.wait_for(at(position, 24))
            terminal.send("12"[position % 2])
        terminal.wait_for("End of the queue")
        terminal.wait_for(synced)
        terminal.leave()
    items = work.items()
    assert {item["id"] for item in items} == roots
    labels = {"1": ("pass", 1.0), "2": ("fail", 0.0)}
    wanted = {item["id"]: labels["12"[position % 2]] for position, item in enumerate(items, 1)}
    rows = phoenix.annotations(project)
    assert len(rows) == 24
    assert {found["span_id"]: (found["result"]["label"], found["result"]["score"]) for found in rows} == wanted
    for found in rows:
        assert (found["name"], found["identifier"], found["annotator_kind"]) == ("correctness", "annotator:rita", "HUMAN")
        assert set(found["metadata"]) <= {"annotator", "client", "seconds", "model", "prompt_version", "tags"}


def test_whole_traces_are_judged_as_traces(phoenix: PhoenixServer, work: Workplace) -> None:
    root = phoenix_span("agent", kind="AGENT", attributes={"input.value": "hi"})
    trace_id = root["context"]["trace_id"]
    project = seed(phoenix, [root, phoenix_span("step", trace_id=trace_id, parent_id=root["context"]["span_id"])])
    with work.review(phoenix.url, "--project", project, "--target", "trace", "--rubric", work.rubric(PASS_FAIL)) as terminal:
        terminal.wait_for(at(1, 1))
        terminal.send("nwhole\r")
        terminal.wait_for("note added")
        terminal.send("2")
        terminal.wait_for("Everything is on the server")
    assert phoenix.annotations(project) == []
    found = {row["name"]: content(row) for row in phoenix.annotations(project, [trace_id], "trace")}
    assert set(found) == {"note", "correctness"}
    assert found["correctness"]["metadata"].pop("seconds") >= 0
    assert found["correctness"] == row(trace_id, "correctness", "fail", 0.0) | {"metadata": {"annotator": "rita", "client": CLIENT}}
    assert found["note"]["explanation"] == "whole"
