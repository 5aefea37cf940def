"""Commands that copy: the part under the cursor, the ids."""

import os
from typing import TYPE_CHECKING

from annotator.text.block import Block
from annotator.text.escape import one_line
from annotator.text.facts import size
from annotator.ui.clipboard import LONGEST, cut, sequences, to_tmux

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen


class Copying:
    """Each public method is the command of that name, or is called by one."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk

    def copy(self) -> None:
        """The marked part, else the answers."""
        parts = self.screen.jumping.meant
        blocks = parts or [block for block in self.desk.blocks if block.weight == "answer" and not block.note]
        text = "\n".join(block.text for block in blocks)
        if not text:
            self.desk.say("there is nothing to copy: no answer was recorded, and no part is marked", "warn")
            return
        self.put(text, name_of(blocks[0]) if parts else "the answer")

    def copy_id(self) -> None:
        """The id of what is in view: the trace's, or the span's where one is looked at alone."""
        desk, item = self.desk, self.desk.item
        if item is None:
            return
        trace_id, span_id = one_line(item.trace_id), desk.span_id or item.span_id
        span_id = one_line(span_id)
        if desk.whole:
            self.put(trace_id, f"trace {trace_id}", f" · span {span_id}")
        else:
            self.put(span_id, f"span {span_id}", f" · trace {trace_id}")

    def put(self, text: str, what: str, more: str = "") -> None:
        """To the clipboard, and say so; what does not fit is said."""
        kept = cut(text)
        if not to_tmux(kept, os.environ):
            self.screen.host.send(sequences(kept, os.environ))
        whole = len(text.encode("utf-8", "replace"))
        if len(kept) < len(text):
            self.desk.say(f"copied the first {size(LONGEST)} of {size(whole)} of {what}: a clipboard takes no more", "warn")
        else:
            self.desk.say(f"copied {what}{more}", "good")


def name_of(block: Block) -> str:
    """What a message calls a part: its title, and its name where it has one."""
    title = block.title if block.title not in ("", "=", "✗") else {"=": "result", "✗": "error"}.get(block.title, block.kind)
    head = block.head if block.kind in ("call", "agent") else ""
    return f"{title} {head}".strip()
