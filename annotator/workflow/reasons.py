"""Why a rule took an item, in words for who is to judge it."""

from collections.abc import Iterator

from annotator.domain.filter import And, AnySpan, Comparison, Condition, Field, Or
from annotator.domain.queue import Rule, share_of_all
from annotator.domain.span import ERROR, SpanHeader
from annotator.filter.facts import ItemFacts
from annotator.filter.matching import matches, spans_of
from annotator.text.escape import one_line
from annotator.text.facts import duration

FAILED = Comparison(Field("status"), "=", ERROR)


def reason(rule: Rule, condition: Condition | None, facts: ItemFacts) -> str:
    """The rule's name, and what of the item met it where that is in the headers: 'errors: error in get_order', '5 % of all'.

    What others annotated is not told: it may not be seen yet.
    """
    if condition is None:
        share = share_of_all(rule.rate)
        return rule.name if rule.rate >= 1 or rule.name == share else f"{rule.name}: {share}"
    found = list(dict.fromkeys(_facts(condition, facts)))
    return f"{rule.name}: {', '.join(found)}" if found else rule.name


def _facts(condition: Condition, facts: ItemFacts) -> Iterator[str]:
    if isinstance(condition, And):
        for one in condition.conditions:
            yield from _facts(one, facts)
    elif isinstance(condition, Or):
        met = next((one for one in condition.conditions if matches(one, facts)), None)
        yield from _facts(met, facts) if met is not None else ()
    elif isinstance(condition, AnySpan):
        within = condition.condition
        if FAILED in (within.conditions if isinstance(within, And) else (within,)):
            yield from _error(next(spans_of(within, facts), None))
    elif condition == FAILED:
        yield from _error(facts.own())
    elif isinstance(condition, Comparison) and condition.subject == Field("latency"):
        span = facts.own()
        yield from [f"took {duration(span.duration_ns)}"] if span else []


def _error(span: SpanHeader | None) -> list[str]:
    return [f"error in {one_line(span.name)}"] if span else []
