"""`annotator annotate` where the same trace came from two sources."""

import json
import shutil
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.config.paths import SAMPLE_TRACES


def test_an_item_of_two_queues_is_judged_in_the_one_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(tmp_path / "annotator.db")]
    for name in ("first", "second"):
        shutil.copy(SAMPLE_TRACES, tmp_path / f"{name}.jsonl.gz")
        assert main(["pull", str(tmp_path / f"{name}.jsonl.gz"), "--as", "rita", *store]) == 0
    assert main(["list", "--json", "--queue", "first", *store]) == 0
    item = json.loads(capsys.readouterr().out.splitlines()[-1])["id"]

    assert main(["annotate", item, "correctness=pass", "--as", "rita", *store]) == 2
    assert "more than one queue" in capsys.readouterr().err
    for name in ("first", "second"):
        assert main(["annotate", item, "correctness=pass", "--as", "rita", "--queue", name, *store]) == 0
        assert main(["list", "--json", "--queue", name, "--state", "done", *store]) == 0
        assert f'"id": "{item}"' in capsys.readouterr().out
