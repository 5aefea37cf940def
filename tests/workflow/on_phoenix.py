"""A person's program with its store, on a real Phoenix behind a proxy that can fail."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotator.domain.annotation import TARGET_KINDS, Annotation, Target, TargetKind
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.queue import Item, Selection, SourceRef
from annotator.domain.rubric import Criterion, Rubric
from annotator.domain.source import ServerSettings
from annotator.domain.target import ItemTarget
from annotator.sources.phoenix import Phoenix
from annotator.store.store import open_store
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling
from annotator.workflow.judge import Judge
from annotator.workflow.sync import Drain, Drained, contact
from tests.faults.proxy import FaultProxy, fault_proxy, no_fault
from tests.phoenix_server import PhoenixServer, phoenix_span
from tests.workflow.scene import Clock

RUBRIC = Rubric((
    Criterion(CategoricalConfig("correctness", (Value("pass", 1.0), Value("fail", 0.0)))),
    Criterion(ContinuousConfig("score", 0.0, 1.0), required=False),
    Criterion(FreeformConfig("comment"), required=False),
    Criterion(CategoricalConfig("relevance", (Value("pass", 1.0), Value("fail", 0.0))), target="document"),
    Criterion(ContinuousConfig("rank", 0.0, 1.0), required=False, target="document"),
    Criterion(FreeformConfig("remark"), required=False, target="document"),
), "faults", "1")  # fmt: skip
OF_DOCUMENTS = {"correctness": "relevance", "score": "rank", "comment": "remark"}
"""What is asked of documents in place of what is asked of the rest."""
DOCUMENTS = 3
"""Of each span."""
DOCUMENTED = {f"retrieval.documents.{n}.document.content": f"document {n}" for n in range(DOCUMENTS)}
FIELDS = ("kind", "id", "position", "name", "identifier", "annotator_kind", "label", "score", "explanation", "metadata")


def content(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the server's API, as far as a person decides about it."""
    kind = next(kind for kind in ("span", "trace", "session") if row.get(f"{kind}_id"))
    position = row.get("document_position")
    flat = row | row["result"] | {"kind": kind if position is None else "document", "id": row[f"{kind}_id"], "position": position}
    return {field: flat[field] for field in FIELDS}


def decided(row: Annotation) -> dict[str, Any]:
    """The same of a local row."""
    row = row.kept()
    values = (
        row.target.kind, row.target.id, row.target.position, row.name, row.identity.identifier,
        row.annotator_kind, row.label, row.score, row.explanation, dict(row.metadata),
    )  # fmt: skip
    return dict(zip(FIELDS, values, strict=True))


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["kind"], row["id"], row["position"] or 0, row["name"], row["identifier"]))


