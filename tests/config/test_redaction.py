"""`redact` of the config file: which patterns, and what is wrong with it, by line."""

from pathlib import Path

import pytest

from annotator.config.redaction import BUILT_IN
from annotator.config.settings import load_settings
from annotator.domain.redaction import Pattern
from tests.config.refused import refused


def test_built_in_and_own_patterns_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("redact = [\n  'email',\n  { name = 'customer no', pattern = 'CUST-\\d+' },\n  'card',\n]\n")
    assert load_settings(path).redact == (
        Pattern("email", BUILT_IN["email"]), Pattern("customer no", r"CUST-\d+"), Pattern("card", BUILT_IN["card"]),
    )  # fmt: skip
    path.write_text("redact = []\n")
    assert load_settings(path).redact == ()


@pytest.mark.parametrize(
    ("text", "title", "advice"),
    [
        ("redact = 'email'", ":1: redact is not a list", "Write redact = ["),
        ("redact = [\n'email',\n'emial']", ":3: there is no built-in pattern 'emial'", "Did you mean email?"),
        ("redact = [3]", ":1: redact holds something that is no pattern", "name"),
        ("redact = [\n'email', 'email']", ":2: two patterns are named 'email'", "a name of its own"),
        ("redact = [{ name = 'a', patern = 'x' }]", ":1: unknown key 'patern'", "Did you mean pattern?"),
        ("redact = [\n{ pattern = 'x' }]", ":2: a pattern needs a name", 'name = "customer"'),
        ("redact = [{ name = '›', pattern = 'x' }]", "1 to 30 letters, digits and spaces", 'name = "customer"'),
        ("redact = [{ name = 'a', pattern = '(x' }]", ":1: the pattern of a is no regular expression: missing )", "Single quotes"),
        ("redact = [{ name = 'a', pattern = '[z-a]' }]", "at character", "Single quotes"),
        ("redact = [{ name = 'a', pattern = 'x*' }]", ":1: the pattern of a fits an empty text", "one character"),
        ("redact = [{ name = 'a' }]", ":1: the pattern of a fits an empty text", "one character"),
        ("redact = [{ name = 'a', pattern = 7 }]", ":1: pattern is a number", "quotes"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, title: str, advice: str) -> None:
    refused(tmp_path / "config.toml", text, title, advice)
