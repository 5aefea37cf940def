"""Where everything lies: what the user wrote, what the program keeps, what ships with it."""

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_config_path, user_data_path, user_downloads_path, user_log_path

from annotator.domain.record import record

STORE_VARIABLE = "ANNOTATOR_STORE"
_SAMPLES = Path(__file__).parent.parent / "samples"
SAMPLE_TRACES = _SAMPLES / "traces.jsonl.gz"
SAMPLE_RUBRIC = _SAMPLES / "rubric.toml"


@record
class Paths:
    """Nothing here needs to exist yet."""

    config: Path
    """config.toml."""
    keymaps: Path
    """The folder of the user's own keymaps."""
    store: Path
    log: Path


def paths(env: Mapping[str, str] = os.environ) -> Paths:
    """The platform's own folders; `ANNOTATOR_STORE` names another store."""
    folder = user_config_path("annotator", appauthor=False)
    chosen = env.get(STORE_VARIABLE, "").strip()
    return Paths(
        config=folder / "config.toml",
        keymaps=folder / "keymaps",
        store=Path(chosen).expanduser() if chosen else user_data_path("annotator", appauthor=False) / "annotator.db",
        log=user_log_path("annotator", appauthor=False) / "annotator.log",
    )


def downloads() -> Path:
    """Where files that came out of a trace are saved: the user's folder for downloads where there is one, else the current folder."""
    folder = user_downloads_path()
    return folder if folder.is_dir() else Path.cwd()
