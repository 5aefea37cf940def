"""What happened between the question and the answer, in reading order."""

from collections.abc import Iterator

from annotator.domain.message import Document, Failure, Message, Reading
from annotator.domain.span import Span
from annotator.text.block import Block, Syntax
from annotator.text.calls import Call, Calls
from annotator.text.ends import End, last_user
from annotator.text.escape import one_line, visible
from annotator.text.facts import counted
from annotator.text.history import History, Saying, sayings
from annotator.text.readable import QUESTIONS, arguments, chosen, facts, parsed, pretty
from annotator.text.scope import Scope

TITLES = {"user": "USER", "assistant": "ASSISTANT", "reasoning": "REASONING", "result": "RESULT"}
SOURCES = ("source", "file_name", "src", "title", "url", "doc_uri")
"""Metadata that names where a document comes from."""
PLUMBING = ("CHAIN", "UNKNOWN", "PROMPT")


class Steps:
    """Walks the spans once and sorts what they say: instructions, earlier turns, steps."""

    def __init__(self, scope: Scope, question: End, answers: list[End]) -> None:
        self.scope = scope
        self.question = question
        self.answers = {end.text for end in answers}
        last = scope.last_said()
        self.answering = last[0].span_id if last else ""
        self.system: list[Block] = []
        self.earlier: list[Block] = []
        self.steps: list[Block | Call] = []
        self.others: list[Span] = []
        self._history = History()
        self._calls = Calls()
        self._asked = False
        self._outputs: list[tuple[Saying, str]] = []
        self._documents: list[tuple[tuple[Document, ...], str]] = []
        self._failures: list[Failure] = []
        self._templates: set[str] = set()
        self._agent = scope.top.agent
        self._numbers: dict[str, int] = {}
        for visit in scope.visits():
            (self._enter if visit.entering else self._leave)(visit.span, scope.reading(visit.span))

    @property
    def final_calls(self) -> list[Call]:
        """Calls that the trace ends with: asked for by the last model span, never run."""
        return [step for step in self.steps if isinstance(step, Call) and step.pending and self.scope.related(step.span_id, self.answering)]

    def blocks(self) -> list[Block]:
        """The steps, but for the calls that the trace ends with."""
        last = self.final_calls
        found: list[Block] = []
        for step in self.steps:
            if isinstance(step, Block):
                found.append(step)
            elif step not in last:
                found.extend(self.call_blocks(step))
        return found

    def call_blocks(self, call: Call, weight: str = "step") -> Iterator[Block]:
        """A call, its failure, its results."""
        body, syntax = arguments(call.arguments)
        name = one_line(call.name)
        span_id = call.span.span_id if call.span else call.span_id
        block = self._block(span_id, "call", "CALL", body, head=name, syntax=syntax, summary=f"{name}  {one_line(body)}")
        yield block._replace(weight="answer") if weight == "answer" else block
        failures = call.reading.failures if call.reading else ()
        for failure in failures:
            yield self._failure(span_id, "✗", failure)
        results = call.results()
        for result in results:
            told, form = pretty(result)
            yield self._block(span_id, "result", "=", told, syntax=form, summary=one_line(result[:400]))
        if not results and not failures and weight == "step":
            yield self._block(span_id, "result", "=", "no result was recorded", note=True)

    def _enter(self, span: Span, reading: Reading) -> None:
        if reading.prompt_template and reading.prompt_template not in self._templates:
            self._templates.add(reading.prompt_template)
            variables = facts(reading.prompt_variables)
            head = f"version {one_line(reading.prompt_version)}" if reading.prompt_version else ""
            self._say(span, "template", "TEMPLATE", reading.prompt_template, head=head, detail=variables, weight="background")
        if span.span_id in self.scope.models:
            self._heard(span, reading)
        elif self.scope.kind(span) == "TOOL":
            call = self._calls.run(span, reading)
            if call is not None and span is not self.scope.root:
                self.steps.append(call)
        elif span is not self.scope.root:
            agent = reading.agent or (span.name if self.scope.kind(span) == "AGENT" else None)
            if agent and agent != self._agent:
                self._agent = agent
                self._say(span, "agent", "AGENT", "", head=one_line(agent))
            if self.scope.kind(span) in PLUMBING:
                self.others.append(span)
                self._filtered(span, reading)

    def _leave(self, span: Span, reading: Reading) -> None:
        if span.span_id in self.scope.models:
            self._said(span, reading)
        if self.scope.kind(span) == "RETRIEVER" or (reading.documents and self.scope.kind(span) != "RERANKER"):
            self._retrieved(span, reading)
        elif self.scope.kind(span) == "RERANKER":
            self._reranked(span, reading)
        elif self.scope.kind(span) in ("GUARDRAIL", "EVALUATOR") and span is not self.scope.root:
            body, syntax = pretty(reading.output_text or "")
            note = not body
            title = "GUARDRAIL" if self.scope.kind(span) == "GUARDRAIL" else "EVAL"
            self._say(span, self.scope.kind(span).lower(), title, body or "no result was recorded", head=one_line(span.name), syntax=syntax, note=note)
        elif self.scope.kind(span) == "EMBEDDING" and span is not self.scope.root:
            texts = "\n".join(reading.embedded) or chosen(parsed(reading.input_text or ""), QUESTIONS) or reading.input_text or ""
            if not any(isinstance(step, Block) and step.kind == "embedding" and step.body == visible(texts) for step in self.steps):
                self._say(span, "embedding", "EMBED", texts, head=one_line(reading.model or ""), weight="background")
        if self.scope.kind(span) != "TOOL" or span is self.scope.root:
            self._failed(span, reading)
        else:
            self._failures.extend(reading.failures)

    def _heard(self, span: Span, reading: Reading) -> None:
        self._history.request()
        turns_end = self._turns_end(self.scope.heard(span))
        for place, message in enumerate(self.scope.heard(span)):
            for saying in sayings(message):
                if not self._history.is_new(saying):
                    continue
                if saying.kind in ("system", "developer"):
                    title = "SYSTEM" if saying.kind == "system" else "DEVELOPER"
                    self.system.append(self._spoken(span, saying, title, "background"))
                elif saying.text == self.question.text and saying.kind != "assistant" and saying.call is None and not self._asked:
                    self._asked = True
                elif place < turns_end and saying.kind in ("user", "assistant"):
                    self.earlier.append(self._spoken(span, saying, TITLES[saying.kind], "step"))
                else:
                    self._continue(span, saying)

    def _turns_end(self, messages: tuple[Message, ...]) -> int:
        """Where the question stands in the first request; what comes before it are earlier turns. 0 once it was asked."""
        if self._asked:
            return 0
        last = last_user(messages)
        return next((place for place in range(len(messages) - 1, -1, -1) if messages[place] is last), 0)

    def _said(self, span: Span, reading: Reading) -> None:
        for message in self.scope.said(span):
            for saying in sayings(message):
                if not self._history.is_new(saying) and self._repeats(saying, span):
                    continue
                self._outputs.append((saying, span.span_id))
                if saying.text in self.answers and saying.call is None and self.scope.related(span.span_id, self.answering or span.span_id):
                    continue
                self._continue(span, saying)

    def _repeats(self, saying: Saying, span: Span) -> bool:
        return any(
            (said.kind, said.text, said.name) == (saying.kind, saying.text, saying.name) and self.scope.related(span_id, span.span_id)
            for said, span_id in self._outputs
        )

    def _continue(self, span: Span, saying: Saying) -> None:
        if saying.call is not None:
            call = self._calls.ask(saying, span.span_id)
            if call is not None:
                self.steps.append(call)
        elif saying.kind == "result" and self._calls.answer(saying):
            return
        elif saying.kind == "user" and self.question.text and self.question.text in saying.text:
            self.steps.append(self._spoken(span, saying, "PROMPT", "background"))
        elif saying.kind == "result" and not saying.text.strip():
            self._say(span, "result", "RESULT", "a tool message without text", note=True)
        else:
            self.steps.append(self._spoken(span, saying, TITLES.get(saying.kind, saying.kind.upper()[:9]), "step"))

    def _spoken(self, span: Span, saying: Saying, title: str, weight: str) -> Block:
        body, syntax = pretty(saying.text) if saying.kind in ("assistant", "result") else (visible(saying.text.strip("\n")), "text")
        block = self._block(span.span_id, saying.kind, visible(title), body, syntax=syntax, summary=one_line(saying.text[:400]))
        return block._replace(weight="background") if weight == "background" else block

    def _retrieved(self, span: Span, reading: Reading) -> None:
        documents = reading.documents
        if any(documents == known and self.scope.related(span.span_id, other) for known, other in self._documents):
            return
        self._documents.append((documents, span.span_id))
        if not documents and any(
            self.scope.reading(other).documents and self.scope.related(other.span_id, span.span_id) for other, _ in self.scope.order
        ):
            return
        if not documents:
            self._say(span, "document", "DOCS", "0 documents", head=one_line(span.name), note=True)
        for position, document in enumerate(documents):
            title = "" if position else "DOCS"
            head = f"{position + 1}  {source(document)}"
            content = visible(document.content.strip("\n"))
            block = self._block(span.span_id, "document", title, content, head=head, detail=facts(document.metadata))
            self.steps.append(block._replace(position=position, summary=f"{head}  {one_line(document.content[:300])}"))

    def _filtered(self, span: Span, reading: Reading) -> None:
        """A postprocessor that dropped documents (LlamaIndex records their reprs only)."""
        given, left = parsed(reading.input_text or ""), parsed(reading.output_text or "")
        nodes = given.get("nodes") if isinstance(given, dict) else None
        if isinstance(nodes, list) and isinstance(left, list) and len(left) < len(nodes):
            self._say(span, "rerank", "FILTER", f"{len(nodes)} to {counted(len(left), 'document')}", head=one_line(span.name), note=True)

    def _reranked(self, span: Span, reading: Reading) -> None:
        if not reading.documents and not reading.input_documents:
            self._say(span, "rerank", "RERANK", "0 documents", note=True)
            return
        before = [identity(document) for document in reading.input_documents]
        after = [identity(document) for document in reading.documents]
        rows = []
        for place, document in enumerate(reading.documents, 1):
            was = before.index(after[place - 1]) + 1 if after[place - 1] in before else 0
            moved = "new" if not was else f"was {was}" if was != place else "stays"
            rows.append(f"{place}  {source(document)}  {moved}  {one_line(document.content[:200])}")
        dropped = [
            f"–  {source(document)}  dropped, was {place}  {one_line(document.content[:200])}"
            for place, document in enumerate(reading.input_documents, 1)
            if identity(document) not in after
        ]
        head = f"{len(before)} to {len(after)} documents" + (f"  {one_line(reading.model)}" if reading.model else "")
        self._say(span, "rerank", "RERANK", "\n".join(rows + dropped), head=head)

    def _failed(self, span: Span, reading: Reading) -> None:
        """Failures that nothing below this span showed: an exception is recorded again on every span that it passes."""
        for failure in reading.failures:
            silent = not failure.kind and not failure.message
            if silent and any(
                self.scope.related(span.span_id, other.span_id) and _speaks(self.scope.reading(other)) for other, _ in self.scope.order
            ):
                continue
            if not any(_repeated(failure, known) for known in self._failures):
                self._failures.append(failure)
                self.steps.append(self._failure(span.span_id, "✗", failure))

    def _failure(self, span_id: str, title: str, failure: Failure) -> Block:
        message = ": ".join(part for part in (failure.kind, failure.message) if part) or "failed; no message was recorded"
        body, stack = visible(message.strip()), visible(failure.stack.strip("\n"))
        block = self._block(span_id, "error", title, body, detail=stack, summary=one_line(message[:400]))
        return block._replace(weight="error")

    def _say(
        self,
        span: Span,
        kind: str,
        title: str,
        body: str,
        head: str = "",
        detail: str = "",
        syntax: Syntax = "text",
        note: bool = False,
        weight: str = "step",
    ) -> None:
        summary = "  ".join(part for part in (head, one_line(body[:400])) if part)
        block = self._block(span.span_id, kind, title, visible(body.strip("\n")), head, detail, syntax, note, summary)
        self.steps.append(block._replace(weight="background") if weight == "background" else block)

    def _block(
        self,
        span_id: str,
        kind: str,
        title: str,
        body: str,
        head: str = "",
        detail: str = "",
        syntax: Syntax = "text",
        note: bool = False,
        summary: str = "",
    ) -> Block:
        number = self._numbers[span_id + kind] = self._numbers.get(span_id + kind, -1) + 1
        key = f"{span_id}/{kind}/{number}"
        return Block(key, span_id, kind, title, body, head, detail, syntax, summary=summary or one_line(body[:400]), note=note)


def source(document: Document) -> str:
    """Where a document comes from, and its score: `returns.md  node-3  0.91`."""
    named = [str(document.metadata[name]) for name in SOURCES if document.metadata.get(name)][:1]
    score = f"{document.score:.3g}" if document.score is not None else ""
    known = [one_line(part) for part in (*named, document.document_id or "", score) if part]
    return "  ".join(part if len(part) <= 40 else part[:12] + "…" for part in known) or "no id, no score"


def identity(document: Document) -> str:
    """What a document is known by before and after a reranker."""
    return document.document_id or document.content


def _speaks(reading: Reading) -> bool:
    return any(failure.kind or failure.message for failure in reading.failures)


def _repeated(failure: Failure, known: Failure) -> bool:
    return failure.message == known.message or (bool(known.message) and known.message[:120] in failure.message)
