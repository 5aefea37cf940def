"""A trace as plain text: everything unfolded, nothing wrapped."""

from collections.abc import Iterable, Iterator

from annotator.text.block import Block


def plain(blocks: Iterable[Block]) -> Iterator[str]:
    """Lines without a newline at their end; a heading in capitals before each block, an empty line after it."""
    for block in blocks:
        if block.kind == "group":
            continue
        heading = "  ".join(part for part in (block.title, block.head) if part)
        if heading:
            yield heading
        # Later turns follow here, whatever is said of them where they are folded.
        body = block.body.partition(", ")[0] if block.kind == "turn" and block.detail else block.body
        if body:
            yield from (f"({body})" if block.note and block.kind != "facts" else body).split("\n")
        if block.detail:
            yield from block.detail.split("\n")
        yield ""
