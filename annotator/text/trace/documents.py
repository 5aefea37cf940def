"""Retrieved documents, what a reranker made of them, and which of them a model was given."""

from collections.abc import Iterator

from annotator.domain.message import Document, Message, Reading
from annotator.domain.span import Span
from annotator.text.block import Block
from annotator.text.escape import BLANK, one_line
from annotator.text.facts import counted, ordinal
from annotator.text.markup.readable import facts, media_in, parsed, pretty, said
from annotator.text.shape.scope import Scope
from annotator.text.trace.keyed import Keyed

SOURCES = ("source", "file_name", "src", "title", "url", "doc_uri")
"""Metadata that names where a document comes from."""
RECOGNISED = 80
"""Characters of a document by which it is found in a prompt."""
MOST = 1_000_000
"""Characters of prompts that are searched for documents."""


class Documents:
    """Each list of documents once, however many wrappers recorded it."""

    def __init__(self, scope: Scope, keyed: Keyed) -> None:
        self.scope = scope
        self.keyed = keyed
        self._known: dict[tuple[int, str], list[tuple[tuple[Document, ...], str]]] = {}
        """Lists and where they were recorded, by what a look at them says."""
        self._sources = [span.span_id for span, _ in scope.order if scope.reading(span).documents]
        self._scores: dict[str, float] = {}
        self._lists: list[list[tuple[Block, Document]]] = []

    def retrieved(self, span: Span, reading: Reading) -> Iterator[Block]:
        """One block a document, or one that says that there was none."""
        documents = reading.documents
        alike = self._known.setdefault((len(documents), documents[0].content if documents else ""), [])
        if any(documents == known and self.scope.related(span.span_id, other) for known, other in alike):
            return
        alike.append((documents, span.span_id))
        if not documents:
            if not any(self.scope.related(other, span.span_id) for other in self._sources):
                yield self.keyed.block(span.span_id, "document", "DOCS", "0 documents", head=one_line(span.name), note=True)
            return
        found = []
        for position, document in enumerate(documents):
            if document.score is not None:
                self._scores.setdefault(identity(document), document.score)
            title = "" if position else "DOCS"
            head = f"{position + 1}  {source(document)}"
            body, syntax = pretty(document.content)
            detail = facts(document.metadata)
            note = not body.strip(BLANK)
            block = self.keyed.block(
                span.span_id, "document", title, "a document without content" if note else body,
                head=head, detail=detail, syntax="text" if note else syntax, note=note, position=position, media=media_in(document.content),
            )  # fmt: skip
            found.append((block, document))
            yield block
        self._lists.append(found)

    def reranked(self, span: Span, reading: Reading) -> Iterator[Block]:
        """How the order and the scores changed, and what was dropped."""
        if not reading.documents and not reading.input_documents:
            yield self.keyed.block(span.span_id, "rerank", "RERANK", "0 documents", note=True)
            return
        before = {identity(document): place for place, document in reversed(list(enumerate(reading.input_documents, 1)))}
        scores = self._scores | {identity(document): document.score for document in reading.input_documents if document.score is not None}
        after = {identity(document) for document in reading.documents}
        rows = []
        for place, document in enumerate(reading.documents, 1):
            name = identity(document)
            was = before.get(name, 0)
            moved = "new" if not was else f"{ordinal(was)} → {ordinal(place)}" if was != place else f"stays {ordinal(place)}"
            score = scores.get(name)
            changed = f", score was {score:.3g}" if score is not None and score != document.score else ""
            rows.append(f"{place}  {source(document)}  {moved}{changed}  {one_line(document.content[:200])}")
        dropped = [
            f"–  {source(document)}  dropped, was {place}  {one_line(document.content[:200])}"
            for place, document in enumerate(reading.input_documents, 1)
            if identity(document) not in after
        ]
        model = f"  {one_line(reading.model)}" if reading.model else ""
        head = f"{len(reading.input_documents)} to {len(reading.documents)} documents{model}"
        detail = "\n".join(named for document in reading.documents if (named := facts(document.metadata)))
        yield self.keyed.block(span.span_id, "rerank", "RERANK", "\n".join(rows + dropped), head=head, detail=detail)

    def filtered(self, span: Span, reading: Reading) -> Iterator[Block]:
        """A postprocessor that dropped documents (LlamaIndex records their reprs only)."""
        given, left = parsed(reading.input_text or ""), parsed(reading.output_text or "")
        nodes = given.get("nodes") if isinstance(given, dict) else None
        if isinstance(nodes, list) and isinstance(left, list) and len(left) < len(nodes):
            body = f"{len(nodes)} to {counted(len(left), 'document')}"
            yield self.keyed.block(span.span_id, "rerank", "FILTER", body, head=one_line(span.name), note=True)

    def unused(self, prompts: list[Message]) -> dict[str, Block]:
        """By key, documents that no prompt holds although it holds others of their list."""
        texts: list[str] = []
        room = MOST
        for message in prompts:
            text = said(message)
            room -= len(text)
            if room < 0:
                return {}
            texts.append(text)
        searched = "\n".join(texts)
        found: dict[str, Block] = {}
        for listed in self._lists:
            left = [block for block, document in listed if document.content.strip(BLANK)[:RECOGNISED] not in searched]
            if left and len(left) < len(listed):
                for block in left:
                    head = f"{block.head}  not in the prompt"
                    found[block.key] = block._replace(head=head, summary=block.summary.replace(block.head, head, 1))
        return found


def source(document: Document) -> str:
    """Where a document comes from, and its score: `returns.md  node-3  0.91`."""
    named = [str(document.metadata[name]) for name in SOURCES if document.metadata.get(name)][:1]
    score = f"{document.score:.3g}" if document.score is not None else ""
    known = [one_line(part) for part in (*named, document.document_id or "", score) if part]
    return "  ".join(part if len(part) <= 40 else part[:12] + "…" for part in known) or "no id, no score"


def identity(document: Document) -> str:
    """What a document is known by before and after a reranker."""
    return document.document_id or document.content
