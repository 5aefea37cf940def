"""Which keymaps there are, and how one is loaded: the defaults, with what the named file binds in their place."""

import os
from pathlib import Path

from annotator.errors import KeymapError
from annotator.keymap.check import KeymapFile, did_you_mean
from annotator.keymap.keymap import Keymap

__all__ = ["DEFAULT", "Keymap", "load", "names", "shipped"]

DEFAULT = "default"


def shipped() -> Path:
    """The folder of the keymaps that come with annotator: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parents[1]
    return wheel if (wheel := package / "keymaps").is_dir() else package.parent / "keymaps"


def names(user_dir: Path | None) -> tuple[str, ...]:
    """Every keymap that has a name, the default first."""
    folders = [folder for folder in (shipped(), user_dir) if folder is not None]
    found = {path.stem for folder in folders for path in folder.glob("*.toml")}
    return (DEFAULT, *sorted(found - {DEFAULT}))


def load(name: str, user_dir: Path | None) -> Keymap:
    """A keymap by name (the user's own file goes before a shipped one of that name) or by path; KeymapError where it is wrong.

    What the file binds replaces all default keys of that command; the user's own `default.toml` applies where no other is named.
    """
    base = shipped() / f"{DEFAULT}.toml"
    file = _read(base)
    keys = dict(file.keys())
    own = set(keys)
    path = _find(name, user_dir)
    if path != base:
        file = _read(path)
        overrides = file.keys()
        keys |= overrides
        own = set(overrides)
    file.check_together(keys, own)
    return Keymap(path.stem, keys)


def _find(name: str, user_dir: Path | None) -> Path:
    if name.endswith(".toml") or os.sep in name:
        return Path(name).expanduser()
    for folder in (user_dir, shipped()):
        if name and folder is not None and (path := folder / f"{name}.toml").is_file():
            return path
    known = names(user_dir)
    raise KeymapError(f"There is no keymap {name!r}.", did_you_mean(name, known, f"There are {', '.join(known)}; a path ends in .toml."))


def _read(path: Path) -> KeymapFile:
    try:
        return KeymapFile(path, path.read_text("utf-8-sig"))
    except OSError as error:
        raise KeymapError(f"The keymap {path} cannot be read: {error.strerror}.", "Check the path and its permissions.") from None
    except UnicodeDecodeError:
        raise KeymapError(f"The keymap {path} is not UTF-8.", "Save it as UTF-8 text.") from None
