import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.text.block import Block
from annotator.text.line import Line
from annotator.text.lines.layout import find, lay_out, shortened
from tests.recorded import traces
from tests.text.shown import blocks

LONG = "\n".join(f"line {number}" for number in range(60))
STORY = [
    Block("q", "s", "user", "USER", "Why?", weight="question", summary="Why?"),
    Block("sys", "s", "system", "SYSTEM", LONG, weight="background", summary="line 0 line 1"),
    Block("steps", "", "group", "", weight="background", summary="2 steps  CALL look ✗, ASSISTANT"),
    Block("call", "s", "call", "CALL", "where: 1", head="look", summary="look  where: 1"),
    Block("err", "s", "error", "✗", "Boom: it broke", detail="stack 1\nstack 2", weight="error", summary="Boom: it broke"),
    Block("say", "s", "assistant", "ASSISTANT", LONG, summary="line 0"),
    Block("a", "s", "assistant", "ANSWER", "Because.", weight="answer", summary="Because."),
    Block("f", "s", "facts", "", "model · 4.2s", weight="background", summary="model", note=True),
]


def rows(lines: Sequence[Line]) -> list[str]:
    return [line.plain.rstrip() for line in lines]


def test_fits_by_folding_steps_first() -> None:
    shown = rows(lay_out(STORY, 60, 20, {}))
    assert len(shown) <= 20
    assert shown[:2] == ["USER", "Why?"] and "ANSWER" in shown and "Because." in shown
    assert any(row.startswith("SYSTEM    ▸ line 0") and row.endswith("(+59 lines)") for row in shown)
    assert any(row.startswith("✗         Boom: it broke") and row.endswith("(stack: 2 lines)") for row in shown)
    assert any(re.search(r"\(\+5\d lines\)$", row) for row in shown), "what is hidden is counted"
    assert len(shown) == 20, "free rows are used"


def test_smallest_screen_keeps_question_error_and_answer() -> None:
    shown = rows(lay_out(STORY, 60, 6, {}))
    assert [row.split(" ")[0] for row in shown] == ["USER", "SYSTEM", "▸", "✗", "ANSWER", "model"]


def test_folds_win_and_move_nothing_else() -> None:
    natural = rows(lay_out(STORY, 60, 20, {}))
    opened = rows(lay_out(STORY, 60, 20, {"sys": False}))
    assert sum("line 59" in row for row in opened) == 1
    assert [row for row in opened if not row.strip().startswith("line") and "SYSTEM" not in row] == [
        row for row in natural if not row.strip().startswith("line") and "SYSTEM" not in row
    ]
    assert "stack 2" in "\n".join(rows(lay_out(STORY, 60, 20, {"err": False})))
    assert len(rows(lay_out(STORY, 60, 20, {"say": True}))) < len(natural)
    assert {"sys", "err", "say"} <= shortened(STORY, 60, 20, {}) and "q" not in shortened(STORY, 60, 20, {})
    assert "sys" not in shortened(STORY, 60, 20, {"sys": False})


def test_a_group_opens() -> None:
    assert "steps" in shortened(STORY, 60, 6, {})
    shown = rows(lay_out(STORY, 60, 6, {"steps": False}))
    assert any(row.startswith("▾ 2 steps") for row in shown) and any(row.startswith("ASSISTANT") for row in shown)


def test_search_finds_folded_text_opens_it_and_marks_every_match() -> None:
    found = find(STORY, "LINE 5")
    assert len(found) == 2 * 11 and found[0][0] == 1
    assert not find(STORY, "")
    last = next(place for place, (index, _) in enumerate(found) if index == 5)
    lines = lay_out(STORY, 60, 20, {}, "LINE 5", last)
    pieces = [(line.block, piece) for line in lines for piece in line.pieces]
    assert [(index, piece.text) for index, piece in pieces if piece.style == "selected"] == [(5, "line 5")]
    assert sum(piece.style == "match" for index, piece in pieces if index == 5) == 10


def test_a_long_question_and_a_long_answer_share_the_room() -> None:
    story = [
        Block("q", "s", "user", "USER", LONG, weight="question", summary="q"),
        Block("a", "s", "assistant", "ANSWER", LONG, weight="answer", summary="a"),
    ]
    shown = rows(lay_out(story, 60, 20, {}))
    assert len(shown) == 20 and shown[0] == "USER" and "ANSWER" in shown
    assert shown[shown.index("ANSWER") - 2] == "line 59", "the end of a question is seen"


def test_json_is_coloured() -> None:
    (block,) = [Block("r", "s", "result", "=", '{"a": 1, "b": "x"}', syntax="json", summary="")]
    pieces = [(piece.text, piece.style) for piece in lay_out([block], 60, 10, {})[0].pieces]
    assert ('"a"', "name") in pieces and ("1", "number") in pieces and ('"x"', "string") in pieces


@settings(max_examples=40, deadline=None)
@given(st.integers(20, 130), st.integers(4, 60), st.sampled_from(["openai-chat", "langchain-langgraph", "edge-mild"]), st.data())
def test_no_line_is_wider_than_the_screen(width: int, height: int, name: str, data: st.DataObject) -> None:
    trace = data.draw(st.sampled_from(traces(name)))
    found = blocks(trace)
    folds = data.draw(st.dictionaries(st.sampled_from([block.key for block in found]), st.booleans(), max_size=4))
    query = data.draw(st.sampled_from(["", "the", "e"]))
    for line in lay_out(found, width, height, folds, query, 0):
        assert cell_len(line.plain) <= width, line
        assert "\n" not in line.plain and -1 <= line.block < len(found)


