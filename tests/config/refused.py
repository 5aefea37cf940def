"""A config file that is refused, and what is said of it."""

from pathlib import Path

import pytest

from annotator.config.settings import load_settings
from annotator.errors import ConfigError


def refused(path: Path, text: str, title: str, advice: str) -> None:
    """Loading a config file of this text says both."""
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_settings(path)
    assert title in raised.value.title
    assert advice in raised.value.advice
