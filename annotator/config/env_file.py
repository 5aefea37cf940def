"""The nearest `.env.phoenix`, which Phoenix's client reads below the process environment."""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from annotator.domain.record import record

FILE_NAME = ".env.phoenix"
_DISCOVER = "PHOENIX_DISCOVER_CONFIG"
_LIMIT = 64 * 1024
_KEY = re.compile(r"PHOENIX_[A-Za-z0-9_]*")


@record
class EnvFile:
    """What it says; no path where there is none."""

    path: Path | None = None
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """PHOENIX_* keys with a value."""
    warnings: tuple[str, ...] = ()


def find_env_file(env: Mapping[str, str], folder: Path) -> EnvFile:
    """The first one from `folder` upwards: a regular file of this user's, at most 64 KiB.

    `PHOENIX_DISCOVER_CONFIG=false` in the process environment switches it off.
    """
    if env.get(_DISCOVER, "").strip().lower() in ("false", "0", "no", "off"):
        return EnvFile()
    warnings: list[str] = []
    for above in (folder, *folder.parents):
        path = above / FILE_NAME
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        except OSError as error:
            warnings.append(f"{path} is ignored: {error.strerror}.")
            continue
        if not _is_trusted(facts):
            warnings.append(f"{path} is ignored: it is no regular file of yours.")
            continue
        try:
            with path.open("rb") as stream:
                facts = os.fstat(stream.fileno())
                text = stream.read(_LIMIT + 1) if _is_trusted(facts) else b""
        except OSError as error:
            return EnvFile(path, {}, (*warnings, f"{path} is ignored: {error.strerror}."))
        if len(text) > _LIMIT:
            return EnvFile(path, {}, (*warnings, f"{path} is ignored: it is larger than 64 KiB."))
        if os.name == "posix" and facts.st_mode & 0o066:
            warnings.append(f"{path} may be read by others; chmod 600 keeps a key in it safe.")
        try:
            return EnvFile(path, _values(text.decode()), tuple(warnings))
        except UnicodeDecodeError:
            return EnvFile(path, {}, (*warnings, f"{path} is ignored: it is not UTF-8."))
    return EnvFile(None, {}, tuple(warnings))


def _is_trusted(facts: os.stat_result) -> bool:
    return stat.S_ISREG(facts.st_mode) and (not hasattr(os, "getuid") or facts.st_uid == os.getuid())


def _values(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in text.splitlines():
        key, found, value = line.strip().removeprefix("export ").partition("=")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1].strip()
        if found and value and _KEY.fullmatch(key.strip()):
            values[key.strip()] = value
    return values
