"""queue.toml: what it says, and what is wrong in it, with the line and the nearest word."""

from pathlib import Path

import pytest

from annotator.config.queue_file import load_queue_file, rate_of
from annotator.domain.ordering import Ordering
from annotator.domain.queue import Rule
from annotator.domain.queue_file import QueueFile
from annotator.errors import FilterError, QueueFileError
from annotator.filter.parsing import parse

WHOLE = """
order = "stratified"
by = "kind"
seed = 7
limit = 200
reviewers = 3
overlap = 2
[[rule]]
name = "errors"
when = "any(status = error) or latency > 10s"
priority = 1
[[rule]]
name = "sample"
rate = "5%"
cap = 100
reviewers = ["mira", "bob", "mira"]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(written: str) -> QueueFile:
    """What a file says."""
    file = Path("queue.toml")
    file.write_text(written)
    return load_queue_file(file, parse)


def test_everything() -> None:
    rules = (
        Rule("errors", "any(status = error) or latency > 10s", priority=1), Rule("sample", rate=0.05, cap=100, reviewers=("mira", "bob")),
    )  # fmt: skip
    assert read(WHOLE) == QueueFile(Ordering("stratified", by="kind"), 7, 200, 3, 2, rules)


def test_nothing() -> None:
    assert read("") == QueueFile()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('order = "uncertain"\nby = "llm.correctness"\nnear = 0.25', Ordering("uncertain", by="llm.correctness", near=0.25)),
        ('order = "uncertain:llm.correctness@0.25"', Ordering("uncertain", by="llm.correctness", near=0.25)),
        ('order = "random:3"', Ordering("random", 3)),
        ('order = "newest"', Ordering("newest")),
    ],
)
def test_orders_are_those_of_the_command_line(written: str, meant: Ordering) -> None:
    assert read(written).ordering == meant


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("5%", 0.05), ("5 %", 0.05), ("0.05", 0.05), ("100%", 1), ("1", 1), (".5", 0.5), ("0", None), ("101%", None), ("x", None),
        ("-1%", None),
    ],
)  # fmt: skip
def test_shares(text: str, rate: float | None) -> None:
    assert rate_of(text) == (None if rate is None else pytest.approx(rate))


RULE = '[[rule]]\nname = "a"\n'


@pytest.mark.parametrize(
    ("written", "title", "advice"),
    [
        ('ordr = "newest"', "queue.toml:1: unknown key 'ordr'.", "Did you mean order?"),
        ('order = "newst"', "queue.toml:1: newst is not an order.", "Nearest: newest."),
        ('limit = 5\nby = "kind"', "queue.toml:2: by is for stratified and uncertain orders alone.", "Leave it out"),
        ('order = "stratified"\nby = "kind"\nnear = 1', "queue.toml:3: near is for uncertain orders alone.", "Leave it out"),
        ('order = "stratified"\nby = "latency"', "queue.toml:2: stratified:latency: latency is not", "stratified:kind"),
        ("limit = 0", "queue.toml:1: limit is 0.", "a whole number of 1 or more"),
        ("seed = 1.5", "queue.toml:1: seed is 1.5.", "a whole number of 0 or more"),
        ("reviewers = 2\noverlap = 3", "queue.toml:2: overlap is 3, and reviewers is 2.", "more reviewers"),
        ("[rule]\nname = 1", "queue.toml:1: rule is a table.", "[[rule]]"),
        ('[[rule]]\nnmae = "a"', "queue.toml:2: unknown key 'nmae'.", "Did you mean name?"),
        ("[[rule]]\ncap = 3", "queue.toml:1: a rule has no name.", 'name = "errors"'),
        (RULE + "rate = 5", "queue.toml:3: rate 5 is no share", 'Did you mean "5%"?'),
        (RULE + 'rate = "0%"', "queue.toml:3: rate '0%' is no share", '"5%"'),
        (RULE + "cap = true", "queue.toml:3: cap is true or false", "a plain number"),
        (RULE + "cap = 0", "queue.toml:3: cap is 0.", "1 or more"),
        (RULE + 'reviewers = "mira"', "queue.toml:3: reviewers of a rule is a list of names.", '["mira"]'),
        (RULE + "\n" + RULE, "queue.toml:5: there are two rules named 'a'.", "a name of its own"),
        ("limit = ", "queue.toml:1: not TOML", "quotes"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(written: str, title: str, advice: str) -> None:
    with pytest.raises(QueueFileError) as caught:
        read(written)
    assert caught.value.title.startswith(title) and advice in caught.value.advice


@pytest.mark.parametrize(
    ("when", "said", "position"),
    [("status = erorr", "There is no status 'erorr'.", 9), ("", "The filter ends", 0), ("latency > ", "Here a duration should come.", 9)],
)
def test_a_mistake_in_a_condition_is_pointed_at_inside_the_file(when: str, said: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        read(f'{RULE}\n# slow ones\nwhen = "{when}"')
    assert caught.value.title.startswith(f"queue.toml:5: {said}")
    assert (caught.value.text, caught.value.position) == (when.strip(), position)
