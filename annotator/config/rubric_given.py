"""A rubric that is being written on a screen: what its file would be refused for, each with its place."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from annotator.config.rubric_file import rubric_of
from annotator.config.toml_file import Table, TomlFile
from annotator.config.toml_places import Place
from annotator.domain.rubric import Rubric
from annotator.errors import RubricError


class Misfit(RubricError):
    """What is wrong at a place of the rubric: ('config', 0, 'values', 1, 'label')."""

    def __init__(self, title: str, advice: str, place: Place) -> None:
        super().__init__(title, advice)
        self.place = place


@dataclass(frozen=True)
class _Given(TomlFile):
    """The tables of a file that is not written yet."""

    value: dict[str, Any]

    @cached_property
    def root(self) -> Table:
        return Table(self, (), self.value)

    def fail(self, place: Place, message: str, advice: str) -> NoReturn:
        raise Misfit(message, advice, place)


def check(value: dict[str, Any]) -> tuple[Rubric | None, list[Misfit]]:
    """The rubric of what tomllib would give for its file, or the faults: the first of each config, and of the rubric itself."""
    kept, found = list(enumerate(value["config"])), list[Misfit]()
    while True:
        tried = {**value, "config": [table for _, table in kept]}
        try:
            rubric = rubric_of(_Given("", "", RubricError, tried).root)
        except Misfit as fault:
            if len(fault.place) < 2 or not kept:
                return None, [*found, fault]
            at = int(fault.place[1])
            index, gone = kept.pop(at)
            found.append(Misfit(fault.title, fault.advice, ("config", index, *fault.place[2:])))
            # The others are looked at without it, and what waits for its answer is not wrong for that.
            kept = [(other, _unbound(table, str(gone.get("name")))) for other, table in kept]
            if not kept:
                return None, found
        else:
            return (None if found else rubric), found


def _unbound(table: dict[str, Any], gone: str) -> dict[str, Any]:
    return {key: inner for key, inner in table.items() if key != "when" or not str(inner).strip().startswith(gone)}
