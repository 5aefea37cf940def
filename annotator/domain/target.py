"""What of an item can be judged: its own target, the spans of its trace, their documents, the trace, the session."""

from annotator.domain.annotation import Target
from annotator.domain.record import record


@record
class ItemTarget:
    """One of them, and where it is shown."""

    target: Target
    span_id: str
    """The span that is shown for it: itself, the span that a document belongs to, the root of a trace or session."""
    span_kind: str = ""
    """LLM, TOOL, RETRIEVER, …: of that span; '' for a trace and a session."""
    name: str = ""
    """For people: the span's name, 'document 2 of search'."""
    own: bool = False
    """It is what the queue asks about: the item's own target."""
