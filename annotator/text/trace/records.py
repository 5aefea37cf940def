"""What spans tell that is no message: model calls without messages, steps of a program, templates, embeddings, queries."""

from annotator.domain.kinds import UNKNOWN
from annotator.domain.message import Reading
from annotator.domain.span import Span
from annotator.text.block import Block
from annotator.text.escape import BLANK, one_line, visible
from annotator.text.facts import tokens
from annotator.text.markup.readable import QUESTIONS, chosen, facts, parsed, pretty, prose, said
from annotator.text.shape.scope import Scope
from annotator.text.trace.ends import is_envelope
from annotator.text.trace.keyed import Keyed

UNRECORDED = "no prompt text was recorded on this span"


class Records:
    """Each text once; None where a span tells nothing new."""

    def __init__(self, scope: Scope, keyed: Keyed, question: str | None, answers: set[str | None]) -> None:
        self.scope = scope
        self._keyed = keyed
        self._question = question or ""
        self._answers = answers
        self._known: set[tuple[str, str]] = set()

    def _is_new(self, kind: str, text: str) -> bool:
        new = (kind, text) not in self._known
        self._known.add((kind, text))
        return new

    def template(self, span: Span, reading: Reading) -> Block | None:
        """The prompt template, with its version and its variables."""
        template = reading.prompt_template
        if not template or not self._is_new("template", template):
            return None
        head = f"version {one_line(reading.prompt_version)}" if reading.prompt_version else ""
        detail = facts(reading.prompt_variables)
        body, syntax = prose(template)
        return self._keyed.block(
            span.span_id, "template", "TEMPLATE", body, head=head, detail=detail, syntax=syntax, weight="background"
        )  # fmt: skip

    def wordless(self, span: Span, reading: Reading) -> Block | None:
        """A model call of which no message was recorded: its input and output, or that there are none."""
        told, given = (reading.output_text or "").strip(BLANK), (reading.input_text or "").strip(BLANK)
        if told and told in self._answers and not given:
            return None
        if is_envelope(told):
            told = ""
        body, syntax = pretty(told)
        note = not body
        if note:
            body = "no answer was recorded" if given else f"{UNRECORDED}, and no answer"
        known = (span.name, reading.model or "", tokens(reading.prompt_tokens, reading.completion_tokens))
        head = "  ".join(one_line(fact) for fact in known if fact)
        detail = f"prompt: {pretty(given)[0]}" if given else "" if note else UNRECORDED
        return self._keyed.block(span.span_id, "model", "LLM", body, head=head, detail=detail, syntax=syntax, note=note)

    def step(self, span: Span, reading: Reading) -> Block | None:
        """A span of no call with an output that no call says."""
        told = (reading.output_text or "\n".join(map(said, reading.output_messages))).strip(BLANK)
        body, syntax = pretty(told)
        if not body or told in self._answers:
            return None
        given = reading.input_text or ""
        detail = f"input: {pretty(given)[0]}" if given.strip(BLANK) else ""
        kind = self.scope.kind(span)
        title = "STEP" if kind in ("CHAIN", UNKNOWN) else "ASSISTANT" if kind == "AGENT" else one_line(kind)[:9]
        return self._keyed.block(span.span_id, "step", title, body, head=one_line(span.name), syntax=syntax, detail=detail)

    def embedding(self, span: Span, reading: Reading) -> Block | None:
        """The texts that were embedded."""
        given = reading.input_text or ""
        texts = "\n".join(reading.embedded) or chosen(parsed(given), QUESTIONS) or given
        if self.scope.is_twin(span) or not self._is_new("embedding", texts):
            return None
        body = visible(texts.strip("\n")) or "no text was recorded on this span"
        head = one_line(reading.model or span.name)
        return self._keyed.block(span.span_id, "embedding", "EMBED", body, head=head, weight="background", note=not texts)

    def query(self, span: Span, reading: Reading) -> Block | None:
        """What a retriever was asked, where that is not the question itself."""
        given = reading.input_text or ""
        query = (chosen(parsed(given), QUESTIONS) or given).strip(BLANK)
        if not query or query in self._question or not self._is_new("query", query):
            return None
        body, syntax = pretty(query)
        return self._keyed.block(span.span_id, "query", "QUERY", body, head=one_line(span.name), syntax=syntax, weight="background")
