"""What Phoenix can leave out of a listing of traces: necessary conditions, made of the condition that every item is tested with here.

Since 20.12 a listing takes a trace filter. What that cannot ask for (attributes, sessions), and everything on older servers, is asked as a
query of spans, whose traces are then all that can have an item. What neither can say is left out: more comes, and is tested here.
"""

from collections.abc import Callable, Collection, Iterator

from annotator.domain.filter import And, Answer, AnySpan, Attribute, Comparison, Condition, Field, Not, OneOf, Or, Present, parts
from annotator.domain.queue import Selection
from annotator.domain.record import record
from annotator.domain.source import Wanted
from annotator.domain.span import SESSION_KEYS
from annotator.errors import ServerError
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.terms import Terms, text

TRACE_FILTER_SINCE = (20, 12)
FEW = 50
"""Traces that are named in a trace filter: 2 kB of a request line."""
MOST_SPANS = 1_000_000
Ask = Callable[[str], Collection[str] | None]
"""The traces with a span that meets a condition; None where the server does not take it."""


@record
class Narrowed:
    """Of a listing."""

    trace_filter: str = ""
    """'' for none."""
    trace_ids: frozenset[str] | None = None
    """The only traces that can have an item; None for any."""


def narrow(client: Client, project_name: str, selection: Selection, wanted: Wanted | None) -> Narrowed:
    """Asks the server where that takes a query of spans. A session is whole or it is not: nothing is left out of a listing of sessions."""
    if wanted is None or selection.target == "session":
        return Narrowed()
    on_span = selection.target in ("root", "span")
    filters = client.at_least(*TRACE_FILTER_SINCE)
    found = _traces(wanted.condition, Terms("span", on_span), filters, lambda term: _ask(client, project_name, term))
    if not filters:
        return Narrowed(trace_ids=found)
    said = trace_term(wanted.condition, Terms("trace", on_span, wanted.identifier), selection.target == "trace")
    if found is not None and len(found) <= FEW:
        listed = ", ".join(f"'{trace_id}'" for trace_id in sorted(found))
        said = " and ".join(part for part in (said, f"trace_id in [{listed}]" if found else "") if part)
    return Narrowed(said or "", found)


def trace_term(condition: Condition, terms: Terms, on_trace: bool, sense: bool = True) -> str | None:
    """The trace filter that holds wherever the condition is true (`sense`), or false; None for any trace.

    `on_trace`: an item's annotations are those of its trace.
    """
    if isinstance(condition, Not):
        return trace_term(condition.condition, terms, on_trace, not sense)
    if isinstance(condition, AnySpan):
        term = terms.span(condition.condition, upper=sense, within=True)
        return None if term is None else f"{'' if sense else 'not '}any({term} for s in spans)"
    if on_trace and isinstance(condition, Comparison | OneOf | Present) and isinstance(condition.subject, Answer):
        row = terms.row(condition, condition.subject, sense)
        return None if row is None else f"{'' if sense else 'not '}any({row} for a in trace_annotations)"
    if not isinstance(condition, And | Or) or not _is_mixed(condition, on_trace):
        term = terms.span(condition, sense)
        return None if term is None else f"any({term} for s in spans)"
    every = isinstance(condition, And) == sense
    found = [trace_term(one, terms, on_trace, sense) for one in _together(condition, on_trace)]
    known = [one for one in found if one is not None]
    if not known or (not every and len(known) < len(found)):
        return None
    return f"({(' and ' if every else ' or ').join(known)})"


def _is_mixed(condition: Condition, on_trace: bool) -> bool:
    """It is not about one span alone."""
    return any(isinstance(one, AnySpan) or (on_trace and _is_answer(one)) for one in parts(condition))


def _is_answer(condition: Condition) -> bool:
    return isinstance(condition, Comparison | OneOf | Present) and isinstance(condition.subject, Answer)


def _together(condition: And | Or, on_trace: bool) -> Iterator[Condition]:
    """Its parts, those about the item's own span as one, which is narrower than each for itself."""
    own = [one for one in condition.conditions if not _is_mixed(one, on_trace)]
    yield from (one for one in condition.conditions if _is_mixed(one, on_trace))
    if own:
        yield own[0] if len(own) == 1 else type(condition)(tuple(own))


def _traces(condition: Condition, terms: Terms, filters: bool, ask: Ask) -> frozenset[str] | None:
    """The traces that can have an item by queries of spans; with `filters` only by what a trace filter cannot ask for."""
    if isinstance(condition, And | Or) and _is_mixed(condition, False):
        found = [_traces(one, terms, filters, ask) for one in _together(condition, False)]
        known = [one for one in found if one is not None]
        if isinstance(condition, And):
            return frozenset.intersection(*known) if known else None
        return frozenset.union(*known) if len(known) == len(found) else None
    about = condition.condition if isinstance(condition, AnySpan) else condition
    term = None
    if not filters or any(isinstance(getattr(one, "subject", None), Attribute) for one in parts(about)):
        term = terms.span(about, within=isinstance(condition, AnySpan))
    asked = [term] if term is not None else []
    asked += [session for one in (about.conditions if isinstance(about, And) else (about,)) if (session := _session(one))]
    known = [frozenset(traces) for one in asked if (traces := ask(one)) is not None]
    return frozenset.intersection(*known) if known else None


def _session(condition: Condition) -> str | None:
    """That a span names the session, under any of the keys; as a text, a number, or a text in quotes. Which span does is another matter."""
    if not isinstance(condition, Comparison | OneOf) or condition.subject != Field("session"):
        return None
    if isinstance(condition, Comparison) and condition.op != "=":
        return None
    sessions = [text(one) for one in (condition.values if isinstance(condition, OneOf) else (condition.value,))]
    places = ["attributes" + "".join(f"['{part}']" for part in key.split(".")) for key in SESSION_KEYS]
    return " or ".join(f"{session} in {place}" for session in sessions for place in places) if None not in sessions else None


def _ask(client: Client, project_name: str, term: str) -> Collection[str] | None:
    """POST /v1/spans (since 4.0): the traces of the spans that meet a condition."""
    query = {"filter": {"condition": term}, "select": {"context.trace_id": {"key": "context.trace_id"}}}
    try:
        [table] = client.tables("/v1/spans", {"queries": [query], "limit": MOST_SPANS, "project_name": project_name})
        rows = table["data"]
        return {next(value for name, value in row.items() if name.endswith("trace_id")) for row in rows} if len(rows) < MOST_SPANS else None
    except (ServerError, ValueError, KeyError, TypeError, StopIteration):
        return None
