"""A person is shown their own items again on a real server: first rows stay as they were, with a user's key and without one."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotation import Target
from annotator.store.store import open_store
from annotator.workflow.judge import Judge
from annotator.workflow.recheck import is_drawn
from tests.end_to_end.workplace import Row, Workplace, content, seed, small, span_ids, synced
from tests.phoenix_server import PhoenixServer

ITEMS, EARLIER = 12, 8
SHOWN = re.compile(r"question (\d+)")


def rows(server: PhoenixServer, project: str, ids: list[str], second: bool) -> list[dict[str, Any]]:
    """What the server holds, whole but for its times: of first verdicts, or of second ones."""
    found = [row for row in server.annotations(project, ids) if row["identifier"].endswith(":recheck") == second]
    return sorted((content(row) | {"user": row["user_id"]} for row in found), key=lambda row: str(row["target"]))


def drawn_of(who: str, spans: list[Row]) -> list[int]:
    """The positions before which an earlier item comes again."""
    return [place for place, one in enumerate(span_ids(spans), 1) if place > EARLIER and is_drawn(who, Target("span", one), 0.5)]


@pytest.mark.parametrize("user", [pytest.param(False, marks=pytest.mark.soak, id="plain"), pytest.param(True, id="user")])
def test_second_verdicts_are_beside_the_first_on_the_server(request: pytest.FixtureRequest, tmp_path: Path, user: bool) -> None:
    server: PhoenixServer = request.getfixturevalue("phoenix_with_auth" if user else "phoenix")
    who = "alice" if user else "rita"
    spans = next(some for some in iter(lambda: small(ITEMS), None) if 1 < len(drawn_of(who, some)) < 4 and ITEMS in drawn_of(who, some))
    ids, drawn = span_ids(spans), drawn_of(who, spans)
    project = seed(server, spans)
    env = {"PHOENIX_API_KEY": server.keys["alice"]} if user else {}
    work = Workplace(tmp_path, name=None if user else "rita", **env)
    work.run("pull", server.url, "--project", project, "--rubric", work.rubric())
    store = open_store(work.store, clock=lambda: time.time() - 2 * 86_400)
    [queue] = store.queues()
    [account] = store.accounts(server.url)
    assert account.annotator == who and account.identifier.startswith("px-app:" if user else "annotator:rita")
    judge = Judge(store, queue, account.annotator, account.identifier)
    for item in store.items(queue.id)[:EARLIER]:
        judge.answer(item, queue.rubric.criteria[0], "pass")
    assert [item.target.id for item in store.items(queue.id)] == ids
    store.close()
    work.run("push")
    before = rows(server, project, ids, False)
    assert len(before) == EARLIER
    again: list[int] = []
    with work.review("--queue", queue.name, "--recheck", "50%") as terminal:
        for position in range(EARLIER + 1, ITEMS + 1):
            for is_again in (True, False) if position in drawn else (False,):

                def here(lines: list[str], position: int = position, is_again: bool = is_again) -> bool:
                    asked = [int(match[1]) for line in lines if (match := SHOWN.search(line))]
                    return f" {position} / {ITEMS} " in lines[0] and bool(asked) and (asked[0] <= EARLIER) == is_again

                lines = terminal.wait_for(here)
                terminal.read_until_quiet()
                if is_again:
                    again.append(next(int(match[1]) for line in lines if (match := SHOWN.search(line))))
                terminal.read_for(0.12)
                terminal.send("2" if is_again else "1")
        terminal.wait_for("End of the queue")
        terminal.wait_for(synced)
        terminal.leave()
    second = rows(server, project, ids, True)
    assert len(second) == len(again) == len(drawn)
    assert {row["target"] for row in second} == {ids[number - 1] for number in again}
    said = {(row["identifier"], row["label"], row["metadata"]["annotator"]) for row in second}
    assert said == {(f"annotator:{who}:recheck", "fail", who)}
    assert [row for row in rows(server, project, ids, False) if row["target"] in {one["target"] for one in before}] == before
    made = json.loads(work.run("report", "--recheck", "--json"))["groups"][0]["configs"][0]["recheck"]
    assert [one["agreement"]["n"] for one in made] == [len(again)]
    with work.review("--queue", queue.name) as terminal:  # also without the option a repeat is taken back as any other step
        terminal.wait_for("End of the queue")
        for _ in range(2):
            terminal.send("u")
            terminal.read_until_quiet(0.3)
        terminal.wait_for(synced)
        terminal.leave()
    assert len(rows(server, project, ids, True)) == len(again) - 1
    assert [row for row in rows(server, project, ids, False) if row["target"] in {one["target"] for one in before}] == before
