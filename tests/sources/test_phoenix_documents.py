"""GraphQL's answers about documents: a refusal before any change parks a row, anything else leaves the outcome open."""

import json
from typing import Any

import pytest

from annotator.domain.annotation import Annotation, Identity, Target
from annotator.errors import AnnotatorError, Forbidden, MissingTargets, NotPhoenix, OutcomeUnknown, RejectedRow, ServerFailure
from tests.sources.broken_server import HTML, JSON, TEXT, Answer, broken

SPAN = "a" * 16
ROW = Annotation(Identity("", Target("document", SPAN, 1), "relevance", "annotator:a"), label="yes")
PROJECTS: Answer = (200, JSON, b'{"data":[{"id":"UDox","name":"p"}],"next_cursor":null}')


def said(data: Any = None, *errors: dict[str, Any]) -> Answer:
    return 200, JSON, json.dumps({"data": data} | ({"errors": errors} if errors else {})).encode()


def spans(*rows: dict[str, Any]) -> Answer:
    node = {"id": "U3Bhbjox", "spanId": SPAN, "documentEvaluations": rows}
    return said({"node": {"spans": {"edges": [{"node": node}]}}})


def error(message: str, *path: str) -> dict[str, Any]:
    return {"message": message, "locations": []} | ({"path": path} if path else {})


TAKEN = {"id": "RDox", "name": "relevance", "identifier": "annotator:a", "documentPosition": 1, "span": {"spanId": SPAN}}
HELD = TAKEN | {"label": "yes", "annotatorKind": "HUMAN"}
UNKNOWN_TYPE = said(None, error("Unknown type 'CreateDocumentAnnotationInput'."), error("Cannot query field 'createDocumentAnnotations'."))


@pytest.mark.parametrize(
    ("answer", "raised", "part"),
    [
        (UNKNOWN_TYPE, RejectedRow, "cannot keep annotations of documents apart by person: Phoenix 20.26.1 does not know"),
        ((405, TEXT, b"Method Not Allowed"), RejectedRow, "cannot keep annotations of documents apart by person"),
        (said(None, error("an unexpected error occurred")), RejectedRow, "refuses a row"),
        (said(None, error("Spans with row IDs {1} do not exist.", "taken")), MissingTargets, "do not exist"),
        (said(None, error("Cannot overwrite document annotation owned by another user.", "taken")), RejectedRow, "another user"),
        (said(None, error("Viewers cannot perform this action", "taken")), Forbidden, "viewer"),
        (said(None, error("Application is read-only", "taken")), Forbidden, "read-only"),
        (said(None, error("an unexpected error occurred", "taken")), ServerFailure, "unexpected"),
        (said(None, error("Cannot return null", "taken", "rows", "span")), ServerFailure, "Cannot return null"),
        (said({"taken": {"rows": []}}), OutcomeUnknown, "which rows"),
        (said({"taken": {"rows": [TAKEN | {"identifier": "annotator:b"}]}}), OutcomeUnknown, "which rows"),
        (said({"taken": None}), OutcomeUnknown, "which rows"),
        ((200, JSON, b"[]"), OutcomeUnknown, "what it did"),
        ((200, JSON, b'{"data": {"ta'), OutcomeUnknown, "broke off"),
        ((200, HTML, b"<html>"), NotPhoenix, "web page"),
        ("hang up", OutcomeUnknown, "broke off"),
    ],
)
def test_what_an_answer_to_a_write_means(answer: Answer, raised: type[AnnotatorError], part: str) -> None:
    with broken(PROJECTS, spans(), answer) as server, pytest.raises(AnnotatorError) as caught:
        server.client().put([ROW])
    assert isinstance(caught.value, raised) and part in caught.value.title and caught.value.advice


def test_the_row_that_is_out_of_bounds_is_named() -> None:
    text = "Document position 1 is out of bounds for span at index 1 (num_documents: 1)"
    with broken(PROJECTS, spans(), said(None, error(text, "taken"))) as server, pytest.raises(RejectedRow) as caught:
        server.client().put([ROW, ROW])
    assert caught.value.index == 1 and "document_position 1" in caught.value.title and "1 document in" in caught.value.title


@pytest.mark.parametrize("answer", [said(None, error("Cannot query field 'identifier' on type 'DocumentEvaluation'.")), (404, TEXT, b"")])
def test_a_server_that_keeps_none_apart_has_none(answer: Answer) -> None:
    with broken(PROJECTS, answer) as server:
        phoenix = server.client()
        assert phoenix.capabilities.no_documents == "" and phoenix.read("document", [SPAN]) == []
        assert "cannot keep annotations of documents apart by person" in phoenix.capabilities.no_documents


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (said(None, error("an unexpected error occurred", "node")), ServerFailure),
        (said({"node": {}}), NotPhoenix),
        (said(), NotPhoenix),
        ((200, HTML, b"<html>"), NotPhoenix),
    ],
)
def test_a_reading_that_fails_is_not_taken_for_no_rows(answer: Answer, raised: type[AnnotatorError]) -> None:
    with broken(PROJECTS, answer) as server, pytest.raises(raised):
        server.client().read("document", [SPAN])


def test_a_reading_that_is_cut_short_is_asked_again() -> None:
    with broken(PROJECTS, "hang up", spans(HELD)) as server:
        (row,) = server.client().read("document", [SPAN])
    assert row.annotation.target == ROW.target and row.annotation.label == "yes" and row.author == "a"


@pytest.mark.parametrize(
    ("answer", "raised", "part"),
    [
        (said({"deleted": {"rows": [TAKEN | {"target": {"id": SPAN}, "documentPosition": 2}]}}), RejectedRow, "another row"),
        (said({"deleted": {"rows": []}}), OutcomeUnknown, "does not say"),
        (said(None, error("At least one document annotation is not associated with the current user.", "deleted")), Forbidden, "may not"),
        (said(None, error("Cannot query field 'deleteDocumentAnnotations' on type 'Mutation'.")), RejectedRow, "cannot keep"),
    ],
)
def test_what_an_answer_to_a_deletion_means(answer: Answer, raised: type[AnnotatorError], part: str) -> None:
    with broken(PROJECTS, spans(HELD), answer) as server, pytest.raises(raised) as caught:
        server.client().delete(ROW)
    assert part in str(caught.value)


def test_a_deletion_that_failed_may_have_been_done() -> None:
    failed = said(None, error("an unexpected error occurred", "deleted"))
    with broken(PROJECTS, spans(HELD), failed, spans()) as server:
        assert server.client().delete(ROW) is True
    with broken(PROJECTS, spans(HELD), failed, spans(HELD)) as server, pytest.raises(ServerFailure):
        server.client().delete(ROW)


def test_names_that_the_server_does_not_tell_are_left_out() -> None:
    found = {"id": "Uw", "name": "q", "identifier": "px-app:Vw", "user_id": "Vw", "span_id": SPAN, "result": {"label": "x"}}
    rows: Answer = (200, JSON, json.dumps({"data": [found], "next_cursor": None}).encode())
    told = said({"t0": {"rows": [{"user": {"id": "Vw", "username": "bob"}}]}})
    refused = said(None, error("Only admin can perform this action", "t0"))
    for answer, name in ((told, "bob"), (refused, ""), (said({"t0": None}), ""), ((405, TEXT, b""), "")):
        with broken(PROJECTS, rows, answer) as server:
            (row,) = server.client().read("span", [SPAN])
        assert (row.user, row.user_id) == (name, "Vw")
