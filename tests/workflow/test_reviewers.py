"""Several reviewers: whose verdicts an item has, what is left to others, and how items are kept for who reads them."""

from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotation import ADJUDICATED, LEASE, RECHECK, Annotation, Identity, ItemState, Target
from annotator.domain.queue import NewItem, Selection
from annotator.domain.rubric import Rubric
from annotator.domain.source import ServerRow, ServerUser
from annotator.domain.validation import check_name
from annotator.errors import Forbidden, InvalidAnnotation, OutcomeUnknown, Unreachable
from annotator.store.store import SqliteStore
from annotator.workflow.everyone import pull, pull_on
from annotator.workflow.fill import fill
from annotator.workflow.leasing import MARGIN_SECONDS, Leases, lease, leases
from annotator.workflow.loading import load
from annotator.workflow.reviewers import Me, before, judges_here, left_to, pass_over, share
from annotator.workflow.selection import Ranked, ordered
from tests.fake_server import FakeServer
from tests.workflow.scene import COMMENT, CORRECTNESS, RUBRIC, SEVERITY, Desk, filling, traces

URL = "http://phoenix.test"
ME = Me("ann", "annotator:ann")
S1, S2 = Target("span", "s1"), Target("span", "s2")
TWO = Rubric((CORRECTNESS, SEVERITY, COMMENT), "two", "1")
"""Severity is asked after a fail; a comment never has to be."""


@pytest.fixture
def server() -> FakeServer:
    return FakeServer(traces(3))


def said(who: str, label: str = "pass", name: str = "correctness", kind: str = "HUMAN", target: Target = S1) -> Annotation:
    """A row of somebody's."""
    return Annotation(Identity(URL, target, name, f"annotator:{who}"), label, annotator_kind=kind, metadata={"annotator": who})


def judges_of(desk: Desk, server: FakeServer) -> frozenset[str]:
    """Of the first item, as the server has it."""
    pull_on(desk.store, server, URL, [S1])
    return judges_here(desk.store, desk.queue, desk.item(1), ME)


def test_an_item_is_mine_until_enough_others_judged_it() -> None:
    assert share({"bob"}, (), 2) == "open"
    assert share({"bob", "eve"}, (), 2) == "judged"
    assert share({"bob"}, {"eve"}, 2) == "held"
    assert share({"bob"}, {"bob"}, 2) == "open", "one who judges it again is one"
    assert share((), {"bob", "eve"}, 2) == "held"


def test_of_two_who_lease_at_once_one_goes_on() -> None:
    together = {"ann": -3.0, "bob": -3.0}
    assert [before(together, name) for name in ("ann", "bob")] == [frozenset(), {"ann"}]
    assert before({"ann": -1.0, "bob": -3.0}, "ann") == {"bob"}
    assert before({"bob": -3.0, "eve": -9.0}, "ann") == {"bob", "eve"}, "all are before who has none"


def test_whose_verdict_counts(tmp_path: Path, server: FakeServer) -> None:
    desk = Desk(tmp_path, server, rubric=TWO)
    server.write(
        said("ann"), said("bob"), said("eve", "fail"), said("judge", kind="LLM"), said("ada" + ADJUDICATED), said("bob" + RECHECK),
        said("fay", "unheard of"), said("gil", name="comment", label=""), said("tim", target=S2),
    )  # fmt: skip
    assert judges_of(desk, server) == {"bob"}, "eve has not said how severe; the others' are no first verdicts on it by this rubric"
    server.write(said("eve", "high", "severity"))
    assert judges_of(desk, server) == {"bob", "eve"}


def test_one_person_is_one_through_whichever_program(tmp_path: Path, server: FakeServer) -> None:
    desk = Desk(tmp_path, server, rubric=TWO)
    web = replace(said("bob"), identity=Identity(URL, S1, "correctness", "px-app:VXNlcjoz"), metadata={})
    mine = replace(said("ann"), identity=Identity(URL, S1, "correctness", "px-app:VXNlcjox"), metadata={})
    server.write(said("bob"))
    server.write(web, user=ServerUser("bob", "VXNlcjoz"), source="APP")
    server.write(mine, user=ServerUser("ann", "VXNlcjox"), source="APP")
    assert judges_of(desk, server) == {"bob"}


