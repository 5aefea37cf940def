"""What a person wants hidden: `redact` of the config file."""

import re
from collections.abc import Mapping

from annotator.config.toml_file import Table, did_you_mean
from annotator.domain.redaction import Pattern

BUILT_IN: Mapping[str, str] = {
    "email": r"\b[\w.+-]++(?:@|%40)[\w-]++(?:\.[\w-]++)++",
    "phone": r"(?<![\w.+])\+\d{1,3}(?:[ .()/-]{0,2}\d){6,12}(?!\w)|(?<![\w.+-])\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?![\w-])",
    "card": r"(?<![\w.])(?:[2-6]\d{12,18}|[2-6]\d{3}([ -])\d{4}\1\d{4}\1\d{1,7}|3[47]\d{2}([ -])\d{6}\2\d{5})(?!\w)",
    "iban": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",
    "api_key": (
        r"\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*+[A-Za-z0-9_-]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}"
        r"|\bglpat-[\w-]{16,}|\bhf_[A-Za-z0-9]{20,}|\bxox[abeoprs]-[\w-]{10,}|\bA(?:KIA|SIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}"
        r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\b[Bb]earer +[\w.~+/-]{16,}=*"
        r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    ),
}
"""Patterns that are switched on by name."""
NAME = re.compile(r"[\w][\w .-]{0,29}")
"""It is drawn in place of what is hidden."""


def patterns(table: Table) -> tuple[Pattern, ...]:
    """`redact`: names of built-in patterns, and tables with a name and a pattern. Raises the file's error."""
    value = table.value.get("redact", [])
    if not isinstance(value, list):
        table.fail("redact", "redact is not a list.", 'Write redact = ["email", { name = "customer", pattern = \'CUST-\\d+\' }].')
    found: list[Pattern] = []
    for index, entry in enumerate(value):
        place = (*table.place, "redact", index)
        if isinstance(entry, str) and entry in BUILT_IN:
            pattern = Pattern(entry, BUILT_IN[entry])
        elif isinstance(entry, dict):
            pattern = _own(Table(table.file, place, entry))
        elif isinstance(entry, str):
            table.file.fail(place, f"there is no built-in pattern {entry!r}.", did_you_mean(entry, BUILT_IN))
        else:
            table.file.fail(place, "redact holds something that is no pattern.", "Write a name, or { name = \"…\", pattern = '…' }.")
        if any(other.name == pattern.name for other in found):
            table.file.fail(place, f"two patterns are named {pattern.name!r}.", "Give each a name of its own.")
        found.append(pattern)
    return tuple(found)


def _own(table: Table) -> Pattern:
    table.only(("name", "pattern"))
    name, expression = table.text("name") or "", table.text("pattern") or ""
    if not NAME.fullmatch(name):
        table.fail("name", "a pattern needs a name of 1 to 30 letters, digits and spaces.", 'Write name = "customer".')
    import regex  # 40 ms, only where a person wrote a pattern

    try:
        compiled = regex.compile(expression)
    except regex.error as error:
        at = f" at character {error.pos + 1}" if error.pos is not None else ""
        wrong = f"the pattern of {name} is no regular expression: {error.msg}{at}."
        table.fail("pattern", wrong, "Single quotes keep backslashes: '\\d+'.")
    if compiled.search(""):
        table.fail("pattern", f"the pattern of {name} fits an empty text: it would be everywhere.", "Ask for one character or more.")
    return Pattern(name, expression)
