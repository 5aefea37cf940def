"""A regression test file: a user's function is run with the recorded inputs, under plain pytest, without annotator."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from annotator.domain.exported import Exported
from annotator.domain.record import record
from annotator.errors import UsageError
from annotator.formats.lines import DOCUMENT, Lines, example_id, unanswered
from annotator.formats.openai import chat_to_json, tools_to_json

Comparison = Literal["text", "exact", "contains"]
Argument = Literal["input", "messages", "case"]
NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
TEMPLATE = '''"""Regression tests of {queue}, written by annotator from people's verdicts.

A right answer has to come again, the expected one where somebody wrote it, and a wrong one must not. Runs under plain pytest.
"""

import asyncio
import importlib
import inspect
import json
{imports}
import pytest

FUNCTION = {function!r}
"""What is tested: package.module:name."""
ARGUMENT = {argument!r}
"""What it is called with: the input as a text; the messages, in OpenAI's shape; or the whole case."""
COMPARISON = {comparison!r}
"""text: blanks and line ends do not count; exact: every character does; contains: as text, and more may stand around it."""
CASES = {cases}


def answer_to(case):
    module, _, names = FUNCTION.partition(":")
    function = importlib.import_module(module)
    for name in names.split("."):
        function = getattr(function, name)
    answer = function(case if ARGUMENT == "case" else case[ARGUMENT])

    async def awaited():
        return await answer

    return str(asyncio.run(awaited()) if inspect.isawaitable(answer) else answer)


def plain(text):
    return text if COMPARISON == "exact" else " ".join(text.split())


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_answer(case):
    answer = plain(answer_to(case))
    if case["wrong"] is not None:
        assert answer != plain(case["wrong"]), "the wrong answer came again: " + (case["why"] or case["id"])
    if case["expected"] is not None:
        expected = plain(case["expected"])
        assert expected in answer if COMPARISON == "contains" else answer == expected
'''
BESIDE = '[json.loads(line) for line in Path(__file__).with_name({data!r}).read_text(encoding="utf-8").split("\\n") if line]'


@record
class Tested:
    """What the tests run, and how they compare. Raises UsageError for what is no name of a function."""

    function: str
    """`package.module:name`."""
    argument: Argument = "input"
    comparison: Comparison = "text"

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.function):
            raise UsageError(f"{self.function!r} names no function.", "Say --function package.module:name.")

    def module(self, queue: str, data: str = "", lines: str = "") -> str:
        """The test file, with its cases in the file `data` beside it, or in itself as JSON `lines`."""
        written = [line for line in lines.split("\n") if line]
        inside = "[json.loads(line) for line in (\n" + "".join(f"    {line!a},\n" for line in written) + ")]"
        return TEMPLATE.format(
            queue=_words(queue),
            imports="from pathlib import Path\n" if data else "",
            function=self.function,
            argument=self.argument,
            comparison=self.comparison,
            cases=BESIDE.format(data=data) if data else inside,
        )


class Cases(Lines):
    """`{"id", "input", "messages", "tools", "expected", "wrong", "why"}`."""

    def value(self, one: Exported) -> Mapping[str, Any] | str:
        recorded = one.recorded
        wrong = recorded.output if one.outcome == "fail" and recorded.output and recorded.choices == 1 else None
        if (reason := unanswered(one)) and (wrong is None or reason == DOCUMENT):
            return reason if one.outcome != "fail" or reason == DOCUMENT else "no answer"
        if one.wanted is None and wrong is None:
            return "no answer"
        # What differs from the expected output in blanks alone may come again.
        if wrong is not None and one.wanted is not None and wrong.split() == one.wanted.split():
            wrong = None
        return {
            "id": example_id(one),
            "input": recorded.input,
            "messages": chat_to_json(recorded.messages),
            "tools": tools_to_json(recorded.tools),
            "expected": one.wanted,
            "wrong": wrong,
            "why": "; ".join(row.explanation for row in one.answers.values() if row.explanation) or None,
        }


def _words(text: str) -> str:
    """For a docstring: neither its end nor an escape can be in it."""
    return re.sub(r"[^\w .,:()/-]", " ", text)