def test_what_others_take_back_is_mine_again(tmp_path: Path, server: FakeServer) -> None:
    desk = Desk(tmp_path, server, rubric=TWO)
    server.write(said("bob"))
    assert judges_of(desk, server) == {"bob"}
    server.delete(said("bob"))
    assert judges_of(desk, server) == frozenset()


def test_without_a_required_config_any_answer_is_a_verdict(tmp_path: Path, server: FakeServer) -> None:
    desk = Desk(tmp_path, server, rubric=Rubric((COMMENT,), "words", "1"))
    text = replace(said("bob", name="comment"), label=None, explanation="good")
    server.write(text)
    assert judges_of(desk, server) == {"bob"}


def test_a_verdict_has_its_documents_and_spans_too(store: SqliteStore) -> None:
    found = {f"retrieval.documents.{n}.document.content": f"page {n}" for n in range(2)}
    server = FakeServer([replace(traces(1)[0], kind="RETRIEVER", attributes=found)])
    relevance = replace(CORRECTNESS, config=replace(CORRECTNESS.config, name="relevance"), target="document")
    work = filling(store, server, rubric=Rubric((CORRECTNESS, relevance), "pages", "1"))
    fill(work)
    documents = [said("bob", name="relevance", target=Target("document", "s1", n)) for n in range(2)]

    def judges() -> frozenset[str]:
        pull(store, server, URL, work.queue.source_id, ["t1"])
        [item] = store.items(work.queue.id)
        return judges_here(store, work.queue, item, ME)

    server.write(said("bob"), documents[0])
    assert judges() == frozenset(), "the trace is not here yet"
    for _ in load(work, lambda: 0):
        pass
    assert judges() == frozenset(), "a document lacks its answer"
    server.write(documents[1], said("ann"))
    assert judges() == {"bob"}


def test_what_others_judged_is_passed_over_and_no_step_of_mine(tmp_path: Path, server: FakeServer) -> None:
    desk = Desk(tmp_path, server, rubric=TWO)
    desk.answer(3, "pass")
    first, second = desk.item(1), desk.item(2)
    assert pass_over(desk.store, desk.queue, ME, {first.id: {"bob", "eve"}}) == [first.id]
    assert (desk.item(1).state, desk.item(1).reason) == (ItemState.SKIPPED, "2 others judged it")
    undone = desk.judge.undo()
    assert undone is not None and undone.step.item_id == desk.item(3).id
    assert desk.judge.undo() is None
    assert desk.item(1).state == ItemState.SKIPPED
    desk.judge.move(second, ItemState.DEFERRED)
    assert pass_over(desk.store, desk.queue, ME, {first.id: {"bob"}, second.id: {"bob"}}) == [], "done with, and put off by myself"
    desk.answer(1, "pass")
    assert desk.item(1).state == ItemState.DONE, "by hand it can be judged"
    assert left_to({"bob"}) == "1 other judged it"


def test_what_i_began_stays_mine(tmp_path: Path, server: FakeServer) -> None:
    desk = Desk(tmp_path, server, rubric=RUBRIC)
    desk.answer(1, "pass")
    desk.judge.note(desk.item(2), "strange")
    ids = {desk.item(position).id: {"bob", "eve"} for position in (1, 2, 3)}
    assert pass_over(desk.store, desk.queue, ME, ids) == [desk.item(3).id]


def test_each_walks_a_permutation_of_the_same() -> None:
    rows = [Ranked(n, NewItem(Target("span", f"s{n}"), f"t{n}", f"s{n}")) for n in range(50)]
    chosen = [Selection(order="newest", reviewers=3, overlap=2, reviewer=name, seed=seed) for name in ("ann", "bob") for seed in (0, 1)]
    orders = [tuple(item.span_id for item in ordered(rows, selection)) for selection in chosen]
    assert len(set(orders)) == 4
    assert {frozenset(order) for order in orders} == {frozenset(f"s{n}" for n in range(50))}
    assert orders[0] == tuple(item.span_id for item in ordered(reversed(rows), chosen[0])), "whatever the listing's order"


