"""Texts and values as a person reads them; nothing that can be read is lost."""

import base64
import json
import random
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.message import Message, Part
from annotator.text.cells import width_of
from annotator.text.escape import visible
from annotator.text.markup.bulk import media_in, shortened
from annotator.text.markup.readable import arguments, brief, media, pretty, prose, said, spoken
from annotator.text.markup.values import MEASURE
from tests.recorded import traces

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(9000)).decode()
CELLS = st.text(st.sampled_from("ab *`é東\\ "), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(lambda cells: f"| {' | '.join(cells)} |"), max_size=4)
PIECES = st.one_of(
    ROWS.map("\n".join),
    st.sampled_from(["|---|:-:|", "|-|-|-|", "---|---", "```", "a | b", "# h", "**x**", "- [ ] y", "", "--", "|", "\\|", "> q|r"]),
    st.text(max_size=10),
)
MARKDOWN = st.lists(PIECES, max_size=12).map("\n".join)


def letters(text: str) -> Counter[str]:
    """The characters that no table is drawn with."""
    return Counter("".join(text.split()).translate(str.maketrans("", "", "|-:")))


@settings(max_examples=150, deadline=None)
@given(MARKDOWN)
def test_prose_loses_no_character(text: str) -> None:
    shown, _ = prose(text)
    assert not letters(visible(text)) - letters(shown)
    if "|" not in text:
        assert shown == visible(text.strip("\n"))


@settings(max_examples=120, deadline=None)
@given(MARKDOWN | st.text())
def test_a_result_that_is_no_json_loses_no_character(text: str) -> None:
    if (shown := pretty(text))[1] != "json":
        assert not letters(visible(text)) - letters(shown[0])


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cf")), min_size=1, max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | WORDS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)


@settings(max_examples=120, deadline=None)
@given(JSON.filter(lambda value: isinstance(value, (dict, list))))
def test_every_string_of_json_is_read(value: Any) -> None:
    shown = "".join(pretty(json.dumps(value))[0].split())

    def check(inner: Any) -> None:
        if isinstance(inner, dict):
            for key, one in inner.items():
                check(key)
                check(one)
        elif isinstance(inner, list):
            for one in inner:
                check(one)
        elif isinstance(inner, str):
            known = (visible(inner), visible(json.dumps(inner, ensure_ascii=False)[1:-1]))
            assert any("".join(form.split()) in shown for form in known)
        else:
            assert json.dumps(inner) in shown

    check(value)


def test_recorded_answers_keep_their_words() -> None:
    for name in ("openai-chat", "edge-mild", "langchain-langgraph"):
        for trace in traces(name):
            for span in trace.spans:
                for text in (value for value in span.attributes.values() if isinstance(value, str)):
                    assert not letters(visible(shortened(text))) - letters(prose(text)[0])


def test_a_table_is_in_columns_by_cells() -> None:
    shown, syntax = prose("Stock:\n\n|Name|Qty|\n|---|--:|\n|東京 tent|2|\n| a \\| b | 12|\n| `x|y` | 3 |\n\nend")
    assert syntax == "markdown"
    table = shown.split("\n")[2:-2]
    assert table == [
        "| Name      | Qty |",
        "| --------- | --: |",
        "| 東京 tent |   2 |",
        "| a \\| b    |  12 |",
        "| `x|y`     |   3 |",
    ]
    assert len({width_of(row) for row in table}) == 1


def test_a_table_wider_than_the_measure_is_a_record_a_row() -> None:
    long = "A tent that is large and holds four people, easily"
    shown, _ = prose(f"|Name|What|Price|\n|-|-|-|\n|tent|{long}|100|\n|boot||7|")
    assert shown == f"- **Name**: tent\n  **What**: {long}\n  **Price**: 100\n\n- **Name**: boot\n  **What**: \n  **Price**: 7"
    assert all(width_of(row) <= MEASURE for row in shown.split("\n"))


def test_what_only_looks_like_a_table_stays() -> None:
    for text in ("a | b\n---\nc | d", "```\n|a|b|\n|-|-|\n|1|2|\n```\n", "|a|b|\n|-|-|\n|1|2|3|", "x\n|--|\n", "|-|-|"):
        assert prose(text)[0] == text.strip("\n")


def test_flat_objects_and_separated_values_are_tables() -> None:
    rows = [{"id": "ORD-1", "total": 12.5, "paid": True, "note": None}, {"id": "2", "total": 7, "paid": False, "note": "null"}]
    assert pretty(json.dumps(rows)) == (
        "id     total  paid   note\n─────  ─────  ─────  ──────\nORD-1   12.5  true   null\n\"2\"        7  false  \"null\"",
        "table",
    )  # fmt: skip
    for other in ({"id": "x"}, rows[0] | {"id": "x" * 50}):
        assert pretty(json.dumps([rows[0], other]))[1] == "json"
    assert pretty("id,name,total\n1,Ana,10.5\n22,Bo,7")[0] == "id,  name,  total\n1,   Ana,   10.5\n22,  Bo,    7"
    assert pretty("a\tb\n1\t2\n333\t4")[0] == "a    b\n1    2\n333  4"
    prosaic = "Well, yes, no\nI would say that it is hard, but not so very much, really\nSo, what, now"
    assert pretty(prosaic)[0] == prosaic


