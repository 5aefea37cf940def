"""What a reviewer needs is on the page, whichever library wrote the spans, from Phoenix's pages and from OTLP."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.facts.pages import pages
from tests.reading.framework_spans import NAMES, expected, otlp, phoenix


@pytest.mark.parametrize("shape", [phoenix, otlp])
@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows(name: str, shape: Callable[[str], str], tmp_path: Path) -> None:
    recorded = tmp_path / "recorded"
    recorded.write_text(shape(name), encoding="utf-8")
    shown = "\n".join(pages(tmp_path / "store.db", str(recorded)).values())
    wanted = expected(name)
    assert [text for text in wanted.page if text not in shown] == []
    assert [text for text in wanted.never if text in shown] == []
    assert [text for text in wanted.once if shown.count(text) != 1] == []
