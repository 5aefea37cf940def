"""Orders that look at more than the time, on a real server: everything is known before items get their places."""

from collections import Counter

from tests.end_to_end.workplace import Workplace, seed, small
from tests.faults.proxy import Request, fault_proxy
from tests.phoenix_server import PhoenixServer

LABELS = {"pass": 30, "fail": 4, "unclear": 2}


def test_a_queue_of_every_label_and_of_what_a_judge_is_unsure_of(phoenix: PhoenixServer, work: Workplace) -> None:
    spans = small(240)
    project = seed(phoenix, spans)
    ids = [span["context"]["span_id"] for span in spans]
    labels = [label for label, count in LABELS.items() for _ in range(count)]
    scores = {one: (n * 29 % 100) / 100 for n, one in enumerate(ids[:36])}
    rows = [
        {"span_id": one, "name": "judge", "annotator_kind": "LLM", "identifier": "x", "result": {"label": label, "score": scores[one]}}
        for one, label in zip(ids[:36], labels, strict=True)
    ]
    phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": rows})
    label_of = dict(zip(ids, [*labels, *[""] * 204], strict=True))
    with fault_proxy(phoenix.port) as proxy:
        # The rows of the second hundred traces do not come: no item has a place, and the same command goes on.
        seen: list[Request] = []

        def silent(request: Request) -> str:
            seen.extend([request] if request.path.endswith("/span_annotations") else [])
            return "cut before" if len(seen) > 1 else ""

        proxy.decide = silent
        command = ("pull", proxy.url, "--project", project, "--order", "stratified:llm.judge@5", "--limit", "20", "--queue", "labels")
        work.run(*command, code=3)
        proxy.decide = lambda request: ""
        assert "20 items" in work.run(*command)
        items = work.items()
        assert [label_of[item["id"]] for item in items[:4]] == ["fail", "pass", "unclear", ""]
        sizes = LABELS | {"": 204}
        taken = Counter(label_of[item["id"]] for item in items)
        assert taken == {"fail": 4, "pass": 7, "unclear": 2, "": 7}
        said = {label_of[item["id"]]: item["inclusion"] for item in items}
        assert said == {label: taken[label] / sizes[label] for label in sizes}
        # Nearest to the threshold first, by what is known of every trace.
        work.run("pull", proxy.url, "--project", project, "--order", "uncertain:llm.judge@0.3", "--limit", "10", "--queue", "unsure")
    unsure = [item for item in work.items() if item["queue"] == "unsure"]
    nearest = sorted(abs(score - 0.3) for score in scores.values())[:10]
    assert [abs(scores[item["id"]] - 0.3) for item in unsure] == nearest
    assert {item["inclusion"] for item in unsure} == {None}
    assert "no annotation is named judeg" in work.run("pull", phoenix.url, "--project", project, "--order", "uncertain:judeg")