def test_json_is_unfolded() -> None:
    inner = {"to": "Ana", "lines": ["a" * 30, "b" * 30]}
    value = {"log": "first line of it\n  second\n\nlast", "payload": json.dumps(inner), "short": "a\nb", "odd": list(range(60))}
    shown, syntax = pretty(json.dumps(value))
    assert syntax == "json"
    assert '  "log":\n    │ first line of it\n    │   second\n    │ \n    │ last\n' in shown
    assert '  "payload": (string) {\n    "to": "Ana",\n    "lines": [\n' in shown and r'"short": "a\nb"' in shown
    assert max(map(len, shown.split("\n"))) <= MEASURE
    assert pretty('{"a": 1}')[0] == '{"a": 1}'
    assert arguments(json.dumps({"code": "import x\nx.y()", "n": 1})) == ("code:\n│ import x\n│ x.y()\nn: 1", "json")


def test_large_json_is_read_without_being_parsed() -> None:
    rows = [{"id": number, "text": "one, two\nthree", "tags": ["x", "y"]} for number in range(12_000)]
    text = json.dumps(rows)
    assert len(text) > 400_000
    shown, syntax = pretty(text)
    assert syntax == "json" and max(map(len, shown.split("\n"))) < 60 and "".join(shown.split()) == "".join(text.split())
    many, _ = pretty(json.dumps(rows[:3000]))
    assert '"id": 2999' in many and many.count("\n") < 5000


def test_nested_beyond_reason() -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    assert '"a": {"a": {"a"' in pretty(deep)[0].replace('{"a":{', '{"a": {') and pretty("[" * 5000)[0] == "[" * 5000
    assert len(pretty(json.dumps({"x": json.dumps({"x": json.dumps({"x": "y" * 100})})}))[0]) < 400


def test_media_become_placeholders_and_ordinary_text_does_not() -> None:
    url = f"data:image/png;base64,{PNG}"
    assert shortened(f"see {url} there") == "see [image/png 9 kB inline] there"
    assert shortened(PNG) == "[image/png 9 kB inline]"
    assert shortened(f'{{"data": "{PNG}"}}') == '{"data": "[image/png 9 kB inline]"}'
    noise = base64.b64encode(random.Random(2).randbytes(3000)).decode()
    assert shortened(f"<{noise}>") == "<[base64 3 kB inline]>"
    (part,) = media_in(f'{{"x": "{url}"}}')
    assert part == Part("image", "", "image/png", "inline", 9008, PNG)
    for text in ("x" * 9000, "word " * 2000, "/usr/lib/" * 60, "ab12" * 90, "=" * 500, "A" * 300, "1, " * 200, "deadbeef" * 60, "-" * 400):
        assert shortened(text) is text


def test_vectors_are_named() -> None:
    vector = [round(number * 0.01 - 3, 4) for number in range(1536)]
    assert pretty(json.dumps({"embedding": vector}))[0].endswith('"embedding": [1,536 numbers: -3.0, -2.99, -2.98, …]\n}')
    assert shortened(f"Document(embedding={vector}, id=3)") == "Document(embedding=[1,536 numbers: -3.0, -2.99, -2.98, …], id=3)"
    primes = [2, 3, 5, 7, 11, 13] * 8
    assert "".join(pretty(json.dumps(primes))[0].split()) == json.dumps(primes).replace(" ", "")


def test_syntaxes_are_told() -> None:
    told = {
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b": "diff",
        'Traceback (most recent call last):\n  File "x", line 3, in f\nValueError: x': "stack",
        "Error: no\n    at pay (/app/x.js:3:9)": "stack",
        "<order><id>1</id></order>": "xml",
        "SELECT a\nFROM b": "sql",
        "name: x\nitems:\n  - a\n  - b: c": "yaml",
        "import os\n\ndef f():\n    return 1": "python",
        "{'a': 1, 'b': None}": "json",
        "[Document(id=3)]": "json",
        "# Report\n\nAll **good**.": "markdown",
        "Dear A,\nhow are you: well?\nthanks": "text",
        "": "text",
    }
    assert {text: pretty(text)[1] for text in told} == told
    assert spoken("import os\nis what I need")[1] == "text" and spoken('{"a": 1}')[1] == "json"


def test_a_message_and_its_media() -> None:
    image = Part("image", "", "image/png", "inline", 9008, PNG)
    message = Message("user", (Part("text", f"look {PNG}"), image, Part("reasoning", PNG), Part("file", "", None, "a.pdf", 9)))
    assert said(message).endswith("[image/png 9 kB inline]\n[file 9 B a.pdf]")
    assert [part.source for part in media(message)] == ["inline", "inline", "a.pdf"]
    assert brief(said(message)) == "look [image/png 9 kB inline] [image/png 9 kB inline] [file 9 B a.pdf]"
