"""Colours: every character is painted once, whatever the syntax."""

import sys
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.text.block import Block, Syntax
from annotator.text.cells import wrap
from annotator.text.line import Piece, Style
from annotator.text.lines.paint import Painter, syntaxes
from annotator.text.markup import code
from annotator.ui.styles import NO_COLOR, THEMES

SIGNS = ["**", "```", "\n", "# ", "- ", "](", "|-|", ": ", "│ ", "@@ ", "\\x1b", "b ", *'*_`>[)|"{+a1']
TEXTS = st.lists(st.sampled_from(SIGNS), max_size=40).map("".join)


def painted(text: str, syntax: Syntax, width: int = 200) -> list[list[Piece]]:
    block = Block("k", "s", "result", "=", text, syntax=syntax)
    painter = Painter(block.text, "text", sections=syntaxes(block))
    return [painter.row(start, end) for start, end in wrap(block.text, width)]


def styled(text: str, syntax: Syntax) -> list[tuple[str, Style]]:
    return [(piece.text, piece.style) for row in painted(text, syntax) for piece in row if piece.style != "text" and piece.text.strip()]


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(get_args(Syntax)), st.integers(2, 30))
def test_every_character_is_painted_once(text: str, syntax: Syntax, width: int) -> None:
    rows = painted(text, syntax, width)
    assert ["".join(piece.text for piece in row) for row in rows] == [text[start:end] for start, end in wrap(text, width)]


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(2, 30))
def test_a_row_is_painted_alike_in_any_order(text: str, width: int) -> None:
    block = Block("k", "s", "result", "=", text, syntax="markdown")
    rows = list(wrap(text, width))
    one, other = (Painter(text, "text", sections=syntaxes(block)) for _ in range(2))
    assert [one.row(*row) for row in rows] == [other.row(*row) for row in reversed(rows)][::-1]


def test_markdown() -> None:
    assert styled("## Refunds **now**", "markdown") == [
        ("## ", "faint"), ("Refunds ", "heading"), ("**", "faint"), ("now", "strong"), ("**", "faint"),
    ]  # fmt: skip
    assert ("soon", "emphasis") in styled("very _soon_, not snake_case_name", "markdown")
    assert not [style for text, style in styled("snake_case_name and 2 * 3 * 4", "markdown")]
    assert styled("run `rm -r` now", "markdown") == [("`", "faint"), ("rm -r", "code"), ("`", "faint")]
    assert ("the policy", "link") in styled("see [the policy](https://x.example/p)", "markdown")
    assert ("-", "name") in styled("- one", "markdown") and ("> ", "accent") in styled("> said", "markdown")
    assert styled("**bold with `code` in it**", "markdown")[3][1] == "code"
    table = "| a   | b   |\n|-----|-----|\n| 1   | 2   |"
    assert (" a   ", "strong") in styled(table, "markdown") and ("|-----|-----|", "faint") in styled(table, "markdown")


def test_a_fence_is_not_prose() -> None:
    shown = styled("```\n# no heading\n```\n# heading", "markdown")
    assert ("# no heading", "code") in shown and ("heading", "heading") in shown
    assert ('"a"', "name") in styled('```json\n{"a": 1}\n```', "markdown")
    assert ("+new", "added") in styled("~~~diff\n-old\n+new\n~~~", "markdown")
    assert ("# open", "code") in styled("```\n# open", "markdown"), "a fence that nobody closed"


def test_code_is_coloured_once_it_is_prepared() -> None:
    source = "def total(items):  # all\n    return 'x' + 1\n"
    fenced = f"Look:\n```python\n{source}```\n"
    block = Block("k", "s", "assistant", "ANSWER", fenced, syntax="markdown")
    assert code.prepare([block]) and not code.prepare([block])
    shown = styled(fenced, "markdown")
    for piece in (("def", "keyword"), ("total", "tool"), ("# all", "comment"), ("'x'", "string"), ("1", "number")):
        assert piece in shown
    assert styled(source, "python")[0] == ("def", "keyword"), "the same code elsewhere"
    assert not code.prepare([Block("k", "s", "result", "=", "x = 1\n" * 4000, syntax="python")]), "too long"
    assert not code.prepare([Block("k", "s", "result", "=", "```whatever\nx\n```", syntax="markdown")]), "no such language"


@pytest.mark.parametrize("language", sorted(set(code.LEXERS.values())))
def test_every_language_has_a_lexer(language: str) -> None:
    block = Block("k", "s", "result", "=", f'```{language}\nif "x" == 1: # é\n```', syntax="markdown")
    code.prepare([block])
    assert "".join(piece.text for row in painted(block.body, "markdown") for piece in row) == block.body.replace("\n", "")


def test_diff_stack_json_and_table() -> None:
    diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-old\n+new\n same"
    assert styled(diff, "diff") == [
        ("--- a/x", "strong"), ("+++ b/x", "strong"), ("@@ -1,2 +1,2 @@", "accent"), ("-old", "removed"), ("+new", "added"),
    ]  # fmt: skip
    stack = 'Traceback (most recent call last):\n  File "/app/x.py", line 12, in pay\n    raise Boom\nshop.LimitError: too much'
    shown = styled(stack, "stack")
    assert ('"/app/x.py"', "name") in shown and ("pay", "tool") in shown and ("shop.LimitError: too much", "error") in shown
    assert ("pay", "tool") in styled("    at pay (/app/x.js:3:9)", "stack")
    assert ("com.x.Pay.run", "tool") in styled("  at com.x.Pay.run(Pay.java)", "stack")
    assert ("None", "number") in styled("{'a': None}", "json") and ("'a'", "string") in styled("{'a': None}", "json")
    assert styled("x:\n  │ a: 1", "json")[-1] == (" a: 1", "string")
    assert styled("id  n\n──  ─\n 1  a", "table") == [("id  n", "strong"), ("──  ─", "faint")]


def test_a_stack_in_a_detail_is_coloured() -> None:
    block = Block("k", "s", "error", "✗", "ValueError: x", detail='  File "a.py", line 1, in f\nValueError: x')
    painter = Painter(block.text, "error", [(14, len(block.text), "dim")], sections=syntaxes(block))
    assert Piece('"a.py"', "name") in painter.row(14, block.text.index("\n", 14))


def test_every_style_has_a_look_in_every_palette() -> None:
    for palette in (NO_COLOR, *THEMES.values()):
        assert set(palette) == set(get_args(Style))
    assert not any(look.color or look.bgcolor for look in NO_COLOR.values())


def test_painting_imports_no_lexer() -> None:
    lexers = {name for name in sys.modules if name.startswith("pygments.lexers.")}
    painted("```haskell\nmain = x\n```\n```scala\nval x = 1\n```", "markdown")
    assert {name for name in sys.modules if name.startswith("pygments.lexers.")} == lexers
