"""A limit on a real server: what it leaves says how likely it was, and what it takes from 80 is said to be of 80."""

import json

from tests.end_to_end.workplace import Workplace, seed, small
from tests.phoenix_server import PhoenixServer


def chances(work: Workplace, queue: str) -> list[float | None]:
    return [json.loads(row)["inclusion"] for row in work.run("list", "--json", "--queue", queue).splitlines()]


def test_a_limit_says_what_it_leaves(phoenix: PhoenixServer, work: Workplace) -> None:
    project = seed(phoenix, small(80))
    source = (phoenix.url, "--project", project)
    work.run("pull", *source, "--limit", "10", "--queue", "newest")
    assert chances(work, "newest") == [None] * 10
    work.run("pull", *source, "--limit", "10", "--order", "random:3", "--queue", "random")
    assert chances(work, "random") == [10 / 80] * 10
    work.run("pull", *source, "--limit", "100", "--queue", "all")
    assert chances(work, "all") == [1.0] * 80
    for when in ("llm.corectness < 0.5", "llm.correctness = fial"):
        said = work.run("pull", *source, "--trigger", when, "--queue", "none", code=1)
        assert "No rule takes any of 80 traces." in said and "nearest: " in said
