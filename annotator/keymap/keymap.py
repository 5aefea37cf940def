"""A keymap: which key runs which command where."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import NamedTuple

from annotator.domain.record import record
from annotator.keymap.commands import BY_ID, COMMANDS, CONTEXTS, TYPING, Command
from annotator.keymap.keys import display, display_all, types


class Row(NamedTuple):
    """One command in a key table."""

    context: str
    command: str
    keys: tuple[str, ...]
    """In their short form."""
    title: str
    help: str


@record
class Keymap:
    """Made by `load`, which checks it."""

    name: str
    by_command: Mapping[str, tuple[str, ...]]
    """Command id to its keys, at least one each, the one to show first."""
    _by_key: Mapping[tuple[str, str], Command] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key = {(BY_ID[name].context, key): BY_ID[name] for name, keys in self.by_command.items() for key in keys}
        object.__setattr__(self, "_by_key", by_key)

    def command(self, contexts: Iterable[str], key: str) -> Command | None:
        """What a key (as `key_name` gives it) runs in the contexts, most specific first.

        None where nothing has it, and where the key is text: a printable key goes no further than the first of `field` and `list`.
        """
        for context in contexts:
            if context in TYPING and types(key):
                return None
            if command := self._by_key.get((context, key)):
                return command
        return None

    def keys(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command; KeyError where there is no such command."""
        return self.by_command[command_id]

    def first(self, command_id: str) -> str:
        """The first key of a command, in its short form."""
        return display(self.by_command[command_id][0])

    def display_keys(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command, in their short form; all ten digits as '0-9'."""
        return display_all(self.by_command[command_id])

    def table(self) -> tuple[Row, ...]:
        """Every command in the order of help."""
        return tuple(Row(each.context, each.id, self.display_keys(each.id), each.title, each.help) for each in COMMANDS)


def _code(key: str) -> str:
    return "`` ` ``" if key == "`" else "`" + key.replace("|", "\\|") + "`"


def markdown(keymap: Keymap) -> str:
    """The key table of the README, one Markdown table a context."""
    rows = keymap.table()
    blocks = []
    for context, title in CONTEXTS.items():
        lines = [f"| {title} | `[{context}]` | |", "|---|---|---|"]
        lines += [f"| {' '.join(map(_code, row.keys))} | `{row.command}` | {row.help} |" for row in rows if row.context == context]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
