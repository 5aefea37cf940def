"""A renamed config on a real server: answers under the new name, the old ones gone, and all of it taken back."""

import json

from tests.end_to_end.workplace import Workplace, content, seed, small, span_ids
from tests.phoenix_server import PhoenixServer

RUBRIC = """name = "plain"
version = "{version}"
[[config]]
name = "{name}"
type = "categorical"
values = [{{ label = "right", score = 1 }}, {{ label = "wrong", score = 0 }}]
"""


def test_there_and_back(phoenix: PhoenixServer, work: Workplace) -> None:
    spans = small(2)
    project, ids = seed(phoenix, spans), span_ids(spans)

    def rows() -> list[str]:
        return sorted(json.dumps(content(row) | {"on": row["span_id"]}, sort_keys=True) for row in phoenix.annotations(project, ids))

    old = work.rubric(RUBRIC.format(version=1, name="quality"))
    work.run("pull", phoenix.url, "--project", project, "--rubric", old)
    for id_, label in zip(ids, ("right", "wrong"), strict=True):
        work.run("annotate", id_, f"quality={label}", "--explanation", "why")
    work.run("push")
    other = {"span_id": ids[0], "name": "quality", "annotator_kind": "HUMAN", "identifier": "x", "result": {"label": "wrong"}}
    phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": [other]})
    before = rows()
    new, moves = work.folder / "new.toml", work.folder / "moves.toml"
    new.write_text(RUBRIC.format(version=2, name="accuracy"))
    assert 'quality = "accuracy"' in work.run("rubric", "diff", old, str(new), code=1)
    assert '[rename] quality = "accuracy"' in work.run("rubric", "migrate", str(new), code=2)
    moves.write_text('[rename]\nquality = "accuracy"\n')
    said = work.run("rubric", "migrate", str(new), "--moves", str(moves), "--yes")
    assert "quality: wrong becomes accuracy = wrong" in said and "4 rows wait" in said
    work.run("push")
    found = phoenix.annotations(project, ids)
    assert sorted((row["name"], row["identifier"], row["result"]["label"], row["result"]["explanation"]) for row in found) == [
        ("accuracy", "annotator:rita", "right", "why"), ("accuracy", "annotator:rita", "wrong", "why"), ("quality", "x", "wrong", None),
    ]  # fmt: skip
    assert "taken back: move 2 answers to plain@2" in work.run("rubric", "migrate", "--undo")
    work.run("push")
    assert rows() == before
