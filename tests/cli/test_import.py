"""`annotator import` on the command line: what is kept, what is refused, what is said."""

import json
from pathlib import Path

import pytest

from annotator.cli.import_annotations import MAP
from tests.cli.program import Program, trace_lines

EVALS = """span_id,document_position,name,label,score,explanation
bbbb000100000000,,quality,good,1,why
bbbb000200000000,,quality,,high,
bbbb000300000000,,note,good,,
bbbb000300000000,,quality,bad,inf,
ffffffffffffffff,,quality,bad,0,
no such span,,quality,bad,0,
bbbb000100000000,,quality,bad,0,
bbbb000100000000,,quality,good,1,why
cccc000100000000,0,relevance,,1,
"""


@pytest.fixture
def filled(tmp_path: Path) -> Program:
    program = Program(tmp_path)
    (tmp_path / "traces.jsonl").write_text(trace_lines(3), "utf-8")
    program.run("pull", "traces.jsonl", "--as", "ann").done()
    (tmp_path / "evals.csv").write_text(EVALS, "utf-8")
    return program


def rows(program: Program) -> dict[str, list[dict[str, object]]]:
    return {item["span_id"]: item["annotations"] for item in program.run("list", "--json").records}


def test_bad_rows_are_named_and_the_good_ones_kept(filled: Program) -> None:
    done = filled.run("import", "evals.csv")
    assert done.code == 1
    assert done.lines == ["evals: 2 new, 0 changed, 1 unchanged, 6 bad", "  1 row is about traces that are not here"]
    assert done.err.splitlines() == [
        "  line 3: score 'high' is not a number",
        "  line 4: The name 'note' is reserved for notes",
        "  line 5: inf is not a score",
        "  line 7: no trace here has the span 'no such span', and it is no id",
        "  line 8: line 2 says another quality of this span; give rows an identifier to keep both",
        "  line 10: document_position 0 is out of bounds: the span has 0 documents",
    ]
    [row] = rows(filled)["bbbb000100000000"]
    assert row.items() >= {
        "name": "quality", "label": "good", "score": 1.0, "explanation": "why", "annotator_kind": "LLM",
        "identifier": "import:evals", "mine": False, "synced": False,
    }.items()  # fmt: skip
    assert "quality  good  1  span chain 1  LLM import:evals" in filled.run("show", "bbbb0001").out


def test_twice_changes_nothing_and_undo_takes_it_back(filled: Program) -> None:
    filled.run("import", "evals.csv")
    before = rows(filled)
    done = filled.run("import", "evals.csv")
    assert done.code == 1 and done.lines[0] == "evals: 0 new, 0 changed, 3 unchanged, 6 bad"
    assert rows(filled) == before
    assert filled.run("import", "--undo").done().lines == ["evals: 2 rows taken back"]
    assert not any(rows(filled).values())
    filled.run("import", "--undo").error(2, "no import to take back")


def test_a_dry_run_does_nothing(filled: Program) -> None:
    done = filled.run("import", "evals.csv", "--dry-run")
    assert done.lines[0] == "evals: 2 would be new, 0 changed, 1 unchanged, 6 bad" and not any(rows(filled).values())


def test_from_stdin_with_a_name_and_a_kind(filled: Program) -> None:
    data = "".join(json.dumps({"span_id": f"bbbb000{n}00000000", "score": n / 4}) + "\n" for n in (1, 2))
    filled.run("import", "-", "--name", "rank", "--kind", "code", stdin=data).done()
    [row] = rows(filled)["bbbb000200000000"]
    assert (row["name"], row["score"], row["annotator_kind"], row["identifier"]) == ("rank", 0.5, "CODE", "import:stdin")


def test_a_persons_own_row_is_never_changed(filled: Program) -> None:
    filled.run("annotate", "bbbb0001", "correctness=pass", "--as", "ann").done()
    data = json.dumps({"span_id": "bbbb000100000000", "name": "correctness", "label": "fail", "identifier": "annotator:ann"})
    filled.run("import", "-", "--kind", "HUMAN", stdin=data).done()
    mine, theirs = rows(filled)["bbbb000100000000"]
    assert (mine["label"], mine["mine"]) == ("pass", True)
    assert (theirs["label"], theirs["mine"], theirs["identifier"]) == ("fail", False, "import:stdin:annotator:ann")


def test_with_a_map(filled: Program) -> None:
    (filled.folder / "support.toml").write_text(MAP, "utf-8")
    trace = f"aaaa0001{'0' * 24}"
    (filled.folder / "tickets.csv").write_text(
        f"id,Trace,rating,comment,channel,status\n7,{trace},up,quick,chat,solved\n8,{trace},down,,phone,\n", "utf-8"
    )
    done = filled.run("import", "tickets.csv", "--map", "support.toml")
    assert done.lines == ["support: 2 new, 0 changed, 0 unchanged, 1 bad"]
    assert done.err == "  line 3: line 2 says another user_feedback of this trace; give rows an identifier to keep both\n"
    shown = filled.run("show", trace).out
    assert f"resolved  solved  trace {trace}  HUMAN import:support" in shown
    assert "user_feedback  positive  1" in shown and "\n  quick\n" in shown


def test_mistakes_in_the_map_and_columns_that_are_not_there(filled: Program) -> None:
    (filled.folder / "m.toml").write_text(MAP.replace("comment", "coment"), "utf-8")
    (filled.folder / "t.csv").write_text("id,Trace,rating,comment,channel,status\n", "utf-8")
    filled.run("import", "t.csv", "--map", "m.toml").error(2, "m.toml:8: the file has no column 'coment'", "Did you mean comment?")
    data = json.dumps({"Trace": f"aaaa0001{'0' * 24}", "rating": "up", "comment": "x", "channel": "a", "status": "b", "id": 1})
    done = filled.run("import", "-", "--map", "m.toml", stdin=data)
    assert done.code == 1 and "1 new" in done.out and "the file has no column 'coment'" in done.err
    (filled.folder / "m.toml").write_text("[target]\nspan = 's'\n", "utf-8")
    filled.run("import", "t.csv", "--map", "m.toml").error(2, "m.toml:2: unknown key 'span'", "Did you mean span_id?")


def test_what_cannot_be(filled: Program) -> None:
    filled.run("import").error(2, "nothing to import")
    filled.run("import", "missing.csv").error(2, "missing.csv cannot be read")
    filled.run("import", "evals.csv", "--push").error(2, "came from files", "--to URL")
    filled.run("import", "evals.csv", "--map", "m.toml", "--name", "x").error(2, "A map says names")
    filled.run("import", "evals.csv", "--undo").error(2, "--undo takes the last import back")
    (filled.folder / "empty.csv").write_bytes(b"")
    filled.run("import", "empty.csv").error(2, "empty.csv is empty", "CSV, JSON Lines")


def test_many_rows(filled: Program) -> None:
    lines = "".join(f"bbbb000{1 + n % 3}00000000,score {n},{n / 7}\n" for n in range(5000))
    (filled.folder / "many.csv").write_text(f"span_id,name,score\n{lines}", "utf-8")
    assert filled.run("import", "many.csv").done().lines == ["many: 5,000 new, 0 changed, 0 unchanged, 0 bad"]
    assert filled.run("import", "many.csv").done().lines == ["many: 0 new, 0 changed, 5,000 unchanged, 0 bad"]
    bad = "".join(f"bbbb000100000000,score {n},x\n" for n in range(60))
    done = filled.run("import", "-", stdin=f"span_id,name,score\n{bad}")
    assert len(done.err.splitlines()) == 51 and done.err.endswith("  … and 10 more\n")
