"""`annotator annotate` on more than an item's own target: spans, documents, the trace, the session."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from annotator.store.store import open_store
from tests.cli.program import Program
from tests.screen.scene import PASS_FAIL
from tests.screen.test_documents import RELEVANCE, retrieval

TOOL = '[[config]]\nname = "right tool"\ntype = "categorical"\nkinds = ["TOOL"]\nvalues = ["yes", "no"]\n'
WHOLE = '[[config]]\nname = "solved"\ntype = "categorical"\ntarget = "trace"\nvalues = ["yes", "no"]\n'
ROOT, RETRIEVER = f"{101:016x}", f"{102:016x}"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    spans = [*retrieval(1, 2), *retrieval(2, 2)]
    spans[0]["attributes"]["session.id"] = "chat-7"
    (tmp_path / "traces.jsonl").write_text("".join(json.dumps(one) + "\n" for one in spans))
    (tmp_path / "rubric.toml").write_text(PASS_FAIL + RELEVANCE + TOOL + WHOLE)
    made = Program(tmp_path)
    made.run("pull", "traces.jsonl", "--rubric", "rubric.toml", "--as", "rita")
    yield made


def rows(program: Program) -> dict[tuple[str, str, int | None], dict[str, str | None]]:
    with closing(open_store(program.store)) as store:
        (queue,) = store.queues()
        found: dict[tuple[str, str, int | None], dict[str, str | None]] = {}
        for known in store.known_in("", queue.source_id, f"{1:032x}"):
            target = known.row.target
            found.setdefault((target.kind, target.id, target.position), {})[known.row.name] = known.row.label or known.row.explanation
        return found


def test_an_item_is_done_when_all_that_its_rubric_binds_is_answered(program: Program) -> None:
    who = ("--as", "rita")
    said = program.run("annotate", ROOT, "correctness=pass", *who)
    assert "todo" in said.err + said.out
    program.run("annotate", RETRIEVER, "relevance=relevant", "--document", "1", *who)
    program.run("annotate", ROOT, "solved=yes", "--target", "trace", "--note", "a note", *who)
    last = program.run("annotate", RETRIEVER, "relevance=irrelevant", "--document", "2", "--explanation", "an old one", *who)
    assert "document 2 of span" in last.err + last.out and "done" in last.err + last.out
    program.run("annotate", RETRIEVER, "correctness=fail", *who)
    program.run("annotate", ROOT, "correctness=fail", "--target", "session", *who)
    assert rows(program) == {
        ("span", ROOT, None): {"correctness": "pass"},
        ("span", RETRIEVER, None): {"correctness": "fail"},
        ("document", RETRIEVER, 0): {"relevance": "relevant"},
        ("document", RETRIEVER, 1): {"relevance": "irrelevant"},
        ("trace", f"{1:032x}", None): {"solved": "yes", "note": "a note"},
        ("session", "chat-7", None): {"correctness": "fail"},
    }


REFUSED = [
    ((ROOT, "relevance=relevant"), ("relevance is asked of documents", "--document N")),
    ((ROOT, "solved=yes"), ("asked of the trace", "--target trace")),
    ((RETRIEVER, "right tool=yes"), ("asked of TOOL spans", "one of the TOOL spans")),
    ((RETRIEVER, "correctness=pass", "--document", "1"), ("asked of the item", "Leave --document out")),
    ((RETRIEVER, "relevance=relevant", "--document", "3"), ("has 2 documents", "1 to 2")),
    ((RETRIEVER, "relevance=relevant", "--document", "0"), ("has 2 documents", "1 to 2")),
    ((ROOT, "relevance=relevant", "--document", "1"), ("no documents", RETRIEVER)),
    ((ROOT, "solved=yes", "--document", "1", "--target", "trace"), ("neither", "not both")),
    ((f"{201:016x}", "correctness=pass", "--target", "session"), ("no session", "--target trace")),
]


def test_what_does_not_fit_is_refused_and_nothing_is_stored(program: Program) -> None:
    for words, said in REFUSED:
        program.run("annotate", *words, "--as", "rita").error(2, *said)
    assert rows(program) == {}
