"""The README's picture, key table and filter language, made by the program: `python -m tests.readme_picture` writes them into README.md."""

import os
import re
import subprocess
import sysconfig
import tempfile
from pathlib import Path

from annotator.filter.reference import REFERENCE, RULES
from tests.terminal import Terminal

README = Path(__file__).parents[1] / "README.md"
ANNOTATOR = Path(sysconfig.get_path("scripts")) / "annotator"
SIZE = (120, 40)


def picture() -> str:
    """The first screen of `annotator demo`, as text."""
    with tempfile.TemporaryDirectory() as home, Terminal([str(ANNOTATOR), "demo"], SIZE, {"HOME": home, "TZ": "UTC"}) as terminal:
        terminal.wait_for("1 pass")
        lines = terminal.read_until_quiet()
        terminal.leave()
    return "\n".join(lines)


def key_table() -> str:
    """What `annotator keys --markdown` prints."""
    with tempfile.TemporaryDirectory() as home:
        env = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")} | {"HOME": home}
        done = subprocess.run([ANNOTATOR, "keys", "--markdown"], env=env, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def placed(text: str, name: str, content: str) -> str:
    """The text with this content between the markers of that name."""
    pattern = re.compile(rf"(<!-- {name}:[^\n]*-->\n).*?(<!-- end of {name} -->)", re.S)
    assert pattern.search(text), f"README.md has no place for the {name}"
    return pattern.sub(lambda found: found[1] + content + found[2], text)


def with_picture(text: str) -> str:
    """The README with the demo's first screen."""
    return placed(text, "picture", f"```text\n{picture()}\n```\n")


def with_keys(text: str) -> str:
    """The README with the default keymap."""
    return placed(text, "keys", f"\n{key_table()}\n")


def filter_table() -> str:
    """The filter language on one page."""
    rows = [f"| {' '.join(f'`{example.strip()}`' for example in examples.split('   '))} | {says} |" for examples, says in REFERENCE]
    return "\n".join(("| filter | chooses |", "|---|---|", *rows, "", RULES.replace('"status" = bad', '`"status" = bad`')))


def with_filters(text: str) -> str:
    """The README with the filter language."""
    return placed(text, "filters", f"\n{filter_table()}\n\n")


if __name__ == "__main__":
    before = README.read_text()
    after = with_filters(with_keys(with_picture(before)))
    README.write_text(after)
    print("README.md is as it was" if after == before else "README.md is new")
