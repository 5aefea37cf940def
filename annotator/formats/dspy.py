"""Examples for DSPy: JSON Lines with declared input keys, and a module that loads them.

https://dspy.ai/learn/evaluation/data
"""

from collections.abc import Mapping
from typing import Any

from annotator.domain.exported import Exported
from annotator.formats.lines import Lines, example_id, unanswered

INPUTS = "dspy_input_keys"
LOADER = '''"""Examples for DSPy, written by annotator. `examples("train")` has those of a split, `examples()` all."""

import json
from pathlib import Path

import dspy

DATA = Path(__file__).with_name({data!r})


def examples(split: str | None = None) -> list[dspy.Example]:
    with DATA.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    wanted = [row for row in rows if split is None or row["split"] == split]
    return [dspy.Example(**{{key: row[key] for key in row if key != {inputs!r}}}).with_inputs(*row[{inputs!r}]) for row in wanted]
'''


class Examples(Lines):
    """`{"input", "context", "output", "id", "split", "dspy_input_keys"}`: the inputs, and what should be answered."""

    def value(self, one: Exported) -> Mapping[str, Any] | str:
        if reason := unanswered(one):
            return reason
        if not one.wanted:
            return "no answer"
        context = [found.document.content for found in one.recorded.documents]
        return {
            "input": one.recorded.input,
            "context": context,
            "output": one.wanted,
            "id": example_id(one),
            "split": one.split,
            INPUTS: ["input", "context"] if context else ["input"],
        }


def loader(data: str) -> str:
    """The module that stands beside the file `data`."""
    return LOADER.format(data=data, inputs=INPUTS)