def calls(count: int) -> list[Block]:
    """A question, earlier turns, calls with their results, an answer."""
    made = [STORY[0], Block("earlier", "", "group", "", weight="background", summary="2 earlier messages")]
    made += [Block(f"e{number}", "s", "user", "USER", f"before {number}", summary=f"before {number}") for number in (1, 2)]
    made.append(Block("steps", "", "group", "", weight="background", summary=f"{count} steps"))
    for number in range(count):
        made.append(Block(f"c{number}", "s", "call", "CALL", f"n: {number}", head="look", summary=f"look  n: {number}"))
        made.append(Block(f"r{number}", "s", "result", "=", f"found {number}\nand more", summary=f"found {number} and more"))
    return [*made, *STORY[-2:]]


def test_the_steps_come_before_the_earlier_turns() -> None:
    roomy, tight = rows(lay_out(calls(4), 60, 30, {})), rows(lay_out(calls(4), 60, 22, {}))
    assert any("before 1" in row for row in roomy) and sum("and more" in row for row in roomy) == 4
    assert not any("before 1" in row for row in tight) and sum("and more" in row for row in tight) == 4
    assert "▸ 2 earlier messages" in tight
    assert any("before 1" in row for row in rows(lay_out(calls(4), 60, 22, {"earlier": False})))


def test_a_call_ends_with_its_result_where_that_has_no_row() -> None:
    shown = rows(lay_out(calls(4), 60, 8, {}))
    assert [row for row in shown if row.startswith("CALL")] == [f"CALL      ▸ look  n: {n}  =  found {n} and more" for n in range(4)]
    assert not any(row.startswith("=") or "step" in row for row in shown)
    opened = rows(lay_out(calls(4), 60, 8, {"c2": False}))
    assert [row for row in opened if "found 2" in row or "and more" in row][2:4] == ["=         found 2", "          and more"]
    assert {"c2", "steps"} & shortened(calls(4), 60, 8, {}) == {"c2"}
    opened = rows(lay_out(calls(4), 60, 8, {"steps": False}))
    assert sum(row.startswith("=") for row in opened) == 4
    roomy = rows(lay_out(calls(4), 60, 10, {}))
    assert sum(row.startswith("=") for row in roomy) == 2 and len(roomy) == 10, "the last results have the rows that are left"


def test_a_group_says_only_what_has_no_row() -> None:
    shown = rows(lay_out(calls(12), 60, 12, {}))
    assert shown[2] == "▸ 5 more steps: CALL look, CALL look, CALL look, CALL look,…"
    assert [row for row in shown if row.startswith("CALL")] == [f"CALL      ▸ look  n: {n}  =  found {n} and more" for n in range(5, 12)]
    all_hidden = rows(lay_out(calls(12), 60, 5, {}))
    assert any(row.startswith("▸ 12 steps") for row in all_hidden) and not any("CALL  " in row for row in all_hidden)
    assert any(row.startswith("▾ 12 steps") for row in rows(lay_out(calls(12), 60, 12, {"steps": False})))
    error = [STORY[0], STORY[2], STORY[4], *STORY[-2:]]
    assert [row.split()[0] for row in rows(lay_out(error, 60, 4, {}))] == ["USER", "✗", "ANSWER", "model"]


def turns(count: int) -> list[Block]:
    """A question after earlier turns of the session."""
    made = [STORY[0], Block("earlier", "", "group", "", weight="background", summary=f"{count} earlier turns")]
    for number in range(count):
        for kind, title in (("user", "USER"), ("assistant", "ANSWER")):
            text = f"{kind} {number}"
            made.append(Block(f"turn/t{number}/{kind}", "", kind, title, text, weight="background", summary=text))
    return [*made, *STORY[-2:]]


def test_the_newest_turns_have_the_rows_that_are_left() -> None:
    shown = rows(lay_out(turns(7), 60, 17, {}))
    assert "▸ 2 more earlier turns" in shown and len(shown) <= 17
    assert [row.split()[-1] for row in shown if row.startswith("USER      user")] == ["2", "3", "4", "5", "6"]
    assert "▾ 7 earlier turns" in rows(lay_out(turns(7), 60, 40, {}))


def test_parts_of_the_background_open_where_there_is_room() -> None:
    others = Block("o", "s", "others", "OTHER", "one\ntwo\nthree", weight="background", summary="3 spans: one two three")
    story = [STORY[0], Block("sys", "s", "system", "SYSTEM", "a\nb", weight="background", summary="a b"), STORY[-2], others, STORY[-1]]
    low, high = rows(lay_out(story, 60, 8, {})), rows(lay_out(story, 60, 20, {}))
    assert any(row.startswith("OTHER     ▸ 3 spans") for row in low)
    assert "OTHER     one" in high and "          three" in high and "          b" in high
    assert any(row.startswith("SYSTEM    ▸ line 0") for row in rows(lay_out(STORY, 60, 60, {}))), "a long prompt stays folded"


def test_a_page_without_ends_uses_the_rows_and_goes_on() -> None:
    raw = [Block(f"k{n}", "s", "attribute", "", LONG, f"key.{n}", summary=f"key.{n}  line 0") for n in range(30)]
    shown = rows(lay_out(raw, 60, 20, {}))
    assert sum(row.strip().startswith("key.") for row in shown) == 30 and len(shown) == 30 * 6
    few = rows(lay_out(raw[:2], 60, 60, {}))
    assert len(few) == 60
