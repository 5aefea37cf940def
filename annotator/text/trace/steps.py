"""What happened between the question and the answer, in reading order."""

from collections.abc import Iterator

from annotator.domain.message import Message, Reading
from annotator.domain.span import Span
from annotator.text.block import Block, Weight
from annotator.text.escape import BLANK, one_line
from annotator.text.markup.readable import brief, pretty, prose, spoken
from annotator.text.shape.history import History, Saying, sayings
from annotator.text.shape.outline import CARRIERS
from annotator.text.shape.scope import Scope
from annotator.text.shape.speakers import agent_of, named, nodes, part_of
from annotator.text.trace.called import called
from annotator.text.trace.calls import Call, Calls
from annotator.text.trace.documents import Documents
from annotator.text.trace.ends import End, last_user
from annotator.text.trace.evaluations import TITLES as JUDGES
from annotator.text.trace.evaluations import evaluated, tripping
from annotator.text.trace.failing import Failures
from annotator.text.trace.keyed import Keyed
from annotator.text.trace.records import Records

BREATH = ("user", "system", "developer")
"""Roles of what stands before a question without an answer between them."""
TITLES = {"user": "USER", "assistant": "ASSISTANT", "reasoning": "REASONING", "result": "RESULT"}


class Steps:
    """Walks the spans once and sorts what they say: instructions, earlier turns, steps."""

    def __init__(self, scope: Scope, question: End, answers: list[End]) -> None:
        self.scope = scope
        self.question = question
        self.answers = {end.text for end in answers}
        last = scope.last_said()
        self.answering = last[0].span_id if last else ""
        self.earlier: list[Block] = []
        self.leading: list[Block] = []
        """What the user said in the same breath before the question."""
        self.spoken: set[str] = set()
        """The texts of the earlier turns."""
        self.others: list[Span] = []
        self._keyed = Keyed()
        self._documents = Documents(scope, self._keyed)
        self._history = History()
        self._calls = Calls()
        self._steps: list[Block | Call] = []
        self._system: list[tuple[Block, Span]] = []
        self._prompts: list[Message] = []
        self._asked = False
        self._outputs: dict[tuple[str, str, str | None], list[str]] = {}
        """The spans that said it, by kind, text and name."""
        self._records = Records(scope, self._keyed, question.text, self.answers)
        self._failures = Failures(scope, self._keyed)
        self._filters: set[str] = set()
        self._nodes = nodes(scope)
        self._named = {node.span_id for node in self._nodes.values()}
        self._agent = agent_of(scope, scope.root) or (scope.root.name if self._nodes else None)
        for visit in scope.visits():
            (self._enter if visit.entering else self._leave)(visit.span, scope.reading(visit.span))
        for span, _ in scope.order:
            self._instructed(span)

    @property
    def final_calls(self) -> list[Call]:
        """Calls that the trace ends with: asked for by the last model span, never run."""
        pending = (step for step in self._steps if isinstance(step, Call) and step.pending and not self.scope.failed)
        return [call for call in pending if self.scope.related(call.span_id, self.answering)]

    def system(self) -> list[Block]:
        """The instructions; each with who was given them where there are several."""
        if len(self._system) < 2:
            return [block for block, _ in self._system]
        found = []
        for block, span in self._system:
            head = one_line(part_of(self.scope, span))
            found.append(block._replace(head=head, summary=f"{head}  {block.summary}"))
        return found

    def blocks(self) -> list[Block]:
        """The steps, but for the calls that the trace ends with."""
        last, unused = self.final_calls, self._documents.unused(self._prompts)
        found: list[Block] = []
        for step in self._steps:
            if isinstance(step, Block):
                found.append(unused.get(step.key, step))
            elif step not in last:
                found.extend(self.call_blocks(step))
        return found

    def call_blocks(self, call: Call, weight: Weight = "step") -> Iterator[Block]:
        """A call, its failure, its results."""
        return called(self._keyed, call, weight)

    def _enter(self, span: Span, reading: Reading) -> None:
        kind = self.scope.kind(span)
        self._add(self._records.template(span, reading))
        if span.span_id in self.scope.models or kind == "AGENT":
            self._speak(span, reading)
        if span.span_id in self.scope.models:
            self._heard(span)
        elif kind == "TOOL":
            call = None if self.scope.is_twin(span) else self._calls.run(span, reading)
            if call is not None and span is not self.scope.root:
                self._steps.append(call)
        elif span is not self.scope.root and kind in CARRIERS:
            if span.span_id in self._named:
                self._pass_to(span)
            if self.scope.is_plumbing(span):
                self.others.append(span)
            if filtered := list(self._documents.filtered(span, reading)):
                self._steps.extend(filtered)
                self._filters.add(span.span_id)

    def _leave(self, span: Span, reading: Reading) -> None:
        kind, top = self.scope.kind(span), span is self.scope.root
        if span.span_id in self.scope.models:
            self._said(span)
        elif kind == "LLM" and not top and not self.scope.converses(span) and not self.scope.folded(span):
            self._add(self._records.wordless(span, reading))
        if kind == "RETRIEVER" and not top and not self.scope.is_twin(span):
            self._add(self._records.query(span, reading))
        if kind == "RETRIEVER" or (reading.documents and kind != "RERANKER"):
            self._steps.extend(self._documents.retrieved(span, reading))
        elif kind == "RERANKER":
            self._steps.extend(self._documents.reranked(span, reading))
        elif kind == "EMBEDDING" and not top:
            self._add(self._records.embedding(span, reading))
        if reading.evaluations or (kind in JUDGES and not top):
            self._steps.extend(evaluated(self.scope, self._keyed, span, reading))
            if tripped := tripping(self.scope, span):
                self._failures.add(tripped)
        elif self.scope.tells(span) and not top and span.span_id not in self.scope.models and span.span_id not in self._filters:
            self._add(self._records.step(span, reading))
        if kind != "TOOL" or top:
            self._steps.extend(self._failures.of(span, reading))
        else:
            self._failures.add(*reading.failures)

    def _add(self, block: Block | None) -> None:
        if block is not None:
            self._steps.append(block)

    def _speak(self, span: Span, reading: Reading) -> None:
        """Another agent, or another part of the program, has the word."""
        agent = agent_of(self.scope, span)
        if agent is None and self._nodes:
            self._pass_to(self._nodes.get(span.span_id, span))
            return
        if agent and agent != self._agent:
            before = named(self.scope, reading.agent_parent)
            body = f"from {one_line(before)}" if before else ""
            self._steps.append(self._keyed.block(span.span_id, "agent", "AGENT", body, head=one_line(agent), note=bool(body)))
        self._agent = agent or self._agent

    def _pass_to(self, node: Span) -> None:
        if node.name != self._agent:
            self._steps.append(self._keyed.block(node.span_id, "agent", "NODE", "", head=one_line(node.name)))
        self._agent = node.name

    def _heard(self, span: Span) -> None:
        messages = self.scope.heard(span)
        self._history.request()
        turns_end = self._turns_end(messages)
        breath = next((place + 1 for place in range(turns_end - 1, -1, -1) if messages[place].role not in BREATH), 0)
        for place, message in enumerate(messages):
            for saying in sayings(message):
                if not self._history.is_new(saying):
                    continue
                if saying.kind in ("system", "developer", "user"):
                    self._prompts.append(message)
                if saying.kind in ("system", "developer"):
                    title = "SYSTEM" if saying.kind == "system" else "DEVELOPER"
                    self._system.append((self._spoken(span, saying, title, "background"), span))
                elif saying.text == self.question.text and saying.kind != "assistant" and saying.call is None and not self._asked:
                    self._asked = True
                elif breath <= place < turns_end and saying.kind == "user":
                    self.leading.append(self._spoken(span, saying, TITLES[saying.kind], "background"))
                elif place < turns_end and saying.kind in ("user", "assistant"):
                    self.earlier.append(self._spoken(span, saying, TITLES[saying.kind]))
                    self.spoken.add(saying.text.strip(BLANK))
                else:
                    self._continue(span, saying)

    def _instructed(self, span: Span) -> None:
        """Instructions of an agent that none of its model calls repeats."""
        if span.span_id in self.scope.models or self.scope.is_twin(span):
            return
        for message in self.scope.reading(span).input_messages:
            if message.role in ("system", "developer"):
                for saying in sayings(message):
                    if self._history.is_new(saying):
                        self._system.append((self._spoken(span, saying, message.role.upper(), "background"), span))

    def _turns_end(self, messages: tuple[Message, ...]) -> int:
        """Where the question stands in the first request; what comes before it are earlier turns. 0 once it was asked."""
        if self._asked:
            return 0
        last = last_user(messages)
        return next((place for place in range(len(messages) - 1, -1, -1) if messages[place] is last), 0)

    def _said(self, span: Span) -> None:
        for message in self.scope.said(span):
            for saying in sayings(message):
                known = not self._history.is_new(saying) or saying.call_id is not None
                if known and self._repeats(saying, span):
                    continue
                self._outputs.setdefault((saying.kind, saying.text, saying.name), []).append(span.span_id)
                if saying.text in self.answers and saying.call is None and self.scope.related(span.span_id, self.answering or span.span_id):
                    continue
                self._continue(span, saying)

    def _repeats(self, saying: Saying, span: Span) -> bool:
        before = self._outputs.get((saying.kind, saying.text, saying.name), ())
        return any(self.scope.related(span_id, span.span_id) for span_id in before)

    def _continue(self, span: Span, saying: Saying) -> None:
        if saying.call is not None:
            call = self._calls.ask(saying, span.span_id)
            if call is not None:
                self._steps.append(call)
        elif saying.kind == "result" and self._calls.answer(saying):
            return
        elif saying.kind == "user" and self.question.text and self.question.text in saying.text:
            self._steps.append(self._spoken(span, saying, "PROMPT", "background"))
        elif saying.kind == "user" and self._nodes and self._nodes[span.span_id] is not self.scope.root:
            self._steps.append(self._spoken(span, saying._replace(kind="input"), "INPUT"))
        elif saying.kind == "result" and not saying.text.strip(BLANK):
            self._steps.append(self._keyed.block(span.span_id, "result", "RESULT", "a tool message without text", note=True))
        elif saying.failed:
            self._steps.append(self._spoken(span, saying, "✗ RESULT", "error"))
        else:
            self._steps.append(self._spoken(span, saying, TITLES.get(saying.kind, one_line(saying.kind.upper())[:9])))

    def _spoken(self, span: Span, saying: Saying, title: str, weight: Weight = "step") -> Block:
        read = pretty if saying.kind == "result" else spoken if saying.kind == "assistant" else prose
        body, syntax = read(saying.text)
        summary = brief(saying.text)
        return self._keyed.block(
            span.span_id, saying.kind, title, body, syntax=syntax, weight=weight, summary=summary, media=saying.media
        )  # fmt: skip
