"""Rows of anybody's feedback, read by a map that says which column is what."""

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.domain.annotation import Target
from annotator.domain.feedback_map import Cell, FeedbackMap, MappedAnnotation, Meaning, TargetColumns
from annotator.domain.imported import PREFIX, BadRow, ImportedRow, kind_of, position_of, score_of, target_of, text_of
from annotator.sources.files.imported import id_of

NOTHING = Meaning()


class Mapped:
    """The annotations of a row. `had`: the columns that some row has, of those that the map names."""

    def __init__(self, mapping: FeedbackMap) -> None:
        self._mapping = mapping
        self.had: set[str] = set()

    def rows(self, record: Mapping[str, Any], line: int) -> Iterator[ImportedRow | str]:
        """Those whose conditions hold and whose cells say something; a string says why one cannot be read."""
        for one in self._mapping.annotations:
            try:
                if (row := self._row(one, record, line)) is not None:
                    yield row
            except BadRow as error:
                yield str(error)

    def _row(self, one: MappedAnnotation, record: Mapping[str, Any], line: int) -> ImportedRow | None:
        if any(self._text(record, column) not in values for column, values in one.when.items()) or not self._filled(one, record):
            return None
        meaning = self._meaning(one, record)
        if meaning is None:
            return None
        label = self._said(record, one.label, "label") or meaning.label
        score = score_of(self._cell(record, one.score), one.score.column or "score")
        score = meaning.score if score is None else score
        explanation = self._said(record, one.explanation, "explanation") or meaning.explanation
        if label is None and score is None and explanation is None:
            return None
        name = self._said(record, one.name, "name")
        if not name:
            raise BadRow(f"{one.name.column}: no name")
        who = self._said(record, one.identifier, "identifier")
        identifier = f"{PREFIX}{self._mapping.name}:{who}" if who else ""
        kind = kind_of(self._cell(record, one.kind)) or "HUMAN"
        metadata = {key: self._cell(record, cell) for key, cell in one.metadata.items()}
        kept = {key: value for key, value in metadata.items() if value not in (None, "")}
        return ImportedRow(line, self._target(one.target, record), name, label, score, explanation, kind, identifier, kept)

    def _meaning(self, one: MappedAnnotation, record: Mapping[str, Any]) -> Meaning | None:
        """What the value says; None where it says nothing. Raises BadRow for one that the map does not know."""
        if not one.column:
            return NOTHING
        value = self._text(record, one.column)
        if not value or value in one.skip:
            return None
        if value not in one.values:
            known = ", ".join(repr(known) for known in list(one.values)[:5])
            raise BadRow(f"{one.column} is {value[:40]!r}, which the map does not translate (known: {known})")
        return one.values[value]

    def _filled(self, one: MappedAnnotation, record: Mapping[str, Any]) -> bool:
        """Some column that it is made of says something; one of constants alone is made of every row."""
        columns = [column for column in (one.column, one.label.column, one.score.column, one.explanation.column) if column]
        return not columns or any([bool(self._text(record, column)) for column in columns])

    def _target(self, columns: TargetColumns, record: Mapping[str, Any]) -> Target:
        span, trace = (id_of(self._value(record, column), column) for column in (columns.span_id, columns.trace_id))
        position = position_of(self._value(record, columns.document_position))
        try:
            return target_of(span, position, trace, self._text(record, columns.session_id))
        except BadRow as error:
            named = ", ".join(column for column in (columns.span_id, columns.trace_id, columns.session_id) if column)
            raise BadRow(f"no id in {named}" if not (span or trace or position is not None) else str(error)) from None

    def _said(self, record: Mapping[str, Any], cell: Cell, what: str) -> str | None:
        return text_of(self._cell(record, cell), cell.column or what)

    def _text(self, record: Mapping[str, Any], column: str) -> str:
        return text_of(self._value(record, column), column) or ""

    def _cell(self, record: Mapping[str, Any], cell: Cell) -> Any:
        return self._value(record, cell.column) if cell.column else cell.constant

    def _value(self, record: Mapping[str, Any], column: str) -> Any:
        """A column, or a path into objects: `ticket.id`."""
        if not column:
            return None
        if column in record:
            self.had.add(column)
            return record[column]
        value: Any = record
        for key in column.split("."):
            if not isinstance(value, Mapping) or key not in value:
                return None
            value = value[key]
        self.had.add(column)
        return value
