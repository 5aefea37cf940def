"""A project made to be filtered: traces of all sorts, annotated by several people and models."""

import json
import random
import secrets
from collections.abc import Iterator
from typing import Any

from tests.phoenix_server import PhoenixServer, phoenix_span

NAMES = ("answer", 'it\'s "quoted"', "Straße", "plan\\act")
ANNOTATORS = (("HUMAN", "annotator:ann"), ("HUMAN", "annotator:bob"), ("LLM", ""), ("CODE", "check"))


def spans_of(number: int, salt: str) -> list[dict[str, Any]]:
    """One trace of one to five spans; every seventh has lost its root. `salt`: eight hex digits that its ids begin with."""
    dice = random.Random(number)
    trace_id, root_id = f"{salt}{number:024x}", f"{salt}{number:06x}00"
    start = f"2026-11-{1 + number % 20:02}T{dice.randrange(24):02}:{dice.randrange(60):02}:00.{dice.randrange(10**6):06}+00:00"
    common: dict[str, Any] = {"trace_id": trace_id, "start": start}
    top: dict[str, Any] = {"input.value": f"question {number} of {dice.choice(('refund', 'order'))}", "output.value": "done"}
    session = number % 11
    if session == 1:
        top["gen_ai.conversation.id"] = f"s {number % 5}"
    elif session == 2:
        top["session.id"] = number % 5
    elif session < 10:
        top["session.id"] = f"s {number % 10 if number % 2 else number}"
    if number % 3:
        top["user.id"] = f"u{number % 7}"
    if number % 4:
        top["metadata"] = json.dumps({"tier": dice.choice(("gold", "free")), "n": number % 6, "note": "a/b <c>"})
    if number % 5 == 0:
        top["tag.tags"] = ["red", f"t{number % 3}"]
    parent = "f" * 16 if number % 7 == 0 else None
    status = dice.choice(("OK", "OK", "ERROR", "UNSET"))
    name = NAMES[number % 4]
    ms = dice.randrange(1, 4000)
    found = [phoenix_span(name, span_id=root_id, parent_id=parent, kind="AGENT", ms=ms, status=status, attributes=top, **common)]
    for place in range(1, dice.randrange(1, 6)):
        kind = dice.choice(("LLM", "TOOL", "RETRIEVER", "CHAIN"))
        attributes: dict[str, Any] = {"input.value": f"step {place}"}
        if kind == "LLM":
            attributes |= {"llm.model_name": dice.choice(("gpt-4o", "o3")), "llm.token_count.total": dice.randrange(2000)}
        if kind == "RETRIEVER":
            texts = [f"document {n} on {dice.choice(('refunds', 'orders'))}" for n in range(dice.randrange(4))]
            attributes |= {f"retrieval.documents.{n}.document.content": text for n, text in enumerate(texts)}
        status = dice.choice(("OK", "OK", "OK", "ERROR"))
        span_id, ms = f"{salt}{number:06x}{place:02x}", dice.randrange(1, 3000)
        more = {"span_id": span_id, "parent_id": root_id, "kind": kind, "status": status}
        found.append(phoenix_span(f"{kind.lower()} {place}", ms=ms, attributes=attributes, **more, **common))
    return found


def rows_of(spans: list[dict[str, Any]], number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, row) of what is said about a trace: nothing about half of them."""
    dice = random.Random(-number)
    targets = [("span", {"span_id": one["context"]["span_id"]}) for one in spans[:2]]
    targets.append(("trace", {"trace_id": spans[0]["context"]["trace_id"]}))
    for kind, target in targets if number % 2 else ():
        for annotator_kind, identifier in ANNOTATORS:
            if dice.random() < 0.4:
                result = {"label": dice.choice(("pass", "fail", "it's")), "score": dice.choice((None, 0, 0.5, 1)), "explanation": None}
                if dice.random() < 0.2:
                    result = {"label": None, "score": None, "explanation": dice.choice(("because", None))}
                row = target | {"name": dice.choice(("quality", "tone")), "annotator_kind": annotator_kind, "identifier": identifier}
                yield kind, row | {"result": result, "metadata": {}}


def make(phoenix: PhoenixServer, project: str, traces: int) -> None:
    """Send it, and wait until it is there."""
    salt = secrets.token_hex(4)
    made = [spans_of(number, salt) for number in range(1, traces + 1)]
    phoenix.seed(project, [span for spans in made for span in spans])
    rows: dict[str, list[dict[str, Any]]] = {}
    for number, spans in enumerate(made, 1):
        for kind, row in rows_of(spans, number):
            rows.setdefault(kind, []).append(row)
    for kind, every in rows.items():
        for start in range(0, len(every), 1000):
            phoenix.done("POST", f"/v1/{kind}_annotations?sync=true", {"data": every[start : start + 1000]})
