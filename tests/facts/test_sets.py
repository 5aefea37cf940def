"""Every fact that a reviewer must be able to see is in `annotator show`, from each file of a set and through a real Phoenix."""

import json
import re
from pathlib import Path

import pytest

from tests.facts.pages import FACTS, FOLDER, files, missing, pages, unpacked
from tests.phoenix_server import PhoenixServer

SHAPES = [(name, shape) for name in FACTS for shape in files(name)]
BASE64 = re.compile(r"[A-Za-z0-9+/]{120,}")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def check(name: str, shown: dict[str, str]) -> None:
    lacking = {fact.see: lacks for fact in FACTS[name] if (lacks := missing(fact, list(shown.values())))}
    assert not lacking
    for page in shown.values():
        assert not BASE64.search(page)
        assert not CONTROL.search(page)


@pytest.mark.parametrize(("name", "shape"), SHAPES)
def test_from_a_file(name: str, shape: str, tmp_path: Path) -> None:
    check(name, pages(tmp_path / "store.db", str(unpacked(name, shape, tmp_path))))


@pytest.mark.parametrize("name", [name for name, shape in SHAPES if shape.startswith("otlp.json")])
def test_through_phoenix(name: str, tmp_path: Path, phoenix: PhoenixServer) -> None:
    shape = next(shape for other, shape in SHAPES if other == name and shape.startswith("otlp.json"))
    text = unpacked(name, shape, tmp_path).read_text()
    for request in text.split("\n") if shape.endswith("l") else [text]:
        if request:
            phoenix.seed_otlp(f"facts-{name}", json.loads(request))
    try:
        check(name, pages(tmp_path / "store.db", phoenix.url, "--project", f"facts-{name}"))
    finally:  # a span id is taken on the whole server, and other tests send the same traces
        phoenix.done("DELETE", phoenix.project_path(f"facts-{name}"))


def test_every_recorded_set_has_facts() -> None:
    assert {path.name.split(".")[0] for path in FOLDER.glob("*.gz")} == set(FACTS)
