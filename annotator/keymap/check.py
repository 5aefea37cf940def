"""What a keymap file may say. Each fault is one KeymapError that names file, line and a way out."""

import re
import string
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from annotator.domain.annotation_config import CategoricalConfig
from annotator.domain.record import record
from annotator.domain.rubric import Rubric
from annotator.errors import KeymapError, RubricError
from annotator.keymap.commands import BY_ID, COMMANDS, CONTEXTS, TYPING
from annotator.keymap.keymap import Keymap
from annotator.keymap.keys import NAMED, SAME_AS, display, is_key, nearest, types

Keys = Mapping[str, tuple[str, ...]]
"""Command id to its keys."""
NUMBER = frozenset(string.digits + ".,-")
"""What `score_type` may be bound to: the characters of a number."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A sentence with the nearest known word, else another."""
    close = get_close_matches(word.lower(), list(known), 1)
    return f"Did you mean {close[0]}?" if close else otherwise


@record
class KeymapFile:
    """A file's text, and where in it things stand."""

    path: Path
    text: str

    def error(self, title: str, advice: str, context: str = "", command: str = "") -> KeymapError:
        """An error at the line of a context's table, or of a command in it; without them, or where it is not found, in the file."""
        line = self._line(context, command) if context or command else None
        return KeymapError(f"{self.path}{f', line {line}' if line else ''}: {title}", advice)

    def _line(self, context: str, command: str) -> int | None:
        current = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            if table := re.match(r"\s*\[\s*[\"']?([^\]\"']*?)[\"']?\s*\]", line):
                current = table[1]
                if current == context and not command:
                    return number
            elif current == context and command and re.match(rf"\s*[\"']?{re.escape(command)}[\"']?\s*=", line):
                return number
        return None

    def keys(self) -> Keys:
        """What the file binds, each name and key checked; not yet whether keys meet."""
        try:
            tables = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise self.error(f"not TOML: {error}.", 'A binding is written: note = ["n"]') from None
        return {command: keys for context, table in tables.items() for command, keys in self._table(context, table)}

    def _table(self, context: str, table: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
        if not isinstance(table, dict):
            place = f"Put it under [{BY_ID[context].context}]." if context in BY_ID else f"Put it under one of [{'], ['.join(CONTEXTS)}]."
            raise self.error(f"{context!r} stands outside a table.", place, command=context)
        if context not in CONTEXTS:
            advice = did_you_mean(context, CONTEXTS, f"The contexts are {', '.join(CONTEXTS)}.")
            raise self.error(f"there is no context {context!r}.", advice, context)
        for command, keys in table.items():
            yield command, self._binding(context, command, keys)

    def _binding(self, context: str, command: str, keys: Any) -> tuple[str, ...]:
        known = BY_ID.get(command)
        if known is None:
            here = [each.id for each in COMMANDS if each.context == context]
            elsewhere = did_you_mean(command, BY_ID, "`annotator keys` lists the commands.")
            raise self.error(f"there is no command {command!r}.", did_you_mean(command, here, elsewhere), context, command)
        if known.context != context:
            raise self.error(f"{command} is no command of [{context}].", f"Put it under [{known.context}].", context, command)
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            advice = f'Write them as {command} = ["x", "ctrl+x"].'
            raise self.error(f"the keys of {command} are no list of strings.", advice, context, command)
        if not keys:
            raise self.error(f"{command} has no key.", "Give it one, or remove the line: it keeps its default.", context, command)
        for key in keys:
            self._key(context, command, key)
        if len(set(keys)) < len(keys):
            raise self.error(f"{command} has a key twice.", "Write each key once.", context, command)
        return tuple(keys)

    def _key(self, context: str, command: str, key: str) -> None:
        if key in SAME_AS:
            same = display(SAME_AS[key])
            advice = f"Use {SAME_AS[key]!r} if that is meant, else another key."
            raise self.error(f"{key!r} of {command} cannot be told from {same}.", advice, context, command)
        if not is_key(key):
            meant = nearest(key)
            spelling = f"A key is one character or one of {', '.join(NAMED)}, after ctrl+, alt+ or shift+."
            advice = f"Did you mean {meant!r}?" if meant else spelling
            raise self.error(f"{key!r} of {command} is no key.", advice, context, command)
        if context in TYPING and types(key):
            raise self.error(f"{key!r} of {command} is text in [{context}].", "Use a key that types nothing.", context, command)
        if command == "score_type" and key not in NUMBER:
            raise self.error(f"{key!r} of score_type is not part of a number.", "It takes digits, '.', ',' and '-'.", context, command)

    def check_together(self, keys: Keys, own: Collection[str]) -> None:
        """Raise where two commands of one context share a key, or no key quits from everywhere. This file binds the commands in `own`."""
        taken: dict[tuple[str, str], str] = {}
        for command in sorted(keys, key=own.__contains__):
            context = BY_ID[command].context
            for key in keys[command]:
                other = taken.setdefault((context, key), command)
                if other != command:
                    default = "" if other in own else " by default"
                    rest = [each for each in keys[other] if each != key] or [_free(keys, context)]
                    advice = f"Under [{context}] write {other} = [{', '.join(map(_quoted, rest))}], or give {command} another key."
                    raise self.error(f"{key!r} of {command} is also the key of {other}{default}.", advice, context, command)
        others = {key: command for command, bound in keys.items() if command != "quit" for key in bound}
        if all(types(key) or key in others for key in keys["quit"]):
            thief = next((others[key] for key in keys["quit"] if key in others and others[key] in own), "quit")
            advice = "Leave quit a key that types nothing and that no other command has, such as 'ctrl+q'."
            raise self.error("no key quits from everywhere.", advice, BY_ID[thief].context, thief)


def _quoted(key: str) -> str:
    return f"'{key}'" if key in '"\\' else f'"{key}"'


def _free(keys: Keys, context: str) -> str:
    """A key that no command has and that the context can take: a letter, or a function key where letters are text."""
    taken = {key for bound in keys.values() for key in bound}
    offered = [f"f{n}" for n in range(2, 13)] if context in TYPING else string.ascii_letters
    return next((key for key in offered if key not in taken), "f12")


def check_label_keys(keymap: Keymap, rubric: Rubric) -> None:
    """Raise RubricError where a key of the rubric is no key, is a command's already, or stands twice where both could be meant."""
    judging = ("label", "review", "everywhere")
    configs: dict[str, str] = {}
    for criterion in rubric.criteria:
        if criterion.key is not None:
            what = f"the config {criterion.name!r}"
            _check_rubric_key(keymap, criterion.key, what, ("score", *judging), configs)
            configs[criterion.key] = what
    for criterion in rubric.criteria:
        labels = dict(configs)
        for value in criterion.config.values if isinstance(criterion.config, CategoricalConfig) else ():
            if value.key is not None:
                what = f"the label {value.label!r} of {criterion.name!r}"
                _check_rubric_key(keymap, value.key, what, judging, labels)
                labels[value.key] = what


def _check_rubric_key(keymap: Keymap, key: str, what: str, contexts: tuple[str, ...], others: Mapping[str, str]) -> None:
    if not is_key(key):
        meant = nearest(key)
        raise RubricError(f"The key {key!r} of {what} is no key.", f"Did you mean {meant!r}?" if meant else "Use one letter.")
    command = keymap.command(contexts, key)
    free = _free({**keymap.by_command, "": tuple(others)}, "label")
    advice = f"Give it another, {free!r} for instance, or none: labels have their digits, configs have {keymap.first('next_criterion')}."
    if command:
        raise RubricError(f"The key {key!r} of {what} is the key of the command {command.id} ({command.title}).", advice)
    if key in others:
        raise RubricError(f"The key {key!r} of {what} is also the key of {others[key]}.", advice)
