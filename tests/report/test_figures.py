"""From rows in a store to the figures of a report."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from annotator.cli.report_json import whole
from annotator.cli.report_text import lines, recheck
from annotator.domain.annotation import Annotation, Identity, Target
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.outbox import Account
from annotator.domain.queue import NewItem, Queue, Selection, SourceRef
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.source import Page, ServerUser
from annotator.domain.span import Span
from annotator.errors import UsageError
from annotator.filter.facts import Reviewer
from annotator.store.store import SqliteStore
from annotator.text.cells import width_of
from annotator.workflow.report import By
from annotator.workflow.report.between import between
from annotator.workflow.report.disagreements import disputed
from annotator.workflow.report.failing import failing
from annotator.workflow.report.figures import Asked, ConfigFigures, figures
from annotator.workflow.report.rated import Judged, judged
from annotator.workflow.report.whole import report
from annotator.workflow.sync import contact
from tests.server_rows import server_rows

SERVER = "http://server"
CORRECTNESS = Criterion(CategoricalConfig("correctness", (Value("pass", 1.0), Value("fail", 0.0)), None, "MAXIMIZE"))
SCORE = Criterion(ContinuousConfig("score", 0.0, 10.0))
RUBRIC = Rubric((CORRECTNESS, SCORE), "r", "1")
ASKED = Asked({one.name: one for one in RUBRIC.criteria})
Said = Mapping[str, str | float]
"""Answers by who: `annotator:ann`; `LLM judge` for another kind."""


def filled(store: SqliteStore, said: Sequence[Said], name: str = "queue", rubric: Rubric = RUBRIC, start: int = 0) -> Queue:
    """A queue of spans s0, s1, …, and what people said of each: labels of correctness, scores of score."""
    queue = store.create(name, SourceRef(SERVER, "default", SERVER), Selection(), rubric)
    spans = [
        Span(
            f"t{n}", f"s{n}", None, "answer", ("LLM", "AGENT")[n % 2], "OK", n * 86_400 * 10**9, None, f"chat {n // 2}", "",
            {"llm.model_name": f"model-{n % 3}", "tag.tags": ["all", f"tag-{n % 2}"]},
        )
        for n in range(start, len(said))
    ]  # fmt: skip
    store.add_page(queue.source_id, Page(spans=tuple(spans)))
    store.set_loaded(queue.source_id, [span.trace_id for span in spans])
    store.add_items(queue.id, [NewItem(Target("span", span.span_id), span.trace_id, span.span_id) for span in spans])
    for n, answers in enumerate(said):
        store.keep_read(server_rows(*(row(f"s{n}", who, value) for who, value in answers.items())), store.clock())
    return queue


def row(span_id: str, who: str, value: str | float) -> Annotation:
    kind, _, identifier = who.rpartition(" ")
    name = "correctness" if isinstance(value, str) else "score"
    label, score = (value, None) if isinstance(value, str) else (None, value)
    return Annotation(Identity(SERVER, Target("span", span_id), name, identifier), label, score, None, kind or "HUMAN")


def found(store: SqliteStore, *queues: Queue, by: By | None = None) -> list[Judged]:
    return list(judged(store, queues, {}, {queue.id: Reviewer("ann", "annotator:ann") for queue in queues}, by))


def of(store: SqliteStore, said: Sequence[Said], **asked: Any) -> ConfigFigures:
    """The figures of correctness."""
    made = figures(found(store, filled(store, said)), Asked({one.name: one for one in RUBRIC.criteria}, **asked))
    return next(one for one in made if one.name == "correctness")


HARM = CategoricalConfig("harm", (Value("none", 0.0), Value("some", 1.0), Value("much", 2.0)), None, "MINIMIZE")
ANN, BEN, JUDGE = "annotator:ann", "annotator:ben", "LLM judge"


def test_two_people(store: SqliteStore) -> None:
    made = of(store, [{ANN: "pass", BEN: "pass"}, {ANN: "fail", BEN: "fail"}, {ANN: "fail", BEN: "pass"}, {ANN: "pass"}, {}])
    assert (made.level, made.people, made.reliability.units) == ("nominal", ("ann", "ben"), 3)
    [pair] = made.pairs
    assert (pair.one, pair.other) == ("ann", "ben")
    assert pair.agreement.value == pytest.approx(2 / 3)
    assert dict(pair.table) == {("pass", "pass"): 1, ("fail", "fail"): 1, ("fail", "pass"): 1}
    assert made.tied == 1  # one says fail, one pass: it counts for nothing
    assert made.failure.n == 3
    assert made.failure.value == pytest.approx(1 / 3)


def test_scores_are_an_interval_and_their_worse_half_fails(store: SqliteStore) -> None:
    queue = filled(store, [{ANN: 1.0, BEN: 2.0}, {ANN: 9.0, BEN: 9.0}])
    [made] = figures(found(store, queue), ASKED)
    assert (made.name, made.level, made.fails) == ("score", "interval", "score < 5")
    assert made.failure.value == 0.5
    assert made.reliability.alpha.value > 0.9
    assert math.isnan(made.pairs[0].kappa.value)


def test_one_person_through_two_programs_is_one(store: SqliteStore) -> None:
    store.fix_account(Account(SERVER, "ann", "px-app:1", "1"))
    made = of(store, [{"px-app:1": "pass", ANN: "pass", BEN: "pass"}])
    assert made.people == ("ann", "ben")
    assert sum(made.pairs[0].table.values()) == 1


def test_what_was_adjudicated_is_the_truth_and_agrees_with_nobody(store: SqliteStore) -> None:
    said = [{ANN: "pass", BEN: "fail", f"{ANN}:adjudicated": "fail", JUDGE: "fail"}, {ANN: "pass", BEN: "fail"}]
    made = of(store, said)
    assert (made.people, made.tied, made.failure.n, made.failure.value) == (("ann", "ben"), 1, 1, 1.0)
    assert made.judges[0].found.counts == (1, 0, 0, 0)
    items = found(store, store.queues()[0])
    assert [(one.rated.target.id, [rater.who for rater, _ in one.settled]) for one in disputed(items)] == [("s0", ["ann"]), ("s1", [])]


def test_second_verdicts_are_held_against_the_first_of_the_same_person(store: SqliteStore) -> None:
    said = [{ANN: "pass", f"{ANN}:recheck": "fail", BEN: "pass"}, {ANN: "fail", f"{ANN}:recheck": "fail"}, {BEN: "pass"}]
    made = of(store, said)
    [again] = made.repeated
    assert (again.one, again.other, again.agreement.n, again.agreement.value) == ("ann", "ann", 2, 0.5)
    assert made.people == ("ann", "ben") and made.reliability.units == 1
    assert list(disputed(found(store, store.queues()[0]))) == []


def test_a_judge_against_most_people_and_against_one(store: SqliteStore) -> None:
    cho = "annotator:cho"
    said: list[Said] = [{ANN: "fail", BEN: "pass", cho: "pass", JUDGE: "fail"}, {ANN: "fail", BEN: "fail", JUDGE: "fail"}, {JUDGE: "pass"}]
    assert of(store, said).judges[0].found.counts == (1, 1, 0, 0)
    items = found(store, store.queues()[0])
    alone = next(one for one in figures(items, Asked(ASKED.criteria, people="ann")) if one.name == "correctness")
    assert alone.judges[0].found.counts == (2, 0, 0, 0)
    assert alone.judges[0].found.judge_rate.n == 3


def test_a_judge_with_other_labels_is_read_by_its_score(store: SqliteStore) -> None:
    queue = filled(store, [{ANN: "fail"}, {ANN: "pass"}])
    rows = [Annotation(Identity(SERVER, Target("span", f"s{n}"), "correctness", "judge"), "odd", float(n), None, "LLM") for n in (0, 1)]
    store.keep_read(server_rows(*rows), store.clock())
    assert figures(found(store, queue), ASKED)[0].judges[0].found.counts == (1, 0, 0, 1)


def test_items_weigh_as_they_were_likely_to_be_taken(store: SqliteStore) -> None:
    said: list[Said] = [{ANN: "fail"}, {ANN: "fail"}, {ANN: "pass"}, {ANN: "pass"}]
    made = of(store, said, inclusion=lambda item: 1.0 if item.position <= 2 else 0.1)
    assert made.failure.value == pytest.approx(2 / (2 + 20))
    asked = Asked(ASKED.criteria, inclusion=lambda item: 1.0 if item.position <= 2 else 0.1)
    text = "\n".join(lines(report(["queue"], "", None, found(store, store.queues()[0]), asked), 80, 0))
    assert "weighted by how likely each item was to come into the queue" in text


def test_a_target_of_several_queues_counts_once(store: SqliteStore) -> None:
    said: list[Said] = [{ANN: "pass", BEN: "pass"}] * 3
    first = filled(store, said)
    second = filled(store, said[:2], "again")
    made = figures(found(store, first, second), ASKED)
    assert made[0].reliability.units == 3


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("model", {"model-0": 2, "model-1": 1, "model-2": 1}),
        ("kind", {"LLM": 2, "AGENT": 2}),
        ("day", {"1970-01-01": 1, "1970-01-02": 1, "1970-01-03": 1, "1970-01-04": 1}),
        ("session", {"chat 0": 2, "chat 1": 2}),
        ("tag", {"all": 4, "tag-0": 2, "tag-1": 2}),
        ("prompt_version", {"(none)": 4}),
    ],
)
def test_groups(store: SqliteStore, by: By, groups: dict[str, int]) -> None:
    queue = filled(store, [{ANN: "pass"}] * 4)
    made = report(["queue"], "", by, found(store, queue, by=by), ASKED)
    assert {section.group: section.items for section in made.sections} == {"": 4} | groups


def test_two_side_by_side(store: SqliteStore) -> None:
    items = found(store, filled(store, [{ANN: "pass", JUDGE: "fail"}, {ANN: "fail", JUDGE: "fail"}, {BEN: "pass"}]))
    [side] = between(items, ("me", "judge"), ASKED.criteria)
    assert (side.one, side.other, dict(side.table)) == ("ann", "judge", {("pass", "fail"): 1, ("fail", "fail"): 1})
    with pytest.raises(UsageError) as error:
        between(items, ("me", "jugde"), ASKED.criteria)
    assert error.value.advice == "Who did: judge."


@pytest.mark.parametrize(
    ("config", "named", "said"),
    [
        (CORRECTNESS.config, (), "fail"),
        (HARM, (), "much"),
        (HARM, ("some", "much"), "much, some"),
        (CategoricalConfig("ok", (Value("Yes"), Value("No"))), (), "No"),
        (ContinuousConfig("score", 0.0, 10.0, None, "MINIMIZE"), (), "score > 5"),
        (None, (), "wrong"),
        (FreeformConfig("text"), (), "wrong"),
    ],
)  # fmt: skip
def test_what_fails(config: Any, named: tuple[str, ...], said: str) -> None:
    assert failing(config, ["right", "wrong"], named).said == said


def test_a_judges_figures_say_that_they_are_weighted_where_they_are(store: SqliteStore) -> None:
    said: list[Said] = [{ANN: "fail", JUDGE: "fail"}, {ANN: "fail"}, {ANN: "pass", JUDGE: "pass"}, {ANN: "pass", JUDGE: "fail"}]
    items = found(store, filled(store, said))
    for inclusion, weighted in ((lambda item: 1.0 if item.position <= 2 else 0.1, 1), (lambda item: 0.1, 0)):
        asked = Asked(ASKED.criteria, inclusion=inclusion)
        made = report(["queue"], "", None, items, asked)
        text = "\n".join(lines(made, 80, 0))
        assert text.partition("\nJUDGE ")[2].count("weighted by how likely") == weighted
        [judge] = whole(made)["groups"][0]["configs"][0]["judges"]
        assert (judge["weighted"], judge["uncorrected"]) == (bool(weighted), None)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([{ANN: "fail", JUDGE: "pass"}, {ANN: "pass", JUDGE: "fail"}], "no better than chance: TPR + TNR is 1 or less"),
        ([{ANN: "fail", JUDGE: "fail"}], "people pass none of what it judged"),
        ([{ANN: "pass", JUDGE: "fail"}, {ANN: "fail"}], "people fail none of what it judged"),
    ],
)
def test_a_rate_that_is_not_corrected_says_why(store: SqliteStore, said: list[Said], reason: str) -> None:
    text = lines(report(["queue"], "", None, found(store, filled(store, said)), ASKED), 80, 0)
    assert f"  corrected     not known         {reason}" in text


def test_what_is_not_sure_is_not_said_to_be(store: SqliteStore) -> None:
    said: list[Said] = [{ANN: word, BEN: word, JUDGE: word} for word in ("pass", "pass", "pass", "fail", "fail")]
    items = found(store, filled(store, said))
    made = report(["queue"], "", None, items, Asked(ASKED.criteria, width=0.1))
    text = "\n".join(lines(made, 80, 5))
    assert "1.00 (.57–1)      1.00              1.00\n· kappa, alpha: interval not known: too few that differ\n" in text
    assert "· alpha: how many more items make the interval that narrow cannot be told" in text
    assert ": the interval is that narrow" not in text and "(1–1)" not in text
    [config] = whole(made)["groups"][0]["configs"]
    assert config["alpha"] == {"value": 1.0, "low": None, "high": None, "n": 5} and config["more"]["alpha"] is None


def test_labels_that_say_nothing_have_no_failure_rate(store: SqliteStore) -> None:
    rubric = Rubric((Criterion(CategoricalConfig("correctness", (Value("red"), Value("blue")))),))
    queue = filled(store, [{ANN: "red", JUDGE: "blue"}], rubric=rubric)
    asked = Asked({one.name: one for one in rubric.criteria})
    assert [(one.fails, one.failure.n, one.judges) for one in figures(found(store, queue), asked)] == [("", 0, ())]
    [named] = figures(found(store, queue), Asked(asked.criteria, fails=("red",)))
    assert (named.fails, named.failure.value, named.judges[0].found.counts) == ("red", 1.0, (0, 0, 1, 0))


def test_who_adjudicates_has_rows_beside_the_web_uis(store: SqliteStore) -> None:
    user = ServerUser("ann", "VXNlcjox")
    assert contact(store, SERVER, "ann", user).identifier == "px-app:VXNlcjox"
    settled = contact(store, SERVER, "ann:adjudicated", user)
    assert (settled.identifier, settled.user_id) == ("annotator:ann:adjudicated", "VXNlcjox")


def test_what_others_wrote_reaches_no_terminal_as_it_is(store: SqliteStore) -> None:
    evil = "\x1b[31m\u202e\nevil" * 9
    queue = filled(store, [{evil: evil, ANN: "pass", f"LLM {evil}": evil}] * 2)
    made = report([evil], evil, "kind", found(store, queue, by="kind"), Asked({}, fails=(evil,), width=0.1), (evil, "ann"))
    for line in (*lines(made, 80, 20), *recheck(made, 80)):
        assert line.isprintable() and width_of(line) <= 80, line