def test_leases_are_the_servers_and_never_kept_here(tmp_path: Path, server: FakeServer) -> None:
    desk = Desk(tmp_path, server)
    theirs = lease(URL, S1, Me("bob", "annotator:bob"), 600.0, desk.clock())
    server.write(theirs)
    rows = pull_on(desk.store, server, URL, [S1, S2])
    assert leases(rows, desk.clock()) == {S1: {"bob": 0.0}}
    assert desk.store.known_on(URL, [S1]) == []
    assert LEASE not in desk.store.annotation_names()
    mine = Leases(URL, ME, 60.0, desk.clock)
    mine.hold(server, [S1, S2])
    mine.hold(server, [S1, S2])
    assert server.calls.count("put") == 1
    assert {(row.name, row.identity.identifier, row.annotator_kind) for row in server.annotations} == {
        (LEASE, f"{LEASE}:ann", "CODE"), (LEASE, f"{LEASE}:bob", "CODE")
    }  # fmt: skip
    mine.release(server, [S1, S2])
    assert server.annotations == [theirs]
    assert desk.store.outbox_counts().waiting == 0


def test_leases_expire_by_the_servers_clock_where_it_tells_it() -> None:
    row = ServerRow(lease(URL, S1, ME, 600.0, now=1000.0), "1", age=599.0)
    assert leases([row], now=9e9) == {S1: {"ann": -599.0}}, "the clock here does not matter"
    assert leases([replace(row, age=601.0)], now=0.0) == {}
    untold = replace(row, age=None)
    assert leases([untold], now=1600.0 + MARGIN_SECONDS - 1) and not leases([untold], now=1600.0 + MARGIN_SECONDS + 1)
    broken = replace(row, annotation=replace(row.annotation, metadata={"annotator": "ann", "expires": "soon"}), age=None)
    assert leases([broken, ServerRow(said("bob"), "2")], now=0.0) == {}


def test_a_server_that_takes_no_leases_is_asked_once(server: FakeServer) -> None:
    mine = Leases(URL, ME, 60.0)
    server.faults.append(Forbidden("Viewers cannot do this.", "Ask for another key."))
    mine.hold(server, [S1])
    mine.hold(server, [S2])
    assert (mine.refused, mine.held, server.calls.count("put")) == ("Viewers cannot do this.", {}, 1)


def test_a_lease_whose_answer_never_came_is_taken_away_too(server: FakeServer) -> None:
    mine = Leases(URL, ME, 60.0)
    server.faults.append(OutcomeUnknown("No answer."))
    mine.hold(server, [S1])
    assert set(mine.held) == {S1} and len(server.annotations) == 1
    mine.release(server, [S1])
    assert (mine.held, server.annotations) == ({}, [])


def test_a_lease_that_could_not_be_sent_is_tried_again(server: FakeServer) -> None:
    mine = Leases(URL, ME, 60.0)
    server.faults.append(Unreachable("Away."))
    with pytest.raises(Unreachable):
        mine.hold(server, [S1])
    assert mine.held == {}
    mine.hold(server, [S1])
    assert len(server.annotations) == 1


def test_nobody_gives_an_annotation_the_name_of_a_lease() -> None:
    with pytest.raises(InvalidAnnotation, match="annotator:lease"):
        check_name(LEASE)


def test_what_a_program_that_died_left_is_swept(server: FakeServer) -> None:
    Leases(URL, ME, 60.0).hold(server, [S1, S2])
    others = lease(URL, S1, Me("bob", "annotator:bob"), 600.0, 0.0)
    server.write(others)
    again = Leases(URL, ME, 60.0)
    again.hold(server, [S2])
    again.sweep(server, [S1, S2])
    assert {(row.target, row.identity.identifier) for row in server.annotations} == {(S2, f"{LEASE}:ann"), (S1, f"{LEASE}:bob")}
