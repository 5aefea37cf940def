"""What the patterns find, and what is left of a text."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.config.redaction import BUILT_IN
from annotator.domain.redaction import Pattern
from annotator.domain.span import Span, SpanEvent, Trace
from annotator.text import redact
from annotator.text.redact import Redaction

EVERYTHING = Redaction([Pattern(name, expression) for name, expression in BUILT_IN.items()])
SECRET = Redaction([Pattern("secret", r"hush-\d+")])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to joe.doe+x@mail.example.co.uk.", "write to ‹email›."),
        ("mailto:joe%40example.com", "mailto:‹email›"),
        ("a@b, no address", "a@b, no address"),
        ("call +49 (0)170 1234567 now", "call ‹phone› now"),
        ("(555) 123-4567 or 555-123-4567", "‹phone› or ‹phone›"),
        ("pay with 4111 1111 1111 1111, please", "pay with ‹card›, please"),
        ("5500005555555559 and 3782-822463-10005", "‹card› and ‹card›"),
        ("at 1763745690123456789 ns, 2026-11-21 11:01:38", "at 1763745690123456789 ns, 2026-11-21 11:01:38"),
        ("DE89 3704 0044 0532 0130 00 it is", "‹iban› it is"),
        ("key sk-proj-abcdefghijklmnop1234", "key ‹api_key›"),
        ("Authorization: Bearer abcdefghijklmnop.q", "Authorization: ‹api_key›"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest", "‹api_key›\nrest"),
        ("-----BEGIN PRIVATE KEY-----\ncut off", "‹api_key›"),
        ("version 3.12.1, trace 4bf92f3577b34da6a3ce929d0e0e4736", "version 3.12.1, trace 4bf92f3577b34da6a3ce929d0e0e4736"),
    ],
)
def test_the_built_in_patterns(text: str, shown: str) -> None:
    assert EVERYTHING.text(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a": "hush-1", "b": [2, "x"]}', '{"a": "‹secret›", "b": [2, "x"]}'),
        ('{"hush-1": 1, "hush-2": 2}', '{"‹secret›": 1, "‹secret› 2": 2}'),
        (json.dumps({"inner": json.dumps(["h\u0075sh-1\nhush-2"])}), '{"inner": "[\\"‹secret›\\\\n‹secret›\\"]"}'),
        ('["\\u0068ush-7"]', '["‹secret›"]'),
        ('{"cut off": "\\u0068ush-7", "and', '{"cut off": "‹secret›", "and'),
        ("{'a': 'h\\x75sh-1'}", "{'a': '‹secret›'}"),
        ('{"deep": "[\\"\\\\u0068ush-1', '{"deep": "[\\"‹secret›'),
        ('"hush-1"', '"‹secret›"'),
        ("C:\\hush-1\\b", "C:‹secret›\\b"),
        ("hush-1hush-2", "‹secret›‹secret›"),
    ],
)
def test_what_is_escaped_is_found(text: str, shown: str) -> None:
    assert SECRET.text(text) == shown


def test_a_text_without_a_find_stays_as_it_was() -> None:
    for text in ('{"a" :1,  "b":\t"\\u00e4"}', "", "[", '{"a": 1, "a": 2}'):
        assert SECRET.text(text) == text


def test_numbers_are_looked_at() -> None:
    card = Redaction([Pattern("card", BUILT_IN["card"])])
    assert card.text('{"card": 4111111111111111}') == '{"card": "‹card›"}'
    shown = card.trace(trace({"card": 4111111111111111, "nan": 4111111111111111.0, "n": 7, "t": True, "f": float("inf")})).spans[0]
    assert dict(shown.attributes) == {"card": "‹card›", "nan": "‹card›", "n": 7, "t": True, "f": float("inf")}


def test_patterns_that_overlap_hide_all_of_both() -> None:
    both = Redaction([Pattern("one", "abc"), Pattern("two", "bcd")])
    assert both.text("xabcdx") == "x‹one›x"


def trace(attributes: dict[str, Any], **fields: Any) -> Trace:
    return Trace("t", (Span("t", "s", None, fields.pop("name", "n"), "LLM", "OK", 1, 2, attributes=attributes, **fields),))


def test_every_field_of_a_span() -> None:
    given_trace = trace(
        {"hush-1": ["hush-2", {"x": "hush-3"}]},
        name="hush-4",
        session_id="hush-5",
        status_message="hush-6",
        events=(SpanEvent("hush-7", 5, {"hush-8": "hush-9"}),),
        extra={"resource": {"hush-10": "hush-11"}},
    )
    shown = SECRET.trace(given_trace)
    assert "hush-" not in repr(shown)
    assert repr(shown).count("‹secret›") == 11
    assert (shown.trace_id, shown.spans[0].span_id, shown.spans[0].start_ns) == ("t", "s", 1)


def test_what_is_nested_too_deeply_is_hidden() -> None:
    deep: Any = "hush-1"
    for _ in range(2000):
        deep = [deep]
    shown = repr_of(SECRET.trace(trace({"deep": deep})).spans[0].attributes["deep"])
    assert "hush" not in shown and "nested too deeply" in shown


def repr_of(value: Any) -> str:
    while isinstance(value, list):
        value = value[0]
    return str(value)


def test_a_pattern_without_end_stops_and_hides_what_it_could_not_look_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "SECONDS", 0.1)
    slow = Redaction([Pattern("slow", "(a+)+$")])
    attributes = {f"k{n}": f"{n} {'a' * 3000}!" for n in range(40)}
    shown = slow.trace(trace(attributes)).spans[0].attributes
    assert set(shown.values()) == {"‹hidden: looking for slow took too long›"}
    assert slow.text("aaa!") == "aaa!", "the next trace is looked through"


@given(st.recursive(st.text() | st.integers() | st.floats() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_json_is_looked_through_and_only_finds_change(value: Any) -> None:
    written = json.dumps(value)
    assert SECRET.text(written) == written
    hidden = SECRET.text(json.dumps([value, "hush-99"]))
    assert "hush-99" not in hidden and json.loads(hidden)[1] == "‹secret›"
    assert json.dumps(json.loads(hidden)[0]) == json.dumps(json.loads(written))