class Program:
    """One queue on a project of its own, or on that of another person. The clock is told the time: pauses cost none."""

    def __init__(
        self,
        folder: Path,
        phoenix: PhoenixServer,
        proxy: FaultProxy,
        items: int,
        name: str = "ann",
        key: str = "",
        beside: "Program | None" = None,
    ) -> None:
        self.phoenix, self.proxy, self.clock = phoenix, proxy, Clock()
        self.project: str = beside.project if beside else f"w{secrets.token_hex(4)}"
        self.span_ids: list[str] = beside.span_ids if beside else [f"{n:04x}{secrets.token_hex(6)}" for n in range(items)]
        if beside is None:
            self._seed()
        self.path, self.settings = folder / f"{name}.db", ServerSettings(proxy.url, phoenix.keys.get(key, key))
        self.store = open_store(self.path, clock=self.clock)
        self.sink = Phoenix(self.settings, self.project)
        user = self.sink.user()
        account = contact(self.store, proxy.url, name, user)
        self.identifier = account.identifier
        source = SourceRef(proxy.url, self.project, proxy.url)
        queue = self.store.create("queue", source, Selection(order="oldest"), RUBRIC)
        self.judge = Judge(self.store, queue, name, account.identifier)
        fill(Filling(self.store, self.sink, queue, account.identifier, self.sink))

    def _seed(self) -> None:
        items = len(self.span_ids)
        starts = [f"2026-11-01T12:{n // 60:02}:{n % 60:02}+00:00" for n in range(items)]
        spans = [
            phoenix_span(span_id=one, trace_id=one * 2, start=at, attributes=DOCUMENTED | {"session.id": f"session {one}"})
            for one, at in zip(self.span_ids, starts, strict=True)
        ]
        self.phoenix.seed(self.project, spans)

    def restart(self) -> None:
        """Leave, and start again."""
        self.close()
        self.store, self.sink = open_store(self.path, clock=self.clock), Phoenix(self.settings, self.project)
        self.judge = replace(self.judge, store=self.store, queue=self.store.queue(self.judge.queue.id))

    def item(self, n: int) -> Item:
        """0-based, in the order of the seeded spans."""
        item = self.store.at(self.judge.queue.id, n + 1)
        assert item is not None and item.target.id == self.span_ids[n]
        return item

    def target(self, n: int, kind: TargetKind, position: int = 0) -> Target:
        """Of the item: its span, that span's trace or session, one of its documents."""
        span_id = self.span_ids[n]
        if kind == "document":
            return Target(kind, span_id, position)
        return Target(kind, {"span": span_id, "trace": span_id * 2, "session": f"session {span_id}"}[kind])

    def on(self, n: int, kind: TargetKind, position: int = 0) -> ItemTarget:
        return ItemTarget(self.target(n, kind, position), self.span_ids[n], own=kind == "span")

    def answer(self, n: int, value: str | float, name: str = "correctness", on: ItemTarget | None = None) -> None:
        criterion = self.criterion(name, on)
        self.judge.answer(self.item(n), criterion, value, on=on)

    def criterion(self, name: str, on: ItemTarget | None = None) -> Criterion:
        """Of a document, the one that stands for it there."""
        found = RUBRIC.criterion(OF_DOCUMENTS[name] if on is not None and on.target.kind == "document" else name)
        assert found is not None
        return found

    def drain(self, settle: float = 0.0) -> Drained:
        return Drain(self.store, lambda project: self.sink, self.proxy.url, self.clock, settle).run()

    def settled(self) -> Drained:
        """Late requests land, and drains without a fault follow until nothing waits; what they did in all."""
        self.proxy.decide = no_fault
        self.proxy.land()
        total = Drained()
        for _ in range(10):
            self.clock.now += 120
            done = self.drain()
            assert done.error is None, done.error
            total.sent, total.parked, total.conflicts = total.sent + done.sent, total.parked + done.parked, total.conflicts + done.conflicts
            if not self.store.outbox_counts().waiting:
                return total
        raise AssertionError("something waits for ever")

    def targets(self) -> list[Target]:
        """Everything that can be judged here."""
        every = [self.target(n, kind) for n in range(len(self.span_ids)) for kind in TARGET_KINDS if kind != "document"]
        return every + [self.target(n, "document", position) for n in range(len(self.span_ids)) for position in range(DOCUMENTS)]

    def local(self) -> list[dict[str, Any]]:
        """Every row that the person's program holds."""
        return in_order([decided(row) for target in self.targets() for row in self.store.on_target(self.proxy.url, target)])

    def rows(self) -> list[dict[str, Any]]:
        """Every row of the project as the server says it, asked for by another route."""
        rows = self.phoenix.document_annotations(self.span_ids)
        for kind in ("span", "trace", "session"):
            rows += self.phoenix.annotations(self.project, [target.id for target in self.targets() if target.kind == kind], kind)
        return rows

    def held(self) -> list[dict[str, Any]]:
        """What a person decides about of each."""
        return in_order([content(row) for row in self.rows()])

    def write(self, n: int, name: str, identifier: str, kind: TargetKind = "span", **result: Any) -> dict[str, Any]:
        """What another client does; of a document, the first one of the span."""
        target, result = self.target(n, kind), {"label": None, "score": None, "explanation": None} | result
        name = OF_DOCUMENTS.get(name, name) if kind == "document" else name
        row: dict[str, Any] = {"name": name, "identifier": identifier, "metadata": {"by": "web"}}
        if kind == "document":
            query = "query($id: String!) { span: getSpanByOtelId(spanId: $id) { id } }"
            span = self.phoenix.done("POST", "/graphql", {"query": query, "variables": {"id": target.id}})["data"]["span"]["id"]
            body = row | result | {"spanId": span, "documentPosition": 0, "annotatorKind": "HUMAN", "source": "API"}
            mutation = "mutation($row: CreateDocumentAnnotationInput!) { createDocumentAnnotations(input: [$row]) { __typename } }"
            self.phoenix.done("POST", "/graphql", {"query": mutation, "variables": {"row": body}})
            row |= {"span_id": target.id, "document_position": 0}
        else:
            body = row | {f"{kind}_id": target.id, "annotator_kind": "HUMAN", "result": result}
            self.phoenix.done("POST", f"/v1/{kind}_annotations?sync=true", {"data": [body]})
            row |= {f"{kind}_id": target.id}
        return content(row | {"annotator_kind": "HUMAN", "result": result})

    def close(self) -> None:
        self.store.close()
        self.sink.close()


@contextmanager
def program(folder: Path, phoenix: PhoenixServer, items: int, **more: Any) -> Iterator[Program]:
    """A program behind a proxy of its own."""
    with fault_proxy(phoenix.port) as proxy:
        made = Program(folder, phoenix, proxy, items, **more)
        try:
            yield made
        finally:
            made.close()
