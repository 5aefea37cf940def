"""The user's config file, `config.toml`."""

import json
import os
import re
import tempfile
import tomllib
from dataclasses import fields
from pathlib import Path

from annotator.domain.record import record
from annotator.domain.redaction import Pattern
from annotator.errors import ConfigError

_NAME = re.compile(r"""^[ \t]*name[ \t]*=[ \t]*("(?:\\.|[^"\\\r\n])*"|'[^'\r\n]*')""", re.MULTILINE)
_TABLE_LINE = re.compile(r"^[ \t]*\[", re.MULTILINE)


@record
class Settings:
    """What a person set once for good."""

    name: str = ""
    """Who judges; '' until it was asked."""
    keymap: str = "default"
    theme: str = ""
    """A theme's name; '' for the program's own."""
    auto_advance: bool = True
    """Go to the next item when every required config is answered."""
    show_others: bool = False
    """Show others' annotations before one's own verdict."""
    hold: bool = False
    """Stay on an item on which somebody disagrees."""
    suggest: bool = False
    """Fill in a model's answer beforehand."""
    expected_output: str = "expected_output"
    """The annotation that says what the answer should have been."""
    first_failure: str = "first_failure"
    """The annotation that marks the first wrong step of a trace."""
    dataset: str = ""
    """The data set that the review screen adds items to; '' for one that is asked for, once for each queue."""
    watch_seconds: float = 10.0
    """Between two looks at a source that is watched."""
    redact: tuple[Pattern, ...] = ()
    """What of a trace is hidden."""


def load_settings(path: Path) -> Settings:
    """The settings of a file; the defaults where there is none. Raises ConfigError."""
    if not path.exists():
        return Settings()
    from annotator.config.redaction import patterns
    from annotator.config.toml_file import TomlFile

    table = TomlFile.read(path, ConfigError).root
    table.only([field.name for field in fields(Settings)])
    default = Settings()

    def flag(key: str) -> bool:
        given = table.flag(key)
        return bool(getattr(default, key)) if given is None else given

    watched = table.number("watch_seconds")
    if watched is not None and not 1 <= watched <= 86400:
        table.fail("watch_seconds", "watch_seconds is between 1 and 86400.", "Leave it out for 10.")
    return Settings(
        name=(table.text("name") or "").strip(),
        keymap=table.text("keymap") or default.keymap,
        theme=table.text("theme") or default.theme,
        auto_advance=flag("auto_advance"),
        show_others=flag("show_others"),
        hold=flag("hold"),
        suggest=flag("suggest"),
        expected_output=table.text("expected_output") or default.expected_output,
        first_failure=table.text("first_failure") or default.first_failure,
        dataset=(table.text("dataset") or "").strip(),
        watch_seconds=default.watch_seconds if watched is None else watched,
        redact=patterns(table),
    )


def save_name(path: Path, name: str) -> None:
    """Keep who judges; every other line of the file stays as it is. Raises ConfigError, with the file untouched."""
    try:
        before = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
        after = _with_name(before, name)
        expected = {**tomllib.loads(before), "name": name}
        if tomllib.loads(after) != expected:
            raise ConfigError(f"{path} has a name that cannot be replaced.", f"Write name = {_quoted(name)} there on a line of its own.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, after)
    except (OSError, ValueError) as error:
        raise ConfigError(f"The name cannot be kept in {path}: {error}.", "Use --as NAME, or set ANNOTATOR_NAME.") from error


def _with_name(text: str, name: str) -> str:
    table = _TABLE_LINE.search(text)
    found = _NAME.search(text, 0, table.start() if table else len(text))
    if found:
        return f"{text[: found.start(1)]}{_quoted(name)}{text[found.end(1) :]}"
    return f"name = {_quoted(name)}\n{text}"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes, and DEL, which TOML wants escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(path: Path, text: str) -> None:
    """Write the whole file or nothing; a link keeps pointing at it."""
    target = path.resolve()
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".config-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            Path(draft).chmod(target.stat().st_mode & 0o777)
        os.replace(draft, target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
