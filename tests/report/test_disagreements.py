"""What the report lists as disagreements, and what the filter `disagreement` offers to settle."""

from annotator.domain.queue import Queue
from annotator.filter.facts import Reviewer
from annotator.filter.parsing import parse
from annotator.store.store import SqliteStore
from annotator.workflow.filtering import Sieve
from annotator.workflow.report.disagreements import disputed
from tests.report.test_figures import ANN, BEN, JUDGE, filled, found, row
from tests.server_rows import server_rows

SETTLED, AGAIN = f"{ANN}:adjudicated", f"{ANN}:recheck"


def listed(store: SqliteStore, queue: Queue, settled: bool = False) -> list[tuple[str, str]]:
    return [(one.rated.target.id, one.rated.name) for one in disputed(found(store, queue)) if bool(one.settled) == settled]


def offered(store: SqliteStore, queue: Queue, text: str = "disagreement") -> list[str]:
    """Ids of the items that a filter lets through."""
    return [item.target.id for batch in Sieve(store, queue, parse(text), Reviewer()).through() for item, matches in batch if matches]


def test_what_was_adjudicated_is_not_offered_again(store: SqliteStore) -> None:
    queue = filled(store, [{ANN: "pass", BEN: "fail", SETTLED: "fail"}, {ANN: "pass", BEN: "fail"}, {ANN: "pass", JUDGE: "fail"}])
    assert offered(store, queue) == ["s1", "s2"] == [id_ for id_, _ in listed(store, queue)]
    assert offered(store, queue, "disagreement.correctness") == ["s1", "s2"]
    assert listed(store, queue, settled=True) == [("s0", "correctness")]


def test_a_second_verdict_of_the_same_person_makes_no_disagreement_and_settles_none(store: SqliteStore) -> None:
    first = {ANN: "pass", AGAIN: "fail"}
    queue = filled(store, [first, first | {BEN: "fail"}, first | {BEN: "pass"}])
    assert offered(store, queue) == ["s1"] == [id_ for id_, _ in listed(store, queue)]


def test_what_settles_one_config_leaves_the_other_open(store: SqliteStore) -> None:
    queue = filled(store, [{ANN: "pass", BEN: "fail", SETTLED: "fail"}])
    store.keep_read(server_rows(row("s0", ANN, 0.2), row("s0", BEN, 0.9)), store.clock())
    assert [offered(store, queue, f"disagreement{name}") for name in ("", ".correctness", ".score")] == [["s0"], [], ["s0"]]
    assert (listed(store, queue), listed(store, queue, settled=True)) == ([("s0", "score")], [("s0", "correctness")])


def test_an_adjudicated_row_that_says_nothing_settles_nothing(store: SqliteStore) -> None:
    queue = filled(store, [{ANN: "pass", BEN: "fail"}])
    nothing = row("s0", SETTLED, "pass")
    store.keep_read(server_rows(type(nothing)(nothing.identity, None, None, "hard to say")), store.clock())
    assert offered(store, queue) == ["s0"] == [id_ for id_, _ in listed(store, queue)]
