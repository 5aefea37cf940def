"""What `show` prints around a trace: the session's turns, annotations, the span tree."""

import json
import re
from pathlib import Path

from tests.cli.program import Program, trace_lines
from tests.recorded import FOLDER, traces


def test_turns_annotations_and_tree(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.run("pull", str(FOLDER / "langchain-langgraph.phoenix-spans.jsonl.gz"), "--as", "ada")
    rag = traces("langchain-langgraph")[1]
    root = rag.spans[0]
    program.run("annotate", root.span_id, "correctness=fail", "--explanation", "too\nshort", "--as", "ada").done()
    shown = program.run("show", rag.trace_id).done().out
    assert "USER  turn 1\nCan I return an opened climbing rope?" in shown and "turn 2 of 3" in shown
    assert "1 later turn of this session" in shown
    when = r"\d{4}-\d\d-\d\d \d\d:\d\d"
    assert re.search(rf"ANNOTATIONS\ncorrectness  fail  0  span rag_chain  HUMAN annotator:ada  {when}\n  too\n  short\n", shown)
    tree = shown[shown.index("TREE\n") :].splitlines()
    assert tree[1].startswith("chain  rag_chain") and len(tree) == 11 and "      retriever  VectorStoreRetriever" in tree[4]
    assert "ANNOTATIONS" not in program.run("show", rag.spans[2].span_id).done().out


def test_an_id_of_the_list_means_the_whole_trace_in_every_form(tmp_path: Path) -> None:
    program = Program(tmp_path)
    (tmp_path / "traces.jsonl").write_text(trace_lines(2))
    program.run("pull", "traces.jsonl").done()
    [root, _] = [record["id"] for record in program.run("list", "--json").done().records]
    child, trace = "cccc000100000000", f"aaaa0001{'0' * 24}"
    for form in ([], ["--json"], ["--raw"]):
        assert program.run("show", root, *form).done() == program.run("show", trace, *form).done(), form
    assert [span["span_id"] for span in program.run("show", root, "--json").done().json["spans"]] == [root, child]
    assert [span["span_id"] for span in program.run("show", child, "--json").done().json["spans"]] == [child]
    assert "question 1" in program.run("show", root, "--raw").done().out and "prompt 1" in program.run("show", root, "--raw").done().out
    assert "question 1" not in program.run("show", child, "--raw").done().out
    program.run("queue", "remove", "traces", "--yes").done()
    program.run("pull", "traces.jsonl", "--target", "span").done()
    assert [span["span_id"] for span in program.run("show", root, "--json").done().json["spans"]] == [root], "an item is a span here"


def test_show_begins_with_what_it_shows_and_ends_with_the_tree(tmp_path: Path) -> None:
    program = Program(tmp_path)
    lines = trace_lines(1).replace('"status_code": "OK"', '"status_code": "ERROR"', 1)
    (tmp_path / "traces.jsonl").write_text(lines)
    program.run("pull", "traces.jsonl").done()
    first, second, *rest = program.run("show", "aaaa0001").done().lines
    assert (first, second) == (f"chain 1  ✗ ERROR  trace aaaa0001{'0' * 24}  span bbbb000100000000", "")
    assert [line.split("  ")[0] for line in rest[rest.index("TREE") + 1 :] if line.strip()] == ["chain", ""]
    child = program.run("show", "cccc0001").done().lines
    assert child[0] == f"llm 1  OK  trace aaaa0001{'0' * 24}  span cccc000100000000" and "TREE" in child


def test_every_turn_of_a_session_is_shown(tmp_path: Path) -> None:
    program = Program(tmp_path)
    rows = [json.loads(line) for line in trace_lines(30).splitlines()]
    for row in rows:
        row["attributes"]["session.id"] = "s"
    (tmp_path / "traces.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    program.run("pull", "traces.jsonl").done()
    said = program.run("show", f"aaaa{10:04x}").done().out
    assert all(f"question {n}\n" in said for n in range(1, 31))
    assert "(20 later turns of this session)" in said and "before they are opened" not in said and "more turn" not in said
