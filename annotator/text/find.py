"""Search in blocks, folded or not."""

import re
from collections.abc import Sequence

from annotator.text.block import Block


def find(blocks: Sequence[Block], query: str) -> list[tuple[int, int]]:
    """Every match, in reading order: (index of the block, offset in its `text`). Without regard to case; '' matches nothing."""
    if not query:
        return []
    pattern = re.compile(re.escape(query), re.IGNORECASE)
    return [(index, match.start()) for index, block in enumerate(blocks) if block.kind != "group" for match in pattern.finditer(block.text)]


def ranges(text: str, query: str) -> list[tuple[int, int]]:
    """(start, end) of every match in one text."""
    return [match.span() for match in re.finditer(re.escape(query), text, re.IGNORECASE)] if query else []
