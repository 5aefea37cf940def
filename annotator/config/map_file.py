"""How anybody's feedback becomes annotations, written by hand.

name = "support"                        # optional: the rows' identifier, import:support
kind = "HUMAN"                          # optional, and HUMAN without it; LLM, CODE
[target]                                # the columns with the ids; the narrowest that a row fills counts
trace_id = "Trace"                      # span_id, trace_id, session_id, document_position
[[annotation]]                          # one for each annotation that a row may make
name = "user_feedback"
column = "rating"                       # whose values are translated; a value that is not here is a bad row
values = { up = { label = "positive", score = 1 }, down = { label = "negative", score = 0 } }
skip = ["n/a"]                          # values that say nothing
explanation = { column = "comment" }    # label, score, explanation, identifier, kind, name: a constant, or a column
when = { channel = ["chat", "mail"] }   # only of rows with one of these values
metadata = { ticket = { column = "id" }, tool = "support desk" }
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.config.toml_file import Table, TomlFile, did_you_mean
from annotator.domain.annotation_config import RESERVED_NAME
from annotator.domain.feedback_map import Cell, FeedbackMap, MappedAnnotation, Meaning, TargetColumns
from annotator.domain.imported import KINDS
from annotator.errors import MapError

TARGET = ("span_id", "trace_id", "session_id", "document_position")
CELLS = ("name", "kind", "label", "score", "explanation", "identifier")
ANNOTATION = (*CELLS, "column", "values", "skip", "when", "metadata", "target")
MEANING = ("label", "score", "explanation")


@dataclass(frozen=True)
class MapFile:
    """A map, and on which line each of its columns is named."""

    map: FeedbackMap
    _named: Mapping[str, tuple[Table, str]] = field(default_factory=dict)

    @property
    def columns(self) -> Sequence[str]:
        return list(self._named)

    def missing(self, column: str, columns: Sequence[str]) -> MapError:
        """That the file has no such column, at its line of the map."""
        table, key = self._named[column]
        try:
            table.fail(key, f"the file has no column {column!r}.", did_you_mean(column, columns))
        except MapError as error:
            return error


def load_map(path: Path) -> MapFile:
    """The map of a file. Raises MapError with the line and, for what is misspelt, the nearest word."""
    root = TomlFile.read(path, MapError).root
    root.only(("name", "kind", "target", "annotation"))
    reader = _Reader(root)
    tables = root.tables("annotation")
    if not tables:
        root.fail("annotation", "it makes no annotations.", "Write an [[annotation]] with a name and what it is made of.")
    annotations = tuple(reader.annotation(table) for table in tables)
    name = root.text("name")
    if name is not None and not name.strip():
        root.fail("name", "the name is empty.", "Give the map a name, or leave it out: then it is the file's.")
    return MapFile(FeedbackMap((name or path.name.split(".")[0]).strip(), annotations), reader.named)


class _Reader:
    """Collects the columns on the way."""

    def __init__(self, root: Table) -> None:
        self.root = root
        self.named: dict[str, tuple[Table, str]] = {}
        self.target = self._target(root) if "target" in root.value else None
        self.kind = self._cell(root, "kind") if "kind" in root.value else Cell("HUMAN")

    def annotation(self, table: Table) -> MappedAnnotation:
        table.only(ANNOTATION)
        target = self._target(table) if "target" in table.value else self.target
        if target is None:
            table.fail("target", "nothing says what an annotation is about.", 'Write [target] with trace_id = "COLUMN", for instance.')
        if "name" not in table.value:
            table.fail("name", "an annotation has no name.", 'Write name = "user_feedback", or name = { column = "…" }.')
        cells = {key: self._cell(table, key) for key in CELLS if key in table.value}
        column = self._column(table, "column") if "column" in table.value else ""
        values, skip = self._values(table, bool(column)), self._words(table, "skip")
        if not values and not any(key in cells for key in MEANING):
            table.fail("name", "an annotation says nothing.", "Give it a label, a score or an explanation, or a column with values.")
        when = {name: self._condition(inner, name) for inner in self._inner(table, "when") for name in inner.value}
        metadata = {name: self._cell(inner, name) for inner in self._inner(table, "metadata") for name in inner.value}
        return MappedAnnotation(
            target, column=column, values=values, skip=skip, when=when, metadata=metadata, **({"kind": self.kind} | cells)
        )

    def _target(self, table: Table) -> TargetColumns:
        for inner in self._inner(table, "target"):
            inner.only(TARGET)
            columns = {key: self._column(inner, key) for key in inner.value}
            if not columns or (set(columns) == {"document_position"}):
                inner.fail("", "a target has no id.", 'Write the column that has it: span_id, trace_id or session_id = "COLUMN".')
            return TargetColumns(**columns)
        raise AssertionError("asked only where there is one")

    def _cell(self, table: Table, key: str) -> Cell:
        """A constant, or { column = "…" }; constants are checked here, cells with each row."""
        value = table.value[key]
        if isinstance(value, dict):
            inner = Table(table.file, (*table.place, key), value)
            inner.only(("column",))
            return Cell(column=self._column(inner, "column"))
        if table.place[-1:] == ("metadata",):
            if isinstance(value, list) or not isinstance(value, str | int | float | bool):
                table.fail(key, f"{key} is neither a text nor a number.", f'Write {key} = "…", or {key} = {{ column = "…" }}.')
            return Cell(value)
        if key == "score":
            return Cell(table.number(key))
        text = (table.text(key) or "").strip()
        if not text:
            table.fail(key, f"{key} is empty.", "Write a text, or leave the key out.")
        if key == "name" and text == RESERVED_NAME:
            table.fail(key, "the name 'note' is reserved for notes.", "Give the annotation another name.")
        if key == "kind" and text.upper() not in KINDS:
            table.fail(key, f"unknown kind {text!r}.", did_you_mean(text, KINDS))
        return Cell(text.upper() if key == "kind" else text)

    def _column(self, table: Table, key: str) -> str:
        name = table.text(key)
        if not name:
            table.fail(key, f"{key} names no column.", f'Write {key} = "COLUMN".')
        self.named.setdefault(name, (table, key))
        return name

    def _values(self, table: Table, column: bool) -> dict[str, Meaning]:
        if column and not table.value.get("values"):
            table.fail("column", "nothing says what its values mean.", "Write values = { up = { label = …, score = … }, … }.")
        if not column and ("values" in table.value or "skip" in table.value):
            key = "values" if "values" in table.value else "skip"
            table.fail(key, f"{key} of which column?", 'Write column = "COLUMN".')
        return {name: self._meaning(inner, name) for inner in self._inner(table, "values") for name in inner.value}

    def _meaning(self, table: Table, name: str) -> Meaning:
        """A label, a score, or a table of both."""
        value = table.value[name]
        if isinstance(value, str):
            return Meaning(label=value)
        if not isinstance(value, dict):
            return Meaning(score=table.number(name))
        inner = Table(table.file, (*table.place, name), value)
        inner.only(MEANING)
        if not value:
            table.fail(name, f"{name} means nothing.", f'Write {name} = {{ label = "…", score = 1 }}, or list it in skip.')
        return Meaning(inner.text("label"), inner.number("score"), inner.text("explanation"))

    def _condition(self, table: Table, column: str) -> tuple[str, ...]:
        self.named.setdefault(column, (table, column))
        return self._words(table, column) if isinstance(table.value[column], list) else (self._word(table, column, table.value[column]),)

    def _words(self, table: Table, key: str) -> tuple[str, ...]:
        value = table.value.get(key, [])
        if not isinstance(value, list):
            table.fail(key, f"{key} is not a list.", f'Write {key} = ["…"].')
        return tuple(self._word(table, key, one) for one in value)

    def _word(self, table: Table, key: str, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | float):
            table.fail(key, f"{key} is neither a text nor a number.", "Write the value as the file has it.")
        return str(value).strip()

    def _inner(self, table: Table, key: str) -> list[Table]:
        """The table under a key, in a list; none where it is missing."""
        if key not in table.value:
            return []
        value = table.value[key]
        if not isinstance(value, dict):
            table.fail(key, f"{key} is not a table.", f"Write {key} = {{ … }}.")
        return [Table(table.file, (*table.place, key), value)]
