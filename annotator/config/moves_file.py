"""Moves written by hand, `moves.toml`: what becomes of old answers under a new rubric.

keep = ["tone"]              # answers to these configs stay as they are, also where nobody asks for them any more
[moves.correctness]          # a table for each config: old = new
wrong = "incorrect"          # a label becomes a label,
"so so" = 0.5                # or a score
[moves.helpfulness]
"1..2" = "no"                # a score, or a stretch of scores with both ends, becomes a label
"3..5" = "0..1"              # or, place by place, a stretch of scores
[rename]
accuracy = "correctness"     # a config's old name = its new one: its answers go along; the tables above speak of the new one
"""

import re
from pathlib import Path

from annotator.config.toml_file import Table, TomlFile, did_you_mean
from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, FreeformConfig
from annotator.domain.moves import Move, Moves, Stretch
from annotator.domain.rubric import Rubric
from annotator.errors import RubricError

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_STRETCH = re.compile(rf"\s*({_NUMBER})\s*(?:\.\.\s*({_NUMBER})\s*)?")


def load_moves(path: Path, new: Rubric) -> Moves:
    """What a file says about moving to a rubric. Raises RubricError with the line."""
    root = TomlFile.read(path, RubricError).root
    root.only(("moves", "keep", "rename"))
    keep = root.value.get("keep", [])
    if not isinstance(keep, list) or not all(isinstance(name, str) for name in keep):
        root.fail("keep", "keep is a list of configs.", 'Write keep = ["tone"].')
    tables = root.value.get("moves", {})
    if not isinstance(tables, dict):
        root.fail("moves", "moves is no table.", 'Write [moves.CONFIG] and under it "old" = "new".')
    found: dict[str, tuple[Move, ...]] = {}
    for name, inner in tables.items():
        criterion = new.criterion(name)
        place = ("moves", name)
        if criterion is None:
            names = [one.name for one in new.criteria]
            root.file.fail(place, f"the new rubric has no config {name!r}.", did_you_mean(name, names))
        if not isinstance(inner, dict):
            root.file.fail(place, f"the moves of {name} are no table.", f'Write [moves.{name}] and under it "old" = "new".')
        table = Table(root.file, place, inner)
        found[name] = tuple(_move(table, key, criterion.config) for key in inner)
    return Moves(found, tuple(keep), _renames(root, new, keep))


def _renames(root: Table, new: Rubric, keep: list[str]) -> dict[str, str]:
    renames = root.value.get("rename", {})
    if not isinstance(renames, dict):
        root.fail("rename", "rename is no table.", 'Write [rename] and under it old = "new".')
    names = [one.name for one in new.criteria]
    table = Table(root.file, ("rename",), renames)
    for old, name in renames.items():
        if name not in names:
            table.fail(old, f"the new rubric has no config {name!r}.", did_you_mean(str(name), names))
        if old in names:
            table.fail(old, f"the new rubric still has a config {old!r}.", "Only a name that nothing has any more can be given up.")
        if old in keep:
            table.fail(old, f"the answers to {old!r} cannot both stay and be renamed.", "Take it out of keep.")
        if list(renames.values()).count(name) > 1:
            table.fail(old, f"two configs would become {name!r}.", "Rename one of them.")
    return renames


def _move(table: Table, key: str, config: AnnotationConfig) -> Move:
    value, old = table.value[key], _stretch(table, key, key)
    if isinstance(config, FreeformConfig):
        advice = f"Leave its answers as they are: keep = [{config.name!r}]."
        table.fail(key, f"{config.name} takes a text: no label or score becomes one.", advice)
    if isinstance(config, CategoricalConfig):
        labels = [known.label for known in config.values]
        if value not in labels:
            table.fail(key, f"{config.name} has no label {value!r}.", did_you_mean(str(value), labels))
        return Move(key, old, str(value))
    number = isinstance(value, int | float) and not isinstance(value, bool)
    new = _stretch(table, key, repr(value) if number else value if isinstance(value, str) else "")
    if new is None:
        table.fail(key, f"{value!r} is no score.", 'Write a number, or a stretch of scores as "0..1".')
    if new.lower < new.upper and (old is None or old.lower == old.upper):
        table.fail(key, f"{key!r} would become a stretch of scores.", "Give it one score.")
    lower, upper = config.bounds
    if not lower <= new.lower <= new.upper <= upper:
        table.fail(key, f"{value} is outside {lower:g} to {upper:g}.", "Stay within the bounds of the new rubric.")
    return Move(key, old, new)


def _stretch(table: Table, key: str, text: str) -> Stretch | None:
    """None for a text that is no number and no stretch of numbers."""
    read = _STRETCH.fullmatch(text)
    if read is None:
        return None
    found = Stretch(float(read[1]), float(read[2] or read[1]))
    if found.lower > found.upper:
        table.fail(key, f"{text} ends before it begins.", "Write the smaller number first.")
    return found
