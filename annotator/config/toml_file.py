"""A TOML file that a person wrote: what is wrong in it is said with its line and what was meant."""

import math
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from annotator.config.toml_places import Place, places
from annotator.errors import UsageError

_TOML_PLACE = re.compile(r"line (\d+), column (\d+)")


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that was meant, whatever its case; None where nothing is near."""
    by_lower = {known.lower(): known for known in words}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Advice for a misspelt word."""
    known = list(words)
    near = nearest(word, known)
    return f"Did you mean {near}?" if near else f"Known: {', '.join(known)}." if known else "There is none."


@dataclass(frozen=True)
class TomlFile:
    """A file's tables and lines; everything wrong is raised as `error`."""

    name: str
    text: str
    error: type[UsageError]

    @classmethod
    def read(cls, path: Path, error: type[UsageError]) -> "TomlFile":
        """A file that must be there. Raises `error`."""
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            folder = path.parent
            near = nearest(path.name, [entry.name for entry in folder.iterdir()]) if folder.is_dir() else None
            raise error(f"There is no file {path}.", f"Did you mean {folder / near}?" if near else "Check the path.") from None
        except UnicodeDecodeError as problem:
            raise error(f"{path} is not UTF-8 (byte {problem.start + 1}).", "Save it as UTF-8.") from None
        except OSError as problem:
            raise error(f"{path} cannot be read: {problem.strerror}.", "Check the name and the rights of the file.") from None
        return cls(str(path), text, error)

    @cached_property
    def root(self) -> "Table":
        """Raises `error` for what is no TOML."""
        try:
            return Table(self, (), tomllib.loads(self.text))
        except ValueError as problem:
            what, _, end = str(problem).partition(" (at ")
            at = _TOML_PLACE.search(end)
            line = at[1] if at else self.text.rstrip().count("\n") + 1
            column = f", column {at[2]}" if at else ""
            raise self.error(f"{self.name}:{line}: not TOML: {what}{column}.", "Strings stand in quotes, tables in brackets.") from None
        except RecursionError:
            raise self.error(f"{self.name} is nested too deep.", "Write it flat.") from None

    @cached_property
    def lines(self) -> dict[Place, int]:
        return places(self.text)

    def fail(self, place: Place, message: str, advice: str) -> NoReturn:
        """Raise `error` at a place."""
        raise self.error(f"{self.at(place)}: {message}", advice)

    def at(self, place: Place) -> str:
        """FILE:LINE of a place, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        line = self.lines.get(place)
        return f"{self.name}:{line}" if line else self.name


@dataclass(frozen=True)
class Table:
    """One table of a file."""

    file: TomlFile
    place: Place
    value: dict[str, Any]

    def fail(self, key: str, message: str, advice: str) -> NoReturn:
        self.file.fail((*self.place, key), message, advice)

    def only(self, keys: Sequence[str]) -> None:
        """No other keys than these."""
        for key in self.value:
            if key not in keys:
                self.fail(key, f"unknown key {key!r}.", did_you_mean(key, keys))

    def text(self, key: str) -> str | None:
        value = self.value.get(key)
        if value is not None and not isinstance(value, str):
            self.fail(key, f"{key} is {_kind(value)}, not a string.", f'Write it in quotes: {key} = "…".')
        return value

    def flag(self, key: str) -> bool | None:
        value = self.value.get(key)
        if value is not None and not isinstance(value, bool):
            self.fail(key, f"{key} is {_kind(value)}.", f"Write {key} = true or {key} = false.")
        return value

    def number(self, key: str) -> float | None:
        """A finite number."""
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, f"{key} is {_kind(value)}, not a number.", f"Write a plain number: {key} = 1.")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.fail(key, f"{key} is not a finite number.", "Write a plain number.")
        return number

    def tables(self, key: str) -> "list[Table]":
        """The tables of `[[key]]`; none where it is missing."""
        value = self.value.get(key, [])
        if not isinstance(value, list):
            self.fail(key, f"{key} is {_kind(value)}.", f"Write [[{key}]], in two pairs of brackets, once for each.")
        for index, inner in enumerate(value):
            if not isinstance(inner, dict):
                self.file.fail((*self.place, key, index), f"{key} holds {_kind(inner)}.", f"Write a table [[{key}]] for each.")
        return [Table(self.file, (*self.place, key, index), inner) for index, inner in enumerate(value)]


def _kind(value: object) -> str:
    names = {str: "a string", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or time")
