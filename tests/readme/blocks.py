"""The README's code blocks and tables."""

import re

from tests.readme_picture import README

TEXT = README.read_text()
SET_UP = "python3 -m venv "
"""How the two commands begin that `.ci/run` and the wheel's test run."""


def code(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S)


def set_up() -> list[str]:
    """The commands that make the environment."""
    return [line for block in code("sh") for line in block.splitlines() if line.startswith(SET_UP)]


def commands() -> list[str]:
    """Every other command, in order."""
    return [line for block in code("sh") for line in block.splitlines() if not line.startswith(SET_UP)]


def files() -> dict[str, str]:
    """The TOML files, by the name in their first line."""
    return {block.splitlines()[0].removeprefix("# "): block for block in code("toml")}


def first_column(heading: str) -> list[str]:
    """The words in backticks in the first column of the table whose head begins so."""
    rows = TEXT[TEXT.index(f"\n| {heading} |") :].split("\n\n")[0].splitlines()[3:]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row.split("|")[1])]
