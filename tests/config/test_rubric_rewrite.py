"""A rubric's file is written anew around what did not change: its comments stay, and what goes is said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.cli.rubric import FILE
from annotator.config.rubric_file import parse_rubric
from annotator.config.rubric_rewrite import rewritten
from annotator.domain.annotation_config import CategoricalConfig, FreeformConfig, Value
from annotator.domain.rubric import Criterion, Rubric

OWN = parse_rubric("", FILE)
FIRST, SECOND = OWN.criteria
LATE = Criterion(FreeformConfig("why"), required=False)
TABLES = """# of the team

name = "r"
# which one
version = "1"    # bump it
[[config]] # one
type = "categorical"
name = "q"
  # labels
[[config.values]]
label = "a" # first
[[config.values]]
label = "b"
# a remark

# two follows
[[config]]
name = "w"
type = "freeform"
# the end
"""


def test_nothing_changed_nothing_written() -> None:
    for text in (FILE, TABLES, FILE.replace("\n", "\r\n"), TABLES.rstrip("\n")):
        made = rewritten(text, parse_rubric("", text))
        assert made.text.rstrip() == text.rstrip() and not made.lost


def test_a_changed_value_keeps_its_place_and_its_comment() -> None:
    made = rewritten(FILE, replace(OWN, version="3"))
    assert made.text == FILE.replace('version = "2"', 'version = "3"') and not made.lost
    tables = parse_rubric("", TABLES)
    made = rewritten(TABLES, replace(tables, version="2", owner="q"))
    assert made.text == TABLES.replace('version = "1"    # bump it\n', 'version = "2"    # bump it\nowner = "q"\n')


def test_configs_are_moved_added_and_removed_with_what_was_said_of_them() -> None:
    turned = rewritten(FILE, replace(OWN, criteria=(LATE, replace(SECOND, when=None), FIRST)))
    assert turned.lost == ("# asked only after that answer",)
    assert turned.text.index('"why"') < turned.text.index('"failure"') < turned.text.index('"correctness"')
    assert "# both are shown on demand while reviewing" in turned.text
    tables = parse_rubric("", TABLES)
    fewer = rewritten(TABLES, replace(tables, criteria=tables.criteria[1:]))
    assert set(fewer.lost) == {"# one", "# labels", "# first"}
    assert fewer.text.startswith("# of the team\n\nname") and "# two follows" in fewer.text
    first = tables.criteria[0]
    one = replace(first, config=CategoricalConfig("q", (Value("a"), Value("c"))))
    assert "# first" in rewritten(TABLES, replace(tables, criteria=(one,))).lost


def test_what_cannot_be_read_is_written_anew() -> None:
    made = rewritten("# mine\nname = [", OWN)
    assert parse_rubric("", made.text) == OWN and made.lost == ("# mine",)
    inline = 'config = [{ name = "q", type = "freeform" }] # all\n'
    made = rewritten(inline, OWN)
    assert parse_rubric("", made.text) == OWN and made.lost == ("# all",)


CONFIGS = st.lists(st.sampled_from([FIRST, SECOND, LATE, replace(FIRST, key="y"), replace(SECOND, required=False, when=None)]), min_size=1)


@given(st.sampled_from([FILE, TABLES, "", "# a\n" + FILE.replace("\n", "\r\n")]), CONFIGS, st.sampled_from(["", "a\n#b", '"""', "é"]))
def test_what_is_written_is_read_again(text: str, criteria: list[Criterion], said: str) -> None:
    once = {criterion.name: criterion for criterion in criteria}
    ordered = sorted(once.values(), key=lambda one: one.name == "failure")
    if FIRST.name not in once:
        ordered = [replace(one, when=None) for one in ordered]
    rubric = Rubric(tuple(ordered), said, "1", "", said)
    made = rewritten(text, rubric)
    assert parse_rubric("", made.text) == rubric
    again = rewritten(made.text, rubric)
    assert again.text == made.text and not again.lost


@pytest.mark.parametrize("line", ['a = """\n# no comment\n"""', "a = '# nor this'"])
def test_a_sign_in_a_text_is_no_comment(line: str) -> None:
    text = FILE.replace('owner = "support quality"', line.replace("a =", "owner ="))
    assert not rewritten(text, replace(OWN, owner="q")).lost
