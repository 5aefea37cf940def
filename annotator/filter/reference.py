"""The language on one page: what `annotator list --help` prints, and the README shows."""

REFERENCE: tuple[tuple[str, str], ...] = (
    ("todo   done   skipped   deferred   flagged", "the state of the item"),
    ("status = error   kind in (llm, tool)", "of the item's span; also name, model"),
    ("latency > 2s   tokens > 1000", "durations have a unit: ns us ms s m h d; tokens of the span, or of those below"),
    ("since 3h   until 2026-11-21   start > 2026-11-21T09:30", "when the span started; local time where no zone is given"),
    ('session = "s-1"   user = ann', "of the trace"),
    ('text ~ refund   name ~ "look up"', "contains, whatever the case; text is what went in and what came out"),
    ('attribute["metadata.tier"] = gold   attribute.x.y > 3', "an attribute by its key"),
    ("correctness = fail   correctness in (pass, fail)", "an annotation's label"),
    ("correctness < 0.5   correctness.score = 1", "its score"),
    ("correctness.explanation ~ typo   note ~ later", "its explanation; a note's text"),
    ("mine.correctness = fail", "whose: mine, others, human, llm, code"),
    ("not mine.correctness   llm   annotation", "alone: there is one"),
    ("unannotated", "not annotated by me"),
    ("others.correctness != mine.correctness", "two people's answers"),
    ("disagreement   disagreement.correctness", "labels, or else scores, differ and nobody adjudicated"),
    ("any(kind = tool and status = error)", "one span of the trace is so; annotations are that span's own"),
    ("A and B   A or B   not A   ( )", "not before and before or"),
)
"""(examples, three blanks apart; what they say)."""

RULES = (
    "A comparison with something that an item does not have is false, also with !=; not turns that around. "
    "Where several annotations fit, one that the condition holds of is enough. Names and texts with blanks are quoted, names with dots and "
    'those that the language has a use for too: "status" = bad is an annotation. Unquoted names and labels have to be known.'
)


def lines(width: int = 100) -> list[str]:
    """The reference as plain text."""
    from textwrap import wrap

    rows = [f"  {examples:<54}  {says}" for examples, says in REFERENCE]
    return [*rows, "", *wrap(RULES, width, initial_indent="  ", subsequent_indent="  ")]
