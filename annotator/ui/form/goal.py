"""Where a rubric is saved: what is in the file now, what will be, and writing it."""

from pathlib import Path
from typing import Literal

from annotator.config.rubric_file import parse_rubric
from annotator.config.rubric_rewrite import rewritten
from annotator.config.rubric_text import write_rubric
from annotator.domain.record import record
from annotator.domain.rubric import Rubric
from annotator.domain.rubric_json import rubric_to_json
from annotator.errors import RubricError

Found = Literal["new", "ours", "another"]
"""No file is there; it holds the rubric that was edited; it holds something else."""


@record
class Goal:
    """A file that a rubric is to be saved to, and how."""

    path: Path
    found: Found
    before: bytes | None
    """What it held when it was looked at."""
    text: str
    """What it is to hold."""
    lost: tuple[str, ...] = ()
    """Comments that go."""

    @property
    def keeps_copy(self) -> bool:
        """What it held stays beside it."""
        return self.found == "another" or bool(self.lost)

    @property
    def copy(self) -> Path:
        """A name beside it that no file has."""
        names = [f"{self.path.name}.bak", *(f"{self.path.name}.bak{n}" for n in range(2, 1000))]
        return next(place for name in names if not (place := self.path.with_name(name)).exists())


def look_at(typed: str, known: Rubric, rubric: Rubric) -> Goal:
    """`known`: the rubric that was edited; a file that holds it is its own. Raises RubricError for what is no place for a file."""
    if not typed.strip():
        raise RubricError("The rubric has no file to go to.", "Type its name, rubric.toml for instance.")
    path = Path(typed.strip()).expanduser()
    if path.is_dir() or not path.parent.is_dir():
        raise RubricError(f"{path} is no place for a file.", "Name one in a folder that is there.")
    before = _read(path)
    if before is None:
        return Goal(path, "new", None, rewritten("", rubric).text)
    try:
        text = before.decode("utf-8-sig")
        same = _plain(parse_rubric(path.name, text)) in (_plain(known), _plain(rubric))
    except UnicodeDecodeError:
        text, same = "", False
    except RubricError:
        same = False
    made = rewritten(text, rubric)
    return Goal(path, "ours" if same else "another", before, made.text, made.lost)


def write(goal: Goal) -> Path | None:
    """Save, where the file is still as it was looked at; the copy of what it held, where one was kept. Raises RubricError."""
    if _read(goal.path) != goal.before:
        raise RubricError(f"{goal.path} was changed meanwhile.", "Look at what saving does again; nothing was written.")
    copy = goal.copy if goal.keeps_copy and goal.before is not None else None
    try:
        if copy is not None:
            copy.write_bytes(goal.before or b"")
    except OSError as error:
        raise RubricError(f"{copy} cannot be written: {error.strerror}.", "Check the rights of its folder.") from error
    write_rubric(goal.path, goal.text)
    return copy


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RubricError(f"{path} cannot be read: {error.strerror}.", "Check the name and the rights of the file.") from error


def _plain(rubric: Rubric) -> object:
    """What a file holds of it: no ids of a server."""
    plain = rubric_to_json(rubric)
    for criterion in plain["criteria"]:
        criterion["config"]["config_id"] = None
    return plain
